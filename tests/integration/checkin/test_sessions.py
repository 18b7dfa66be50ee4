"""Several sessions of one meeting: who is where, single entry, ways of gates, counted once."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.checkin import service
from eventapp.checkin.document.attendance import signed_attendance, verify_attendance
from eventapp.checkin.models import Admission, DoorSession, Scan
from eventapp.checkin.queries import (
    arrivals_of,
    attendance_of,
    board_of,
    came_in,
    inside_now,
    presence_of,
    sessions_of,
    sheet_of,
    units_inside,
)
from eventapp.checkin.rules import Direction, Verdict, Way
from eventapp.core import clock, keys
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.core.ledger import verify
from tests.factories import make_user, sign_in
from tests.factories_checkin import (
    Door,
    hall_of,
    make_door,
    make_door_staff,
    make_mandate,
    make_person,
    make_registration,
    make_session,
    make_unit,
    pass_text,
    scan,
)

EXIT = Direction.EXIT


def counted(door: Door) -> dict[str, int]:
    """Tell how many each session says are inside, and hold it to its admissions."""
    real = dict(
        db.session.execute(
            sa.select(Admission.session_id, sa.func.count())
            .where(Admission.meeting_id == door.meeting_id)
            .group_by(Admission.session_id)
        ).all()
    )
    found = sessions_of(door.meeting_id)
    assert {one.id: one.inside for one in found if one.inside} == real
    return {one.name: one.inside for one in found}


@pytest.mark.usefixtures("house")
def test_entering_a_forum_leaves_the_hall_by_one_record() -> None:
    hall = make_door()
    forum = make_session(hall, "分论坛A")
    one = make_registration(hall)
    scan(hall, pass_text(one))
    assert scan(forum, pass_text(one))["arrived"] == 1
    assert counted(hall) == {"全程": 0, "分论坛A": 1}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Scan)) == 2
    back = scan(hall, pass_text(one))
    assert (back["verdict"], back["arrived"]) == (Verdict.ADMITTED, 1)
    assert counted(hall) == {"全程": 1, "分论坛A": 0}
    assert list(verify(Scan)) == []


@pytest.mark.usefixtures("house")
def test_already_inside_and_leaving_are_of_the_session_of_the_gate() -> None:
    hall = make_door()
    forum = make_session(hall, "分论坛A")
    text = pass_text(make_registration(hall))
    scan(forum, text)
    assert scan(forum, text, hall.west)["verdict"] == Verdict.ALREADY_INSIDE
    assert scan(hall, text, direction=EXIT)["verdict"] == Verdict.NOT_INSIDE
    left = scan(forum, text, direction=EXIT)
    assert (left["verdict"], left["arrived"]) == (Verdict.LEFT, 0)


@pytest.mark.usefixtures("house")
def test_a_single_entry_session_lets_nobody_in_again_after_a_real_exit() -> None:
    hall = make_door()
    banquet = make_session(hall, "宴会", reentry=False)
    one, two = make_registration(hall, "张堃"), make_registration(hall, "刘雪梅")
    scan(banquet, pass_text(one))
    scan(banquet, pass_text(one), direction=EXIT)
    assert scan(banquet, pass_text(one))["verdict"] == Verdict.NO_REENTRY
    assert scan(hall, pass_text(one))["verdict"] == Verdict.ADMITTED
    scan(banquet, pass_text(two))
    scan(hall, pass_text(two))
    assert scan(banquet, pass_text(two))["verdict"] == Verdict.NO_REENTRY


@pytest.mark.usefixtures("house")
def test_an_undone_entry_is_no_exit_and_puts_the_person_back() -> None:
    hall = make_door()
    service.change_session(SYSTEM, hall.meeting_id, hall_of(hall).id, name="主会场", reentry=False)
    banquet = make_session(hall, "宴会", reentry=False)
    one = make_registration(hall)
    scan(hall, pass_text(one))
    scan(banquet, pass_text(one))
    service.undo_admission(hall.east, hall.meeting_id, one, "扫错了人")
    assert counted(hall) == {"主会场": 1, "宴会": 0}
    assert presence_of(hall.meeting_id).inside == {one}
    assert scan(hall, pass_text(one), hall.west)["verdict"] == Verdict.ALREADY_INSIDE
    assert scan(banquet, pass_text(one))["verdict"] == Verdict.ADMITTED


@pytest.mark.usefixtures("house")
def test_ballots_count_who_is_in_the_first_session_and_everybody_is_one_person() -> None:
    hall = make_door()
    forum = make_session(hall, "分论坛A")
    units = [make_unit("一号单位"), make_unit("二号单位")]
    people = [make_person(hall.alliance_id, "代表", unit) for unit in units]
    ids = [
        make_registration(hall, person_id=person, organisation_id=unit)
        for person, unit in zip(people, units, strict=True)
    ]
    for person, unit in zip(people, units, strict=True):
        make_mandate(hall, person, unit)
    for one in ids:
        scan(hall, pass_text(one))
    scan(forum, pass_text(ids[1]))
    assert units_inside(hall.meeting_id).units == {units[0]}
    assert presence_of(hall.meeting_id).inside == {ids[0]}
    assert inside_now(hall.meeting_id) == set(ids)
    assert came_in(hall.meeting_id) == set(ids)
    assert board_of(hall.meeting_id).counts.arrived == 2
    assert len(arrivals_of(hall.meeting_id)) == 2
    assert len(sheet_of(hall.meeting_id, hall.scope_id).rows) == 2
    said = attendance_of(hall.meeting_id)
    assert (said["came"], said["inside"]) == (sorted(ids), [ids[0]])
    record = signed_attendance(said)
    ring = keys.ring()
    assert verify_attendance(record, {ring.public_text(ring.newest)}) == []


@pytest.mark.usefixtures("house")
def test_a_session_has_a_capacity_of_its_own() -> None:
    hall = make_door()
    forum = make_session(hall, "分论坛A", capacity=1)
    texts = [pass_text(make_registration(hall, name)) for name in ("张堃", "刘雪梅")]
    assert scan(forum, texts[0])["verdict"] == Verdict.ADMITTED
    assert scan(forum, texts[1])["verdict"] == Verdict.FULL
    assert scan(hall, texts[1])["verdict"] == Verdict.ADMITTED
    assert scan(hall, texts[0])["verdict"] == Verdict.ADMITTED
    assert scan(forum, texts[1])["verdict"] == Verdict.ADMITTED


@pytest.mark.usefixtures("house")
def test_a_gate_for_leaving_lets_nobody_in() -> None:
    door = make_door()
    text = pass_text(make_registration(door))
    service.change_gate(SYSTEM, door.meeting_id, door.gate_id, name="东门", way=Way.EXIT)
    assert scan(door, text)["verdict"] == Verdict.GATE_CLOSED


@pytest.mark.usefixtures("house")
def test_a_gate_keeps_its_session_once_something_was_scanned_there() -> None:
    hall = make_door()
    forum = make_session(hall, "分论坛A")
    first = hall_of(hall).id
    service.change_gate(
        SYSTEM, hall.meeting_id, forum.gate_id, name="分论坛A入口", session_id=first
    )
    scan(forum, "nonsense")
    other = sessions_of(hall.meeting_id)[1].id
    with pytest.raises(Conflict) as refused:
        service.change_gate(SYSTEM, hall.meeting_id, forum.gate_id, name="A", session_id=other)
    assert refused.value.code == "gate_used"


@pytest.mark.usefixtures("house")
def test_sessions_are_named_once_and_removed_while_no_gate_leads_there() -> None:
    hall, elsewhere = make_door(), make_door()
    first, foreign = hall_of(hall).id, hall_of(elsewhere).id
    made = service.add_session(SYSTEM, hall.meeting_id, name="宴会", capacity=90)
    with pytest.raises(Conflict):
        service.add_session(SYSTEM, hall.meeting_id, name=" 宴会 ")
    with pytest.raises(Invalid):
        service.add_session(SYSTEM, hall.meeting_id, name="  ")
    for verb in (
        lambda: service.change_session(SYSTEM, hall.meeting_id, foreign, name="x"),
        lambda: service.remove_session(SYSTEM, hall.meeting_id, foreign),
        lambda: service.change_gate(
            SYSTEM, hall.meeting_id, hall.gate_id, name="东门", session_id=foreign
        ),
    ):
        with pytest.raises(NotFound):
            verb()
    service.remove_session(SYSTEM, hall.meeting_id, made.id)
    forum = make_session(hall, "分论坛A")
    used = db.session.scalars(sa.select(DoorSession.id).where(DoorSession.name == "分论坛A")).one()
    for kept in (first, used):
        with pytest.raises(Conflict):
            service.remove_session(SYSTEM, hall.meeting_id, kept)
    assert forum.gate_id


@pytest.fixture
def door(app: Flask, client: FlaskClient) -> Door:
    """A door of a meeting whose organiser has signed in with `client`."""
    with app.app_context():
        made = make_door()
        sign_in(client, make_user(Role.ORGANISER, made.scope_id))
    return made


def test_the_desk_adds_a_session_leads_a_gate_there_and_removes_what_is_unused(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    url = f"/m/{door.slug}/desk/gates"
    assert client.post(f"{url}/sessions", data={"name": "宴会"}).status_code == 303
    assert client.post(f"{url}/sessions", data={"name": "茶歇", "reentry": "y"}).status_code == 303
    taken = client.post(f"{url}/sessions", data={"name": "宴会", "capacity": "80"})
    assert taken.status_code == 422
    assert 'value="80"' in taken.text
    with app.app_context():
        _hall, banquet, tea = sessions_of(door.meeting_id)
        assert (banquet.reentry, tea.reentry) == (False, True)
        banquet_id, tea_id = banquet.id, tea.id
    assert "宴会" in client.get(f"{url}/{door.gate_id}").text
    changed = {"name": "东门", "session": banquet_id, "way": "entry"}
    assert client.post(f"{url}/{door.gate_id}", data=changed).status_code == 303
    assert "只入场" in client.get(url).text
    assert client.post(f"{url}/sessions/{tea_id}/remove").status_code == 303
    assert client.post(f"{url}/sessions/{banquet_id}/remove").status_code == 409
    assert "宴会" in client.get(f"{url}/sessions/{banquet_id}").text


def test_the_doors_page_switches_to_leaving_and_shows_who_left(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        sign_in(client, make_door_staff(door))
        one = make_registration(door)
        with clock.fixed(clock.now() - timedelta(minutes=5)):
            scan(door, pass_text(one))
        text = pass_text(one)
    page = f"/m/{door.slug}/door?gate={door.gate_id}"
    assert 'data-direction="entry" aria-current' in client.get(page).text
    assert 'data-direction="exit" aria-current' in client.get(f"{page}&direction=exit").text
    sent = {"gate": door.gate_id, "scan_id": str(uuid4()), "code": text, "direction": "exit"}
    answer = client.post(f"/m/{door.slug}/door/code", data=sent)
    assert answer.status_code == 303
    shown = client.get(answer.location).text
    assert "verdict-left" in shown
    assert "已离场" in shown
    assert 'data-direction="exit" aria-current' in shown
    again = client.post(f"/m/{door.slug}/door/code", data={**sent, "scan_id": str(uuid4())})
    assert "没有入场记录" in client.get(again.location).text


def test_a_page_of_a_gate_for_leaving_offers_no_switch(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        service.change_gate(SYSTEM, door.meeting_id, door.gate_id, name="东门", way=Way.EXIT)
    page = client.get(f"/m/{door.slug}/door?gate={door.gate_id}&direction=entry").text
    assert 'id="ways"' not in page
    assert 'data-direction="exit"' in page
