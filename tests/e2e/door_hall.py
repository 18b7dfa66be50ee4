"""A meeting behind a hall's network, with a phone that is a device of its east gate."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from playwright.sync_api import Page, Playwright, expect

from eventapp.accounts.service import make_device
from eventapp.alliance.models import Person
from eventapp.checkin.models import Scan
from eventapp.checkin.rules import Method
from eventapp.checkin.service import add_gate, record_scan
from eventapp.core import clock
from eventapp.core.access import SYSTEM
from eventapp.core.db import db, transaction
from eventapp.registration.models import Pass, Registration
from eventapp.registration.rules import Category, State, make_code
from tests.e2e.hall import Network
from tests.e2e.phone import Phone, phone, wait_until
from tests.factories_checkin import Door, make_door, pass_text

if TYPE_CHECKING:  # whose fixtures hold such a meeting
    from tests.e2e.conftest import Live

FAMILIES, GIVEN = "欧阳司马诸葛慕容上官皇甫尉迟公孙", "建国雪梅志强秀英文博雨桐子轩思远"


@dataclass
class Hall:
    """A meeting with its people, a server, the network before it, and a phone at the east gate."""

    live: "Live"
    net: Network
    door: Door
    phone: Phone
    token: str
    names: dict[int, str] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    fresh: list[int] = field(default_factory=list)

    def next(self) -> int:
        """Give somebody who has not come yet."""
        return self.fresh.pop()

    def enter(self) -> Page:
        """Switch the phone on while there is a network, and wait until it has kept everything."""
        context = self.phone.start()
        with self.live.app.test_request_context():
            self.live.hold(context, {f"device:{self.door.scope_id}": self.token}, self.net.base_url)
        page = self.phone.open()
        page.wait_for_selector("html[data-kept]", state="attached")
        has_pack(page)
        return page

    def leave_network(self, page: Page) -> None:
        """Lose the network, and wait until the page has noticed."""
        self.net.go_away()
        expect(page.locator("#state")).to_have_attribute("data-state", "offline")

    def admit_elsewhere(self, who: int) -> None:
        """Let somebody in at the west gate."""
        with self.live.app.app_context():
            record_scan(
                self.door.west,
                self.door.meeting_id,
                gate_id=self.west,
                scan_id=secrets.token_hex(8),
                text=self.texts[who],
                method=Method.QR,
                claimed_at=clock.now(),
            )

    @property
    def west(self) -> int:
        """Tell the number of the west gate."""
        return self.door.gate_id + 1

    def scanned(self) -> list[str]:
        """List the numbers of the phone's scans that the server has."""
        with self.live.app.app_context():
            return list(
                db.session.scalars(
                    sa.select(Scan.scan_id).where(
                        Scan.scope_id == self.door.scope_id, Scan.device.startswith("device:")
                    )
                )
            )


def has_pack(page: Page) -> None:
    """Wait until the page has a pack."""
    asked = """async () => {
    for (const {name} of await indexedDB.databases()) {
      const db = await new Promise((go) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => go(opening.result);
      });
      const found = await new Promise((go) => {
        const asked = db.transaction("facts").objectStore("facts").get("pack");
        asked.onsuccess = () => go(Boolean(asked.result));
      });
      db.close();
      if (found) return true;
    }
    return false;
  }"""
    wait_until(lambda: page.evaluate(asked), "there is no pack", 120)


def _name(number: int) -> str:
    """Give a name that no other number has and that stands in no text of ours."""
    family = number % 8 * 2
    return f"{FAMILIES[family : family + 2]}{GIVEN[number // 8 % 16]}{chr(0x4E00 + number)}"


def populate(door: Door, hall_names: dict[int, str], count: int) -> None:
    """Register many people at once, each under a name that nobody else has."""
    now = clock.now()
    with transaction() as session:
        people = [
            {
                "alliance_id": door.alliance_id,
                "name": _name(i),
                "titles": "主任",
                "created_at": now,
            }
            for i in range(count)
        ]
        ids = list(session.scalars(sa.insert(Person).returning(Person.id), people))
        registrations = [
            {
                "meeting_id": door.meeting_id,
                "person_id": person,
                "category": Category.DELEGATE,
                "state": State.APPROVED,
                "place": "B区",
                "submitted_at": now,
            }
            for person in ids
        ]
        numbers = list(
            session.scalars(sa.insert(Registration).returning(Registration.id), registrations)
        )
        session.execute(
            sa.insert(Pass),
            [
                {
                    "registration_id": number,
                    "meeting_id": door.meeting_id,
                    "generation": 1,
                    "code": make_code(secrets.randbits),
                    "issued_at": now,
                }
                for number in numbers
            ],
        )
        rows = session.execute(
            sa.select(Registration.id, Person.name)
            .join(Person, Person.id == Registration.person_id)
            .where(Registration.meeting_id == door.meeting_id)
        )
        hall_names.update({row.id: row.name for row in rows})


@contextmanager
def holding(
    ground: "tuple[Live, Network]", playwright: Playwright, folder: Path, count: int
) -> Iterator[Hall]:
    """Hold a meeting with so many people, and a phone that is a device of its east gate."""
    live, net = ground
    net.one_way = 0.0
    net.come_back()
    names: dict[int, str] = {}
    with live.app.app_context():
        door = make_door()
        add_gate(SYSTEM, door.meeting_id, "西门")
        populate(door, names, count)
        texts = {number: pass_text(number) for number in names}
        token = make_device(
            SYSTEM,
            door.scope_id,
            door.gate_id,
            "东门一号",
            expires_at=clock.now() + timedelta(hours=48),
        )
    address = f"{net.base_url}/m/{door.slug}/door"
    with phone(playwright, folder / "profile", address) as held:
        yield Hall(live, net, door, held, token, names, texts, list(names))


def verdict(page: Page, word: str, by: str) -> None:
    """Expect this verdict, by the server or by the phone."""
    shown = page.locator("#verdict")
    expect(shown).to_have_attribute("data-verdict", word)
    expect(shown).to_have_attribute("data-by", by)


FILL = """async (load, {texts, gate}) => {
  const {openStore} = await load("store");
  const {read, proofOf} = await load("pass");
  const {newId} = await load("scanner");
  const store = await openStore(document.getElementById("door").dataset.meeting);
  const {offset, syncedAt} = store.clock;
  for (const text of texts) {
    const scan_id = newId();
    const reading = read(text);
    await store.keep({
      scan_id, gate, text: await proofOf(text, reading, scan_id), method: "qr", direction: "entry",
      claimed_at: new Date().toISOString(), offset_ms: offset, synced_at: syncedAt,
      shown: "admitted", registration: reading.claims.registration,
    });
  }
  store.db.close();
}"""
