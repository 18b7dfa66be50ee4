"""What an answer at the door may ask of the database: six statements, and no count each time."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from eventapp.checkin.queries import tally_of
from eventapp.core.access import SYSTEM
from eventapp.core.db import db, transaction
from eventapp.core.ledger import audit
from eventapp.registration.models import Registration
from eventapp.registration.rules import State
from tests.factories import sign_in
from tests.factories_checkin import (
    Door,
    make_door,
    make_door_staff,
    make_registration,
    make_unit,
    pass_text,
    scan,
)

MOST = 6


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect every statement that either engine sends."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    with app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def door(app: Flask, client: FlaskClient) -> Door:
    """A door whose staff have signed in with `client` and have scanned somebody already."""
    with app.app_context():
        made = make_door()
        sign_in(client, make_door_staff(made))
        knock(client, made, pass_text(make_registration(made)))
    return made


def knock(client: FlaskClient, door: Door, text: str, scan_id: str = "") -> str:
    body = {"scan_id": scan_id or str(uuid4()), "gate": door.gate_id, "text": text}
    return client.post(f"/api/v1/meetings/{door.slug}/scans", json=body).get_json()["verdict"]


def test_a_first_check_in_takes_six_statements_with_the_permission_and_the_ledger(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        text = pass_text(make_registration(door, organisation_id=make_unit()))
    with statements(app) as sent:
        assert knock(client, door, text, "0190-the-scan") == "admitted"
    assert len(sent) <= MOST, sent
    with statements(app) as sent:
        assert knock(client, door, text, "0190-the-scan") == "admitted"
    assert len(sent) <= MOST - 3, sent
    with statements(app) as sent:
        assert knock(client, door, text) == "same_scan_repeat"
    assert len(sent) <= MOST - 1, sent


def test_nobody_expected_is_counted_again_until_something_was_recorded(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        texts = [pass_text(make_registration(door)) for _ in range(3)]
        with transaction():
            audit(SYSTEM, door.scope_id, "test.change", "registration:0")
    with statements(app) as sent:
        for text in texts:
            knock(client, door, text)
    counts = [one for one in sent if "registrations.state = " in one and "count(" in one]
    assert len([one for one in counts if one.startswith("SELECT count(")]) == 1


@pytest.mark.usefixtures("house")
def test_the_expected_follow_every_recorded_change() -> None:
    door = make_door()
    first = make_registration(door)
    assert scan(door, pass_text(first))["expected"] == 1
    with transaction() as session:
        make_registration(door)
        audit(SYSTEM, door.scope_id, "test.change", "registration:0")
    assert tally_of(door.meeting_id) == {"arrived": 1, "expected": 2}
    with transaction() as session:
        session.execute(sa.update(Registration).values(state=State.CANCELLED))
        audit(SYSTEM, door.scope_id, "test.change", "registration:0")
    assert tally_of(door.meeting_id) == {"arrived": 1, "expected": 0}
