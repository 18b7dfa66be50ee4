"""A rehearsal: practised with real passes, counted nowhere, and gone with one action."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from eventapp.checkin import service
from eventapp.checkin.models import Admission, RehearsalAdmission, RehearsalScan, Scan
from eventapp.checkin.queries import (
    arrivals_of,
    attendance_of,
    board_of,
    came_in,
    gate_counts,
    inside_now,
    presence_of,
    sessions_of,
    tally_of,
)
from eventapp.checkin.rules import Direction, Verdict
from eventapp.core import clock, feed
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict
from eventapp.core.ledger import AuditEntry, verify
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State
from tests.factories import make_user, sign_in
from tests.factories_checkin import (
    Door,
    make_door,
    make_door_staff,
    make_registration,
    make_session,
    pass_text,
    scan,
)


def in_state(door: Door, state: State) -> None:
    with transaction() as session:
        session.get_one(Meeting, door.meeting_id).state = state


def rehearsing(state: State = State.PUBLISHED) -> Door:
    door = make_door()
    in_state(door, state)
    service.start_rehearsal(SYSTEM, door.meeting_id)
    return door


def real(door: Door) -> tuple[object, ...]:
    """Gather all that counts, votes and exports read."""
    attendance = attendance_of(door.meeting_id)
    return (
        feed.version_of(door.scope_id),
        board_of(door.meeting_id),
        presence_of(door.meeting_id),
        inside_now(door.meeting_id),
        came_in(door.meeting_id),
        gate_counts(door.meeting_id),
        arrivals_of(door.meeting_id),
        [(one.id, one.inside) for one in sessions_of(door.meeting_id)],
        (attendance["records"], attendance["came"], attendance["inside"]),
    )


def chains_hold() -> bool:
    return not [*verify(Scan), *verify(RehearsalScan), *verify(AuditEntry)]


def rows(model: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.mark.usefixtures("house")
def test_a_rehearsal_decides_as_the_door_does_and_leaves_all_that_counts_untouched() -> None:
    door = rehearsing()
    forum = make_session(door, "分论坛A", reentry=False)
    ids = [make_registration(door, name) for name in ("张堃", "刘雪梅")]
    before = real(door)
    first = scan(door, pass_text(ids[0]))
    assert (first["verdict"], first["rehearsal"], first["arrived"]) == (Verdict.ADMITTED, True, 1)
    assert scan(door, pass_text(ids[0]), door.west)["verdict"] == Verdict.ALREADY_INSIDE
    assert scan(forum, pass_text(ids[0]))["arrived"] == 1
    leaving = scan(forum, pass_text(ids[0]), direction=Direction.EXIT)
    assert (leaving["verdict"], leaving["arrived"]) == (Verdict.LEFT, 0)
    assert scan(forum, pass_text(ids[0]))["verdict"] == Verdict.NO_REENTRY
    scan(door, pass_text(ids[1]))
    assert tally_of(door.meeting_id) == {"arrived": 1, "expected": 2}
    assert real(door) == before
    assert chains_hold()
    service.end_rehearsal(SYSTEM, door.meeting_id)
    after = real(door)
    assert after[0] == before[0] + 1  # type: ignore[operator] - the end is a record
    assert after[1:] == before[1:]
    assert (rows(RehearsalScan), rows(RehearsalAdmission), rows(Scan), rows(Admission)) == (0,) * 4
    assert chains_hold()


@pytest.mark.usefixtures("house")
def test_what_was_scanned_before_a_rehearsal_is_as_it_was_after_it() -> None:
    door = make_door()
    in_state(door, State.REGISTRATION_CLOSED)
    one = make_registration(door)
    admitted = scan(door, pass_text(one), scan_id="0190-real-one")
    service.start_rehearsal(SYSTEM, door.meeting_id)
    assert scan(door, pass_text(one))["verdict"] == Verdict.ADMITTED
    assert scan(door, pass_text(one), scan_id="0190-real-one") == admitted
    service.end_rehearsal(SYSTEM, door.meeting_id)
    assert inside_now(door.meeting_id) == {one}
    assert scan(door, pass_text(one), door.west)["verdict"] == Verdict.ALREADY_INSIDE


@pytest.mark.usefixtures("house")
def test_a_scan_of_the_rehearsal_sent_again_after_its_end_is_told_so_and_admits_nobody() -> None:
    door = rehearsing(State.REGISTRATION_CLOSED)
    text = pass_text(make_registration(door))
    first = scan(door, text, scan_id="0190-practised")
    assert scan(door, text, scan_id="0190-practised") == first
    service.end_rehearsal(SYSTEM, door.meeting_id)
    with pytest.raises(Conflict) as refused:
        scan(door, text, scan_id="0190-practised")
    assert refused.value.code == "rehearsal_over"
    assert inside_now(door.meeting_id) == frozenset()
    assert scan(door, text)["verdict"] == Verdict.ADMITTED


@pytest.mark.usefixtures("house")
def test_a_rehearsal_needs_no_open_meeting_and_no_open_gate() -> None:
    door = rehearsing(State.DRAFT)
    text = pass_text(make_registration(door))
    service.change_gate(SYSTEM, door.meeting_id, door.gate_id, name="东门", closes_at=clock.now())
    assert scan(door, text)["verdict"] == Verdict.ADMITTED
    service.end_rehearsal(SYSTEM, door.meeting_id)
    assert scan(door, text)["verdict"] == Verdict.MEETING_NOT_OPEN


@pytest.mark.usefixtures("house")
def test_a_rehearsal_rests_once_the_meeting_is_in_session() -> None:
    door = rehearsing()
    one = make_registration(door)
    scan(door, pass_text(one))
    in_state(door, State.IN_SESSION)
    answer = scan(door, pass_text(one))
    assert (answer["verdict"], answer["rehearsal"]) == (Verdict.ADMITTED, False)
    assert inside_now(door.meeting_id) == {one}
    assert service.end_rehearsal(SYSTEM, door.meeting_id) == 1
    assert inside_now(door.meeting_id) == {one}


@pytest.mark.usefixtures("house")
def test_an_admission_of_the_rehearsal_is_undone_in_the_rehearsal() -> None:
    door = rehearsing()
    one = make_registration(door)
    scan(door, pass_text(one))
    answer = service.undo_admission(door.east, door.meeting_id, one, "试一下")
    assert (answer["rehearsal"], answer["arrived"]) == (True, 0)
    assert rows(Scan) == 0
    with pytest.raises(Conflict):
        service.undo_admission(door.east, door.meeting_id, one, "再试一下")


@pytest.mark.usefixtures("house")
def test_one_rehearsal_at_a_time_and_none_once_the_meeting_has_begun() -> None:
    door, elsewhere = rehearsing(), make_door()
    for meeting, code in ((door, "rehearsal_runs"), (elsewhere, "rehearsal_late")):
        with pytest.raises(Conflict) as refused:
            service.start_rehearsal(SYSTEM, meeting.meeting_id)
        assert refused.value.code == code
    scan(elsewhere, pass_text(make_registration(elsewhere)))
    service.end_rehearsal(SYSTEM, door.meeting_id)
    with pytest.raises(Conflict):
        service.end_rehearsal(SYSTEM, door.meeting_id)
    assert rows(Admission) == 1
    service.start_rehearsal(SYSTEM, door.meeting_id)
    assert scan(door, pass_text(make_registration(door)))["verdict"] == Verdict.ADMITTED
    assert chains_hold()
    acts = db.session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.action.startswith("rehearsal."))
    )
    assert sorted(acts) == ["rehearsal.end", "rehearsal.start", "rehearsal.start"]


@pytest.mark.usefixtures("house")
def test_records_of_a_rehearsal_may_go_and_may_not_be_changed_and_real_ones_neither() -> None:
    door = rehearsing(State.REGISTRATION_CLOSED)
    scan(door, "nonsense")
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(sa.update(RehearsalScan).values(device="another"))
    service.end_rehearsal(SYSTEM, door.meeting_id)
    scan(door, "nonsense")
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(sa.delete(Scan))


def test_the_desk_begins_and_ends_a_rehearsal_and_every_verdict_says_so(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        door = make_door()
        in_state(door, State.PUBLISHED)
        text = pass_text(make_registration(door))
        sign_in(client, make_user(Role.ORGANISER, door.scope_id))
        staff = app.test_client()
        sign_in(staff, make_door_staff(door))
    desk, page = f"/m/{door.slug}/desk/gates", f"/m/{door.slug}/door"
    sync, unsent = f"/api/v1/meetings/{door.slug}/sync", {"since": None, "unsent": 0}
    quiet = staff.post(sync, json=unsent).get_json()
    assert client.post(f"{desk}/rehearsal").status_code == 303
    assert "结束并清除" in client.get(desk).text
    assert client.post(f"{desk}/rehearsal").status_code == 422
    assert "演练中" in staff.get(f"{page}?gate={door.gate_id}").text
    body = {"scan_id": str(uuid4()), "gate": door.gate_id, "text": text}
    said = staff.post(f"/api/v1/meetings/{door.slug}/scans", json=body).get_json()
    assert (said["verdict"], said["rehearsal"]) == ("admitted", True)
    live = staff.post(sync, json=unsent | {"since": quiet["version"]}).get_json()
    assert (live["counts"]["arrived"], len(live["scans"]), live["passes"]) == (1, 1, [])
    assert live["meeting"]["rehearsal"] is True
    assert client.post(f"{desk}/rehearsal/end").status_code == 303
    again = staff.post(f"/api/v1/meetings/{door.slug}/scans", json=body)
    assert (again.status_code, again.get_json()["error"]["code"]) == (409, "rehearsal_over")
    assert staff.post(sync, json=unsent).get_json()["counts"]["arrived"] == 0
    assert client.post(f"{desk}/rehearsal/end").status_code == 422
