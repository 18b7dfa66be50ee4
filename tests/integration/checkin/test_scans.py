"""One scan, one answer, once; and every answer is a record."""

import secrets
from datetime import timedelta

import pytest
import sqlalchemy as sa

from eventapp.checkin.models import Admission, Scan
from eventapp.checkin.rules import Direction, Method, Verdict
from eventapp.checkin.service import add_gate, record_scan
from eventapp.core import clock
from eventapp.core.access import SYSTEM
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.core.ledger import verify
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State as MeetingState
from eventapp.registration.models import Pass
from eventapp.registration.rules import State, make_code
from tests.factories_checkin import (
    make_door,
    make_person,
    make_registration,
    make_unit,
    pass_text,
    raise_generation,
    scan,
    set_state,
)

pytestmark = pytest.mark.usefixtures("house")


def recorded() -> list[Verdict]:
    return list(db.session.scalars(sa.select(Scan.verdict).order_by(Scan.scope_id, Scan.seq)))


def admissions() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Admission)) or 0


def test_first_scan_admits_and_tells_who_came_and_how_many_of_the_unit() -> None:
    door = make_door()
    unit = make_unit()
    text = pass_text(make_registration(door, "欧阳建国", organisation_id=unit))
    make_registration(door, "张堃", organisation_id=unit)
    make_registration(door, "刘雪梅")
    answer = scan(door, text)
    assert answer["verdict"] == Verdict.ADMITTED
    assert answer["person"] == {
        "name": "欧阳建国",
        "unit": "黄蓝环保装备有限公司",
        "titles": "董事长",
        "category": "delegate",
        "place": "B区 3排 12座",
    }
    counts = {key: answer[key] for key in ("arrived", "expected", "unit_arrived", "unit_total")}
    assert counts == {"arrived": 1, "expected": 3, "unit_arrived": 1, "unit_total": 2}


def test_repeated_scan_id_gets_the_stored_answer_and_leaves_one_record() -> None:
    door = make_door()
    text = pass_text(make_registration(door))
    first = scan(door, text, scan_id="0190-scan-one")
    assert scan(door, text, scan_id="0190-scan-one") == first
    assert recorded() == [Verdict.ADMITTED]


def test_stored_answer_is_given_again_after_a_cancellation_and_a_closed_meeting() -> None:
    door = make_door()
    registration_id = make_registration(door)
    text = pass_text(registration_id)
    first = scan(door, text, scan_id="0190-scan-one")
    set_state(registration_id, State.CANCELLED)
    raise_generation(registration_id)
    with transaction() as session:
        session.get_one(Meeting, door.meeting_id).state = MeetingState.ADJOURNED
    assert scan(door, text, scan_id="0190-scan-one") == first


def test_stored_refusal_is_given_again_after_the_registration_was_approved() -> None:
    door = make_door()
    registration_id = make_registration(door, state=State.WAITLISTED)
    text = pass_text(registration_id)
    first = scan(door, text, scan_id="0190-scan-one")
    set_state(registration_id, State.APPROVED)
    assert scan(door, text, scan_id="0190-scan-one") == first
    assert first["verdict"] == Verdict.NOT_APPROVED
    assert admissions() == 0


def test_same_scan_id_with_other_content_is_refused_and_leaves_no_trace() -> None:
    door = make_door()
    one, two = make_registration(door, "张堃"), make_registration(door, "王磊")
    scan(door, pass_text(one), scan_id="0190-scan-one")
    with pytest.raises(Conflict) as refused:
        scan(door, pass_text(two), scan_id="0190-scan-one")
    assert refused.value.code == "scan_differs"
    assert recorded() == [Verdict.ADMITTED]


def test_same_scan_id_from_another_device_is_another_scan() -> None:
    door = make_door()
    text = pass_text(make_registration(door))
    scan(door, text, door.east, scan_id="0190-scan-one")
    answer = scan(door, text, door.west, scan_id="0190-scan-one")
    assert answer["verdict"] == Verdict.ALREADY_INSIDE


