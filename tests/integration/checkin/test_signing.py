"""A finger on the sheet: asked once, kept for one person alone, and gone with them."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.checkin.document.sheets import sheet_pdf
from eventapp.checkin.models import DoorSignature
from eventapp.checkin.queries import sheet_of
from eventapp.checkin.rules import Direction
from eventapp.checkin.service import (
    delete_old_signatures,
    forget_person,
    set_signing,
    sign_sheet,
)
from eventapp.checkin.service.signing import drawing
from eventapp.core import clock, files
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.core.files import StoredFile
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_here
from eventapp.registration.models import Registration
from tests.factories import make_user, sign_in
from tests.factories_checkin import Door, make_door, make_registration, pass_text, scan

STROKES = [[(10, 20), (300, 200)], [(500, 100)]]


def signing_door() -> Door:
    door = make_door()
    set_signing(SYSTEM, door.meeting_id, signs=True)
    return door


def signed(
    door: Door, registration: int, strokes: Sequence[list[tuple[int, int]]] = STROKES
) -> str:
    scan_id = str(uuid4())
    scan(door, pass_text(registration), scan_id=scan_id)
    sign_sheet(door.east, door.meeting_id, scan_id=scan_id, strokes=strokes)
    return db.session.scalars(
        sa.select(DoorSignature.digest).where(DoorSignature.registration_id == registration)
    ).one()


def kept() -> list[str]:
    return list(db.session.scalars(sa.select(StoredFile.digest)))


@pytest.mark.usefixtures("house")
def test_nobody_is_asked_unless_the_meeting_asks() -> None:
    door = make_door()
    registration = make_registration(door)
    scan_id = str(uuid4())
    assert "sign" not in scan(door, pass_text(registration), scan_id=scan_id)
    with pytest.raises(Conflict):
        sign_sheet(door.east, door.meeting_id, scan_id=scan_id, strokes=STROKES)


@pytest.mark.usefixtures("house")
def test_whoever_has_signed_is_not_asked_again() -> None:
    door = signing_door()
    registration = make_registration(door)
    digest = signed(door, registration)
    assert files.read(digest).decode() == drawing(registration, STROKES)
    scan(door, pass_text(make_registration(door, "张堃")))
    scan(door, pass_text(registration), direction=Direction.EXIT)
    assert scan(door, pass_text(registration))["sign"] is False
    assert scan(door, "7F3A 91C2").get("sign") is None


@pytest.mark.usefixtures("house")
def test_only_the_device_that_scanned_hands_a_signature_in_and_not_much_later() -> None:
    door = signing_door()
    scan_id = str(uuid4())
    scan(door, pass_text(make_registration(door)), scan_id=scan_id)
    with pytest.raises(NotFound):
        sign_sheet(door.west, door.meeting_id, scan_id=scan_id, strokes=STROKES)
    with pytest.raises(Invalid):
        sign_sheet(door.east, door.meeting_id, scan_id=scan_id, strokes=[])
    with clock.fixed(clock.now() + timedelta(minutes=11)), pytest.raises(Conflict):
        sign_sheet(door.east, door.meeting_id, scan_id=scan_id, strokes=STROKES)


@pytest.mark.usefixtures("house")
def test_the_same_strokes_of_two_people_are_two_files_so_one_can_go() -> None:
    door = signing_door()
    first, second = make_registration(door, "刘雪梅"), make_registration(door, "张堃")
    one, other = signed(door, first), signed(door, second)
    assert one != other
    person = db.session.get_one(Registration, first).person_id
    forget_person(SYSTEM, door.meeting_id, person)
    assert kept() == [other]
    assert files.read(other)


@pytest.mark.usefixtures("house")
def test_signatures_go_when_their_time_is_over_and_not_before() -> None:
    door = signing_door()
    digest = signed(door, make_registration(door))
    delete_old_signatures(SYSTEM, [door.meeting_id])
    assert kept() == [digest]
    with transaction() as session:
        meeting = session.get_one(Meeting, door.meeting_id)
        meeting.starts_at -= timedelta(days=181)
        meeting.ends_at -= timedelta(days=181)
    delete_old_signatures(SYSTEM, [door.meeting_id])
    assert kept() == []


@pytest.mark.usefixtures("house")
def test_what_is_drawn_is_numbers_alone_and_within_the_sheet() -> None:
    assert drawing(7, [[(-5, 20), (4000, 900)]]).count("M0 20L1000 400") == 1


def test_the_sheet_on_paper_shows_the_signature_beside_the_name(house: Flask) -> None:
    door = signing_door()
    signed(door, make_registration(door, "刘雪梅"))
    make_registration(door, "张堃")
    with house.test_request_context():
        here = meeting_here(door.slug)
        data = sheet_pdf(here, sheet_of(here.id, here.scope_id))
    assert data.startswith(b"%PDF")


def test_a_phone_hands_in_strokes_and_nothing_else(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        door = signing_door()
        text = pass_text(make_registration(door))
        sign_in(client, make_user(Role.DOOR_STAFF, door.scope_id))
    scan_id = str(uuid4())
    sent = {"scan_id": scan_id, "gate": door.gate_id, "text": text}
    assert client.post(f"/api/v1/meetings/{door.slug}/scans", json=sent).get_json()["sign"] is True
    url = f"/api/v1/meetings/{door.slug}/signatures"
    for strokes in ("<svg/>", [["a"]], [[[1, -2]]], [[[1, 2, 3]]]):
        assert client.post(url, json={"scan_id": scan_id, "strokes": strokes}).status_code == 422
    strokes = [[[1, 2], [300, 200]]]
    answer = client.post(url, json={"scan_id": scan_id, "strokes": strokes})
    assert answer.get_json() == {"signed": True}
    with app.app_context():
        assert len(kept()) == 1
