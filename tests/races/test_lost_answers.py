"""Answers are lost on their way and asked for again while the desk changes what they depend on."""

import http.client
import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from eventapp.checkin.models import Admission, Scan
from eventapp.core.db import db
from eventapp.core.ledger import head_of, verify
from tests.arena import inside, scan_body
from tests.conftest import FULL
from tests.live import Browser, Live, scans_path, serving
from tests.races.conftest import Battlefield
from tests.races.lossy import Proxy, losing
from tests.races.schedule import DEVICES, Act, Step, make_schedule, perform
from tests.races.wording import is_ours

pytestmark = pytest.mark.races

PASSES = 500 if FULL else 50
LOST = 0.3
TRIES = 40
PHONE_LOST = (OSError, http.client.HTTPException)


@dataclass
class Hour:
    """The schedule as one installation lived through it."""

    where: Battlefield
    texts: list[list[str]]
    """Of every pass, its editions."""
    answers: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    place: int = 0
    """How much of the schedule is over."""
    acts: int = 0
    across: int = 0
    """Answers that were heard only after the desk had changed something."""
    moved: threading.Condition = field(default_factory=threading.Condition)

    def ask(self, phone: Browser, step: Step) -> None:
        """Scan once; the answer is kept if it is heard."""
        text = self.texts[step.holder][step.edition - 1]
        body = {
            **scan_body(self.where.arena, step.device, text),
            "scan_id": step.scan_id,
            "direction": step.direction,
        }
        status, answer = phone.post_json(scans_path(self.where.arena.slug), body)
        assert status == 200, answer
        self.answers[step.scan_id] = answer

    def ask_again(self, port: int, step: Step) -> None:
        """Try until the answer is heard, while the hour goes on."""
        chance, acts, place = Random(step.scan_id), self.acts, self.place  # noqa: S311 - the same again
        for _attempt in range(TRIES):
            place += chance.randint(1, 12)
            with self.moved:
                self.moved.wait_for(lambda then=place: self.place >= then)
            phone = phone_of(self.where, port, step.device)
            try:
                self.ask(phone, step)
            except PHONE_LOST:
                continue
            finally:
                phone.close()
            self.across += self.acts > acts
            return
        pytest.fail(f"{step} was never answered")

    def go_on(self, by: int) -> None:
        """Let those who wait for their next try see how far it is."""
        with self.moved:
            self.place += by
            self.moved.notify_all()


def phone_of(where: Battlefield, port: int, device: int) -> Browser:
    return Browser(port, {"account": where.arena.staff[device]})


def take(
    hour: Hour, step: Act | Step, phones: list[Browser], on_lost: Callable[[Step], None]
) -> None:
    """Do one step; what was not heard of it is for another to ask again."""
    if isinstance(step, Step):
        try:
            hour.ask(phones[step.device], step)
        except PHONE_LOST:
            on_lost(step)
        return
    with hour.where.app.app_context():
        text = perform(hour.where.arena, step)
        db.session.remove()
    hour.texts[step.about] += [text] if text else []
    hour.acts += 1


def live_through(where: Battlefield, schedule: list[Act | Step], port: int) -> Hour:
    """Scan and change in the schedule's order; what was not heard is asked again meanwhile."""
    hour = Hour(where, [[text] for text in where.arena.passes])
    phones = [phone_of(where, port, device) for device in range(DEVICES)]
    again: list[Future[None]] = []
    with ThreadPoolExecutor(12) as pool:

        def ask_again(lost: Step) -> None:
            again.append(pool.submit(hour.ask_again, port, lost))

        try:
            for step in schedule:
                take(hour, step, phones, ask_again)
                hour.go_on(1)
        finally:  # whatever happened, nobody waits for ever
            hour.go_on(12 * TRIES + len(schedule))
        for one in again:
            one.result()
    for phone in phones:
        phone.close()
    return hour