def test_second_device_learns_gate_and_time_of_the_first() -> None:
    door = make_door()
    text = pass_text(make_registration(door))
    with clock.fixed(clock.now()):
        at = clock.now()
        scan(door, text, door.east)
        answer = scan(door, text, door.west)
    assert answer["verdict"] == Verdict.ALREADY_INSIDE
    assert answer["first"] == {"gate": "东门", "at": at.isoformat()}
    assert admissions() == 1


def test_same_device_within_five_seconds_is_told_that_it_just_scanned() -> None:
    door = make_door()
    text = pass_text(make_registration(door))
    now = clock.now()
    with clock.fixed(now):
        scan(door, text)
    with clock.fixed(now + timedelta(seconds=4)):
        assert scan(door, text)["verdict"] == Verdict.SAME_SCAN_REPEAT
    with clock.fixed(now + timedelta(seconds=6)):
        assert scan(door, text)["verdict"] == Verdict.ALREADY_INSIDE


def test_typed_code_admits_as_the_pass_does() -> None:
    door = make_door()
    registration_id = make_registration(door)
    code = db.session.get_one(Pass, registration_id).code
    assert scan(door, f"{code[:4].lower()}-{code[4:]}")["verdict"] == Verdict.ADMITTED
    assert scan(door, pass_text(registration_id), door.west)["verdict"] == Verdict.ALREADY_INSIDE


def test_pass_typed_by_a_scanner_in_lower_case_admits() -> None:
    door = make_door()
    text = pass_text(make_registration(door)).lower()
    assert scan(door, f" {text}\n")["verdict"] == Verdict.ADMITTED


def test_reissued_pass_kills_the_old_text_and_the_old_code_and_names_nobody() -> None:
    door = make_door()
    registration_id = make_registration(door)
    old, old_code = pass_text(registration_id), db.session.get_one(Pass, registration_id).code
    raise_generation(registration_id)
    answer = scan(door, old)
    assert answer["verdict"] == Verdict.REVOKED
    assert answer["person"] is None
    assert scan(door, old_code)["verdict"] == Verdict.UNKNOWN
    assert scan(door, pass_text(registration_id))["verdict"] == Verdict.ADMITTED


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (State.SUBMITTED, Verdict.NOT_APPROVED),
        (State.WAITLISTED, Verdict.NOT_APPROVED),
        (State.DECLINED, Verdict.NOT_APPROVED),
        (State.CANCELLED, Verdict.CANCELLED),
        (State.REPLACED, Verdict.REPLACED),
    ],
)
def test_registration_that_does_not_stand_is_refused(state: State, verdict: Verdict) -> None:
    door = make_door()
    answer = scan(door, pass_text(make_registration(door, state=state)))
    assert answer["verdict"] == verdict
    assert answer["person"]["name"] == "欧阳建国"
    assert admissions() == 0


def test_pass_that_nobody_signed_and_code_that_nobody_has_are_unknown() -> None:
    door = make_door()
    text = pass_text(make_registration(door))
    forged = text[:-4] + ("AAAQ" if text[-4:] != "AAAQ" else "BBBQ")
    assert scan(door, forged)["verdict"] == Verdict.UNKNOWN
    assert scan(door, make_code(secrets.randbits))["verdict"] == Verdict.UNKNOWN


@pytest.mark.parametrize("text", ["", "https://example.org/", "张堃", "A" * 122, "1" * 8 + "9"])
def test_anything_else_is_unreadable(text: str) -> None:
    assert scan(make_door(), text)["verdict"] == Verdict.UNREADABLE


def test_mistyped_code_is_unreadable_rather_than_somebody_else() -> None:
    door = make_door()
    code = db.session.get_one(Pass, make_registration(door)).code
    mistyped = code[:-1] + ("2" if code[-1] != "2" else "3")
    assert scan(door, mistyped)["verdict"] == Verdict.UNREADABLE


