"""What somebody learns who finds a phone of the door: nobody's name. And what the door weighs."""

import base64
import gzip
import json
import urllib.request
from dataclasses import dataclass, field

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from playwright.sync_api import expect

from eventapp.checkin.document.pack import seal_key
from eventapp.registration.rules import PassClaims, encode_claims, from_text, proof_from_text
from tests.e2e.door_hall import Hall
from tests.e2e.phone import scan

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_whoever_finds_the_phone_learns_no_name(hall: Hall) -> None:
    page = hall.enter()
    shown = [hall.next() for _ in range(6)]
    for who in shown[:3]:
        scan(page, hall.texts[who])
        expect(page.locator("#verdict")).to_contain_text(hall.names[who])
    hall.leave_network(page)
    for who in shown[3:]:
        scan(page, hall.texts[who])
        expect(page.locator("#verdict")).to_contain_text(hall.names[who])
    page.wait_for_timeout(500)
    dumped = page.evaluate(DUMP)
    hall.phone.kill()
    raw = b"".join(
        path.read_bytes() for path in sorted(hall.phone.profile.rglob("*")) if path.is_file()
    )
    # What must not be found is looked for as it would be found: the gate's name stands there.
    assert is_in("东门一号", dumped, raw)
    assert len(dumped) > 100_000
    for number, name in hall.names.items():
        assert not is_in(name, dumped, raw), number
    signatures = {from_text(hall.texts[who])[1].hex() for who in shown}
    texts = {hall.texts[who] for who in shown}
    for secret in signatures | texts:
        assert not is_in(secret, dumped, raw)
    for who in shown:
        assert from_text(hall.texts[who])[1] not in raw
    opened = guess_names(json.loads(dumped))
    assert opened.tried > 200
    assert opened.names == []


def is_in(text: str, dumped: str, raw: bytes) -> bool:
    escaped = json.dumps(text)[1:-1]
    ways = [text.encode(), text.encode("utf-16-le"), text.encode("gb18030"), escaped.encode()]
    return text in dumped or any(way in raw for way in ways)


DUMP = """async () => {
  const all = {stores: {}, caches: {}, local: {...localStorage}, session: {...sessionStorage}};
  for (const {name} of await indexedDB.databases()) {
    const db = await new Promise((go) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => go(opening.result);
    });
    for (const store of db.objectStoreNames) {
      const asked = db.transaction(store).objectStore(store).getAll();
      all.stores[store] = await new Promise((go) => (asked.onsuccess = () => go(asked.result)));
    }
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys())
      all.caches[request.url] = await (await cache.match(request, {ignoreVary: true})).text();
  }
  return JSON.stringify(all);
}"""


@dataclass
class Guesses:
    """What somebody learns who tries on the pack whatever lies beside it."""

    tried: int = 0
    names: list[str] = field(default_factory=list)


def guess_names(found: dict) -> Guesses:
    """Try to open every sealed name with all that the phone holds."""
    stores = found["stores"]
    pack = next(one for one in stores["facts"] if "salt" in one)
    rows = [*stores["rows-a"], *stores["rows-b"]]
    beside = [bytes(64), bytes.fromhex(pack["salt"]), *map(bytes.fromhex, pack["keys"].values())]
    for one in stores["queue"]:
        proven = proof_from_text(one["text"])
        assert proven is not None
        beside += [proven[1], proven[1] * 2, one["text"].encode()]
    guesses = Guesses()
    for row in rows:
        key = max(int(number) for number in pack["keys"])
        claims = encode_claims(
            PassClaims(1, key, pack["meeting"]["id"], row["pass"], row["generation"])
        )
        sealed = base64.b64decode(row["sealed"])
        for secret in [*beside, claims, row["code"].encode()]:
            for lock in (seal_key(secret), secret[:32].ljust(32, b"\0")):
                guesses.tried += 1
                try:
                    plain = AESGCM(lock).decrypt(sealed[:12], sealed[12:], claims)
                except InvalidTag:
                    continue
                guesses.names.append(plain.decode())
    return guesses


def test_the_scanner_weighs_little(hall: Hall) -> None:
    page = hall.enter()
    parts = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys())
            for (const {url} of await (await caches.open(name)).keys()) found.push(url);
          return found;
        }"""
    )
    weight = 0
    cookies = page.context.cookies()
    held = "; ".join(f"{one.get('name')}={one.get('value')}" for one in cookies)
    for url in parts:
        request = urllib.request.Request(url, headers={"Cookie": held})  # noqa: S310 - our own server
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            weight += len(gzip.compress(answer.read()))
    print(f"\n{len(parts)} parts, {weight / 1000:.0f} kB gzip")
    assert len(parts) > 30
    assert weight <= 700_000