def timeless(answer: dict[str, Any]) -> dict[str, Any]:
    """Leave out of an answer at what time it was given."""
    first = answer["first"] and {"gate": answer["first"]["gate"]}
    return {**answer, "at": "", "first": first}


def ledger_after(where: Battlefield, start: int) -> list[dict[str, Any]]:
    """Tell what stands in the ledger and was answered, without times and hashes."""
    rows = sa.select(Scan.body, Scan.answer).where(
        Scan.scope_id == where.arena.scope_id, Scan.seq > start
    )
    with inside(where.app):
        assert list(verify(Scan)) == []
        return [
            {**json.loads(row.body), "content": "", "received_at": ""}
            | {"answer": timeless(json.loads(row.answer))}
            for row in db.session.execute(rows.order_by(Scan.seq))
        ]


def who_is_inside(where: Battlefield) -> set[tuple[int, int | None, str]]:
    rows = sa.select(Admission.registration_id, Admission.gate_id, Admission.device)
    with inside(where.app):
        return {(row[0], row[1], row[2]) for row in db.session.execute(rows)}


@dataclass
class Trial:
    """An hour that was lived through, and what stood in the ledger and the hall after it."""

    hour: Hour
    ledger: list[dict[str, Any]]
    inside: set[tuple[int, int | None, str]]


def try_out(
    fresh: Callable[..., Battlefield],
    entry: str = "wsgi:app",
    before: Callable[[Live], AbstractContextManager[Any]] = nullcontext,
) -> tuple[Trial, Any]:
    """Live through the hour on a meeting of its own; tells too what stood before the server.

    One after the other: a process knows the keys of one installation at a time.
    """
    where = fresh(passes=PASSES, units=2, gates=DEVICES)
    with inside(where.app):
        start = head_of(where.arena.scope_id, Scan.ledger).seq
    with serving(where.var, where.url, entry=entry, processes=2) as server, before(server) as way:
        hour = live_through(where, make_schedule(PASSES), way.port)
    return Trial(hour, ledger_after(where, start), who_is_inside(where)), way


def losing_much(server: Live) -> AbstractContextManager[Proxy]:
    return losing(server.port, LOST)


def verdicts(trial: Trial) -> Counter[str]:
    return Counter(answer["verdict"] for answer in trial.hour.answers.values())


def tell(calm: Trial, lossy: Trial, proxy: Proxy) -> None:
    given, hour = sum(map(len, proxy.given.values())), lossy.hour
    print(f"{len(proxy.given)} scans among {hour.acts} acts, {given} answers, {proxy.lost} lost,")
    print(f"{hour.across} heard after an act; without a fault {dict(verdicts(calm))}")


def test_lost_answers_change_nothing_and_are_given_again_word_for_word(
    fresh: Callable[..., Battlefield],
) -> None:
    calm, _ = try_out(fresh)
    lossy, proxy = try_out(fresh, before=losing_much)
    tell(calm, lossy, proxy)
    assert len(calm.ledger) == PASSES * DEVICES
    assert lossy.ledger == calm.ledger
    assert lossy.inside == calm.inside
    assert [scan for scan, given in proxy.given.items() if len(set(given)) > 1] == []
    for scan_id, answer in calm.hour.answers.items():
        assert timeless(lossy.hour.answers[scan_id]) == timeless(answer)
        assert is_ours(200, lossy.hour.answers[scan_id])
    # It was a trial at all: a good share was lost, much was heard only after a change, and the
    # verdicts were of many kinds.
    assert proxy.lost > len(proxy.given) / 5
    assert lossy.hour.across > PASSES / 4
    assert len(verdicts(calm)) >= 7


def test_control_taking_every_try_for_a_new_scan_changes_ledger_and_answers(
    fresh: Callable[..., Battlefield],
) -> None:
    lossy, proxy = try_out(fresh, "tests.races.forgetful_door:app", losing_much)
    assert len(lossy.ledger) == sum(map(len, proxy.given.values())) > PASSES * DEVICES
    assert any(len(set(given)) > 1 for given in proxy.given.values())
