"""Calling the roll: two persons, one record, and a presence that ballots count."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from eventapp.checkin.document.attendance import signed_attendance, verify_attendance
from eventapp.checkin.models import Admission, RollCall, Scan
from eventapp.checkin.queries import (
    answers_of_person,
    attendance_of,
    came_in,
    inside_now,
    presence_of,
    roll_call_of,
    roll_in,
    units_inside,
)
from eventapp.checkin.rules import Direction, Method, Verdict
from eventapp.checkin.rules.rollcalls import CallState
from eventapp.checkin.service import (
    confirm_roll_call,
    drop_roll_call,
    finish_calling,
    note_answer,
    open_roll_call,
    record_scan,
    reopen_calling,
    undo_admission,
)
from eventapp.core import clock, keys
from eventapp.core.access import Actor, Role
from eventapp.core.db import db
from eventapp.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from eventapp.core.ledger import verify
from tests.factories import make_user
from tests.factories_checkin import (
    Door,
    make_door,
    make_mandate,
    make_person,
    make_registration,
    make_unit,
    pass_text,
    scan,
    staff,
)

pytestmark = pytest.mark.usefixtures("house")


@dataclass(frozen=True)
class Council:
    """Three units with a delegate each, and two people who call the roll."""

    door: Door
    units: tuple[int, ...]
    people: tuple[int, ...]
    delegates: tuple[int, ...]
    caller: Actor
    second: Actor

    @property
    def named(self) -> list[tuple[int, str]]:
        return [(unit, f"第{place}学院") for place, unit in enumerate(self.units, 1)]


def make_council() -> Council:
    door = make_door()
    units = tuple(make_unit(f"第{place}学院") for place in (1, 2, 3))
    people = tuple(make_person(door.alliance_id, f"代表{unit}", unit) for unit in units)
    delegates = tuple(
        make_registration(door, person_id=person, organisation_id=unit)
        for person, unit in zip(people, units, strict=True)
    )
    for person, unit in zip(people, units, strict=True):
        make_mandate(door, person, unit)
    users = [make_user(Role.ORGANISER, door.scope_id).id for _ in range(2)]
    caller, second = (staff(user, Role.ORGANISER, door.scope_id) for user in users)
    return Council(door, units, people, delegates, caller, second)


def begin(council: Council) -> int:
    return open_roll_call(council.caller, council.door.meeting_id, council.named).id


def answer(council: Council, call: int, place: int, delegate: int | None) -> None:
    note_answer(
        council.caller,
        council.door.meeting_id,
        call,
        council.units[place],
        present=delegate is not None,
        registration_id=delegate,
    )


def called(council: Council, *present: int) -> int:
    """Call everybody; those in these places answer."""
    call = begin(council)
    for place, delegate in enumerate(council.delegates):
        answer(council, call, place, delegate if place in present else None)
    finish_calling(council.caller, council.door.meeting_id, call)
    return call


def confirmed(council: Council, *present: int) -> Scan:
    call = called(council, *present)
    return confirm_roll_call(council.second, council.door.meeting_id, call)


def here(council: Council, until: int | None = None) -> set[int]:
    """Tell the places of the units that count."""
    found = units_inside(council.door.meeting_id, until_seq=until)
    return {council.units.index(unit) for unit in found.units}


def kiosk(council: Council, place: int) -> Verdict:
    door = council.door
    return record_scan(
        door.supervisor,
        door.meeting_id,
        gate_id=door.gate_id,
        scan_id=f"kiosk-{place}-{clock.now().timestamp()}"[:40],
        text=pass_text(council.delegates[place]),
        method=Method.KIOSK,
        claimed_at=clock.now(),
    )["verdict"]


def claims_agree_with_the_ledger(council: Council) -> None:
    """Voting looks at the claims, counts at the ledger: both must say the same."""
    found = presence_of(council.door.meeting_id)
    rows = db.session.execute(
        sa.select(Admission.registration_id, Admission.confirmed).where(
            Admission.meeting_id == council.door.meeting_id
        )
    ).all()
    assert {row.registration_id for row in rows} == found.inside
    assert {row.registration_id for row in rows if row.confirmed} == found.confirmed
    assert list(verify(Scan)) == []


def test_a_council_without_a_door_is_present_by_its_roll_call() -> None:
    council = make_council()
    assert here(council) == set()
    record = confirmed(council, 0, 2)
    assert here(council) == {0, 2}
    assert (record.method, record.gate_id, record.registration_id) == (Method.ROLL_CALL, None, None)
    assert inside_now(council.door.meeting_id) == {council.delegates[0], council.delegates[2]}
    assert came_in(council.door.meeting_id) == {council.delegates[0], council.delegates[2]}
    claims_agree_with_the_ledger(council)


def test_nothing_counts_before_a_second_person_has_confirmed() -> None:
    council = make_council()
    call = called(council, 0, 1, 2)
    assert here(council) == set()
    with pytest.raises(Forbidden) as refused:
        confirm_roll_call(council.caller, council.door.meeting_id, call)
    assert refused.value.code == "second_person"
    assert here(council) == set()
    assert roll_call_of(council.door.meeting_id) is None


def test_the_database_itself_refuses_one_person_twice() -> None:
    council = make_council()
    call = called(council, 0)
    with pytest.raises(IntegrityError), db.engines[None].begin() as connection:
        connection.execute(
            sa.update(RollCall.__table__)  # type: ignore[arg-type]
            .where(RollCall.__table__.c.id == call)
            .values(confirmed_by=council.caller.id)
        )


def test_a_unit_that_is_silent_counts_no_longer_though_it_was_scanned() -> None:
    council = make_council()
    scan(council.door, pass_text(council.delegates[1]))
    assert here(council) == {1}
    confirmed(council, 0)
    assert here(council) == {0}
    assert council.delegates[1] in inside_now(council.door.meeting_id)
    assert units_inside(council.door.meeting_id).waiting == {council.units[1]}
    claims_agree_with_the_ledger(council)


def test_scans_after_the_roll_call_change_it_further() -> None:
    council = make_council()
    scan(council.door, pass_text(council.delegates[1]))
    at = confirmed(council, 0).seq
    again = scan(council.door, pass_text(council.delegates[1]), council.door.west)
    assert again["verdict"] is Verdict.CONFIRMED
    scan(council.door, pass_text(council.delegates[2]))
    scan(council.door, pass_text(council.delegates[0]), direction=Direction.EXIT)
    assert here(council) == {1, 2}
    assert here(council, at) == {0}
    assert here(council, at - 1) == {1}
    claims_agree_with_the_ledger(council)


def test_the_newest_roll_call_stands_and_an_earlier_head_says_what_it_said() -> None:
    council = make_council()
    first = confirmed(council, 0, 1).seq
    second = confirmed(council, 2).seq
    assert here(council) == {2}
    assert here(council, first) == {0, 1}
    found = roll_call_of(council.door.meeting_id)
    assert found is not None
    assert found.seq == second
    before = roll_call_of(council.door.meeting_id, until_seq=second - 1)
    assert before is not None
    assert before.seq == first


def test_who_answers_for_one_unit_is_there_for_every_unit_that_they_speak_for() -> None:
    council = make_council()
    make_mandate(council.door, council.people[0], council.units[2], proxy=True)
    confirmed(council, 0)
    found = units_inside(council.door.meeting_id)
    assert found.by_proxy == {council.units[2]}


def test_only_who_speaks_for_a_unit_may_answer_for_it() -> None:
    council = make_council()
    call = begin(council)
    with pytest.raises(Invalid):
        answer(council, call, 0, council.delegates[1])
    stranger = make_registration(council.door, "路人")
    with pytest.raises(Invalid):
        answer(council, call, 0, stranger)


def test_it_is_not_handed_on_before_everybody_was_called() -> None:
    council = make_council()
    call = begin(council)
    answer(council, call, 0, council.delegates[0])
    with pytest.raises(Conflict) as refused:
        finish_calling(council.caller, council.door.meeting_id, call)
    assert refused.value.params["count"] == 2


def test_nothing_is_changed_after_it_was_handed_on_or_confirmed() -> None:
    council = make_council()
    call = called(council, 0)
    with pytest.raises(Conflict):
        answer(council, call, 1, council.delegates[1])
    reopen_calling(council.second, council.door.meeting_id, call)
    answer(council, call, 1, council.delegates[1])
    finish_calling(council.caller, council.door.meeting_id, call)
    confirm_roll_call(council.second, council.door.meeting_id, call)
    for step in (finish_calling, reopen_calling, drop_roll_call, confirm_roll_call):
        with pytest.raises(Conflict):
            step(council.second, council.door.meeting_id, call)
    with pytest.raises(Conflict):
        answer(council, call, 1, None)
    assert here(council) == {0, 1}


def test_a_meeting_has_one_roll_call_under_way() -> None:
    council = make_council()
    call = begin(council)
    with pytest.raises(Conflict) as refused:
        begin(council)
    assert refused.value.code == "roll_call_under_way"
    drop_roll_call(council.caller, council.door.meeting_id, call)
    begin(council)


def test_a_roll_call_of_another_meeting_does_not_exist() -> None:
    council, other = make_council(), make_council()
    call = called(council, 0)
    with pytest.raises(NotFound):
        confirm_roll_call(other.second, other.door.meeting_id, call)
    with pytest.raises(NotFound):
        roll_in(other.door.meeting_id, call)


def test_two_who_confirm_at_once_make_one_record(house: Flask) -> None:
    council = make_council()
    call = called(council, 0, 1)
    third = staff(
        make_user(Role.ORGANISER, council.door.scope_id).id, Role.ORGANISER, council.door.scope_id
    )
    meeting_id, start = council.door.meeting_id, threading.Barrier(2)

    def confirm(who: Actor) -> str:
        with house.app_context():
            start.wait()
            try:
                return str(confirm_roll_call(who, meeting_id, call).method)
            except DomainError as error:
                return error.code
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(confirm, (council.second, third)))
    assert answers == ["roll_call", "roll_call_confirmed"]
    records = sa.select(sa.func.count()).where(Scan.method == Method.ROLL_CALL)
    assert db.session.scalar(records) == 1
    assert roll_in(meeting_id, call).call.state is CallState.CONFIRMED


def test_who_came_by_the_kiosk_is_inside_and_counts_once_staff_has_seen_them() -> None:
    council = make_council()
    assert kiosk(council, 0) is Verdict.ADMITTED
    assert inside_now(council.door.meeting_id) == {council.delegates[0]}
    found = units_inside(council.door.meeting_id)
    assert (found.units, found.waiting) == (frozenset(), {council.units[0]})
    assert kiosk(council, 0) is not Verdict.CONFIRMED
    claims_agree_with_the_ledger(council)
    assert scan(council.door, pass_text(council.delegates[0]))["verdict"] is Verdict.CONFIRMED
    assert here(council) == {0}
    assert (
        scan(council.door, pass_text(council.delegates[0]), council.door.west)["verdict"]
        is Verdict.ALREADY_INSIDE
    )
    claims_agree_with_the_ledger(council)


def test_an_answer_at_the_roll_call_confirms_who_came_by_the_kiosk() -> None:
    council = make_council()
    kiosk(council, 0)
    confirmed(council, 0)
    assert here(council) == {0}
    claims_agree_with_the_ledger(council)


def test_an_admission_by_roll_call_can_be_taken_back() -> None:
    council = make_council()
    confirmed(council, 0)
    undo_admission(council.door.supervisor, council.door.meeting_id, council.delegates[0], "点错了")
    assert here(council) == set()
    assert came_in(council.door.meeting_id) == set()
    claims_agree_with_the_ledger(council)


def test_a_signed_attendance_with_a_roll_call_is_counted_again_without_us() -> None:
    council = make_council()
    kiosk(council, 1)
    confirmed(council, 0)
    record = signed_attendance(attendance_of(council.door.meeting_id))
    ring = keys.ring()
    trusted = {ring.public_text(ring.newest)}
    assert verify_attendance(record, trusted) == []
    silent = str(council.delegates[1])
    body = record["statement"]["body"]
    assert f'"confirmed":[{council.delegates[0]}]' in body
    record["statement"]["body"] = body.replace(
        f'"confirmed":[{council.delegates[0]}]', f'"confirmed":[{silent}]'
    )
    assert "confirmed: the records give others" in verify_attendance(record, trusted)


def test_who_answered_finds_it_among_the_own_data_and_nobody_else_does() -> None:
    council = make_council()
    confirmed(council, 0)
    called(council, 1)
    meeting_id = council.door.meeting_id
    assert [len(answers_of_person(meeting_id, one)) for one in council.people] == [1, 0, 0]


def test_the_record_names_nobody() -> None:
    council = make_council()
    body = confirmed(council, 0).body
    assert "代表" not in body
    assert "学院" not in body