def test_closed_meeting_admits_nobody() -> None:
    door = make_door()
    text = pass_text(make_registration(door))
    with transaction() as session:
        session.get_one(Meeting, door.meeting_id).state = MeetingState.ADJOURNED
    assert scan(door, text)["verdict"] == Verdict.MEETING_NOT_OPEN


def test_pass_of_the_preparatory_meeting_admits_whoever_is_registered_here_too() -> None:
    preparatory = make_door()
    founding = make_door(preparatory.alliance_id)
    person_id = make_person(preparatory.alliance_id, "孙丽")
    text = pass_text(make_registration(preparatory, person_id=person_id))
    here = make_registration(founding, person_id=person_id)
    answer = scan(founding, text)
    assert answer["verdict"] == Verdict.ADMITTED
    assert answer["registration_id"] == here
    assert answer["person"]["name"] == "孙丽"


def test_old_pass_of_the_preparatory_meeting_is_revoked_here_too() -> None:
    preparatory = make_door()
    founding = make_door(preparatory.alliance_id)
    person_id = make_person(preparatory.alliance_id)
    there = make_registration(preparatory, person_id=person_id)
    text = pass_text(there)
    make_registration(founding, person_id=person_id)
    raise_generation(there)
    assert scan(founding, text)["verdict"] == Verdict.REVOKED


def test_pass_of_another_meeting_names_nobody() -> None:
    elsewhere, here = make_door(), make_door()
    registration_id = make_registration(elsewhere, "孙丽")
    answer = scan(here, pass_text(registration_id))
    assert answer["verdict"] == Verdict.WRONG_MEETING
    assert answer["person"] is None
    assert "孙丽" not in str(answer)
    stored = db.session.scalars(sa.select(Scan)).one()
    assert stored.registration_id is None


def test_exit_and_entry_again_are_counted() -> None:
    door = make_door()
    text = pass_text(make_registration(door))
    leaving = Direction.EXIT
    assert scan(door, text, direction=leaving)["verdict"] == Verdict.NOT_INSIDE
    assert scan(door, text)["verdict"] == Verdict.ADMITTED
    assert scan(door, text, direction=leaving)["verdict"] == Verdict.LEFT
    assert admissions() == 0
    assert scan(door, text)["verdict"] == Verdict.ADMITTED


def test_every_scan_is_recorded_and_the_ledger_holds() -> None:
    door = make_door()
    text = pass_text(make_registration(door))
    for sent in (text, text, "nonsense", make_code(secrets.randbits)):
        scan(door, sent)
    assert recorded() == [
        Verdict.ADMITTED,
        Verdict.SAME_SCAN_REPEAT,
        Verdict.UNREADABLE,
        Verdict.UNKNOWN,
    ]
    assert list(verify(Scan)) == []


def test_no_name_is_written_into_a_record() -> None:
    door = make_door()
    unit = make_unit("某某石化")
    scan(door, pass_text(make_registration(door, "欧阳建国", organisation_id=unit)))
    scan(door, "欧阳建国")
    written = "".join(record.body + record.answer for record in db.session.scalars(sa.select(Scan)))
    assert not [word for word in ("欧阳建国", "某某石化", "董事长") if word in written]


def test_gate_of_another_meeting_does_not_exist() -> None:
    door, other = make_door(), make_door()
    with pytest.raises(NotFound):
        record_scan(
            door.east,
            door.meeting_id,
            gate_id=other.gate_id,
            scan_id="0190-scan-one",
            text="x",
            method=Method.QR,
            claimed_at=clock.now(),
        )


@pytest.mark.parametrize("scan_id", ["short", "x" * 41, "扫码扫码扫码扫码扫码"])
def test_scan_id_that_no_device_makes_is_refused(scan_id: str) -> None:
    with pytest.raises(Invalid):
        scan(make_door(), "text", scan_id=scan_id)


def test_two_gates_of_one_name_are_refused() -> None:
    door = make_door()
    with pytest.raises(Conflict):
        add_gate(SYSTEM, door.meeting_id, "东门")
