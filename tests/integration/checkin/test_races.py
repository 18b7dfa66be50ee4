"""Many hands at one pass."""

import json
import threading
from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.checkin.models import Admission, Scan
from eventapp.checkin.rules import Verdict
from eventapp.checkin.service import change_session, scans
from eventapp.checkin.service.records import Answer, Knock
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.errors import Busy
from eventapp.core.ledger import verify
from tests.factories_checkin import hall_of, make_door, make_registration, pass_text, scan, staff

THREADS = 24
pytestmark = pytest.mark.races


def test_one_pass_before_many_scanners_admits_once_and_every_scan_is_recorded(app: Flask) -> None:
    with app.app_context():
        door = make_door()
        text = pass_text(make_registration(door))
        db.session.remove()
    start = threading.Barrier(THREADS)
    verdicts: list[str] = []

    def knock(number: int) -> None:
        scan_id = str(uuid4())
        start.wait()
        with app.app_context():
            for _ in range(20):  # a phone asks again with the same id when the door is busy
                try:
                    actor = staff(100 + number, Role.DOOR_STAFF, door.scope_id)
                    verdicts.append(scan(door, text, actor, scan_id=scan_id)["verdict"])
                    break
                except Busy:
                    continue
            db.session.remove()

    threads = [threading.Thread(target=knock, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Counter(verdicts) == {Verdict.ADMITTED: 1, Verdict.ALREADY_INSIDE: THREADS - 1}
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Admission)) == 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Scan)) == THREADS
        assert list(verify(Scan)) == []


def test_one_scan_sent_many_times_at_once_is_one_record(app: Flask) -> None:
    with app.app_context():
        door = make_door()
        text = pass_text(make_registration(door))
        db.session.remove()
    start = threading.Barrier(8)
    answers: list[str] = []

    def knock() -> None:
        start.wait()
        with app.app_context():
            answers.append(json.dumps(scan(door, text, scan_id="0190-the-same")))
            db.session.remove()

    threads = [threading.Thread(target=knock) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 8
    assert len(set(answers)) == 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Scan)) == 1


PLACES = 3
COMERS = 8


def rush(app: Flask) -> Counter[str]:
    """Let many people come at once to a hall with few places, each at a phone of its own."""
    with app.app_context():
        door = make_door()
        change_session(SYSTEM, door.meeting_id, hall_of(door).id, name="全程", capacity=PLACES)
        texts = [pass_text(make_registration(door)) for _ in range(COMERS)]
        db.session.remove()
    start = threading.Barrier(COMERS)
    verdicts: list[str] = []

    def come(number: int) -> None:
        scan_id = str(uuid4())
        actor = staff(100 + number, Role.DOOR_STAFF, door.scope_id)
        start.wait()
        with app.app_context():
            for _ in range(20):
                try:
                    verdicts.append(scan(door, texts[number], actor, scan_id=scan_id)["verdict"])
                    break
                except Busy:
                    continue
            db.session.remove()

    threads = [threading.Thread(target=come, args=(number,)) for number in range(COMERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return Counter(verdicts)


def test_a_hall_is_filled_to_its_last_place_and_not_beyond(app: Flask) -> None:
    assert rush(app) == {Verdict.ADMITTED: PLACES, Verdict.FULL: COMERS - PLACES}
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Admission)) == PLACES
        assert list(verify(Scan)) == []


def test_a_door_that_counts_before_its_turn_overfills_the_hall(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    careful, looked = scans._answer, threading.Barrier(COMERS)
    look_up = scans.look_up

    def look_first(knock: Knock) -> Answer:
        inside = db.session.scalar(sa.select(sa.func.count()).select_from(Admission)) or 0
        looked.wait()
        assert inside < PLACES
        return careful(knock)

    def as_it_was(*asked: Any) -> Any:
        facts, holder = look_up(*asked)
        return replace(facts, places_left=PLACES), holder

    monkeypatch.setattr(scans, "_answer", look_first)
    monkeypatch.setattr(scans, "look_up", as_it_was)
    assert rush(app)[Verdict.ADMITTED] > PLACES
