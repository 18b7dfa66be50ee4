"""Roll-calls, kiosks, sessions and what devices decided alone, together: who counts, and where."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventapp.checkin import queries, service
from eventapp.checkin.models import Admission, DoorSession, Scan, ScanConflict
from eventapp.checkin.queries.finding import person_at_door
from eventapp.checkin.queries.presence import hall_at
from eventapp.checkin.rules import Direction, Method, Verdict
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Actor, Role
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict
from eventapp.core.ledger import head_of, verify
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State
from tests.conftest import FULL
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
from tests.factories_devices import make_device, upload

pytestmark = pytest.mark.usefixtures("house")
MINUTE = timedelta(minutes=1)


class Council:
    """Two units with a delegate each, a hall and a forum, a device at each, and two callers."""

    def __init__(self) -> None:
        self.door: Door = make_door()
        self.meeting_id = self.door.meeting_id
        forum = service.add_session(SYSTEM, self.meeting_id, name="分论坛")
        self.hall_id = queries.sessions_of(self.meeting_id)[0].id
        self.forum_id = forum.id
        gate = service.add_gate(SYSTEM, self.meeting_id, "分论坛入口")
        with transaction() as session:
            session.get_one(type(gate), gate.id).session_id = forum.id
        self.forum_gate = gate.id
        self.units = [make_unit("甲"), make_unit("乙")]
        self.delegates = []
        for unit in self.units:
            person = make_person(self.door.alliance_id, f"代表{unit}", unit)
            registration = make_registration(self.door, person_id=person, organisation_id=unit)
            self.delegates.append(registration)
            make_mandate(self.door, person, unit)
        users = [make_user(Role.ORGANISER, self.door.scope_id).id for _ in range(2)]
        self.caller, self.second = (
            staff(user, Role.ORGANISER, self.door.scope_id) for user in users
        )
        self.device: Actor = make_device(self.door, "断网的手机")[0]
        self.forum_device: Actor = make_device(self.door, "分论坛", gate_id=gate.id)[0]

    def call(self, *present: int) -> int:
        """Call both units; the delegates in these places answer. It is not confirmed yet."""
        named = [(unit, f"单位{unit}") for unit in self.units]
        call = service.open_roll_call(self.caller, self.meeting_id, named).id
        for place, unit in enumerate(self.units):
            here = place in present
            service.note_answer(
                self.caller,
                self.meeting_id,
                call,
                unit,
                present=here,
                registration_id=self.delegates[place] if here else None,
            )
        service.finish_calling(self.caller, self.meeting_id, call)
        return call

    def confirm(self, call: int) -> None:
        service.confirm_roll_call(self.second, self.meeting_id, call)

    def tell(self, place: int, at: datetime, **more: Any) -> service.Kept:
        """Hand in later what the device at the hall decided then."""
        sent = upload(self.door, pass_text(self.delegates[place]), at, **more)
        return service.keep_uploads(self.device, self.door.scope_id, [sent])[0]

    def kiosk(self, place: int, number: int = 0) -> Verdict:
        text = pass_text(self.delegates[place])
        return service.record_scan(
            self.door.supervisor,
            self.meeting_id,
            gate_id=self.door.gate_id,
            scan_id=f"at-the-kiosk-{self.meeting_id}-{place}-{number}",
            text=text,
            method=Method.KIOSK,
            claimed_at=clock.now(),
        )["verdict"]

    def enter_forum(self, place: int, number: int = 0) -> None:
        service.record_scan(
            self.door.east,
            self.meeting_id,
            gate_id=self.forum_gate,
            scan_id=f"to-the-forum-{self.meeting_id}-{place}-{number}",
            text=pass_text(self.delegates[place]),
            method=Method.QR,
            claimed_at=clock.now(),
        )

    def confirmed(self) -> set[int]:
        """Tell the places of those who count for ballots, the claims being asked as well."""
        self.ensure_claims_say_the_same()
        found = queries.presence_of(self.meeting_id).confirmed
        return {place for place, one in enumerate(self.delegates) if one in found}

    def ensure_claims_say_the_same(self, lived: object = None) -> None:
        hall = hall_at(self.door.scope_id, head_of(self.door.scope_id, Scan.ledger).seq)
        claims = db.session.execute(
            sa.select(Admission.registration_id, Admission.session_id, Admission.confirmed).where(
                Admission.meeting_id == self.meeting_id
            )
        )
        by_ledger = {
            (one, stays[-1].session_id, stays[-1].confirmed) for one, stays in hall.stays.items()
        }
        assert by_ledger == {tuple(row) for row in claims}, lived
        counted = sum(
            db.session.scalars(
                sa.select(DoorSession.inside).where(DoorSession.meeting_id == self.meeting_id)
            )
        )
        assert counted == len(by_ledger)
        assert list(verify(Scan, self.door.scope_id)) == []


@pytest.fixture
def council(house: Flask) -> Council:
    return Council()


def conflicts() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(ScanConflict)) or 0


def test_an_uploaded_scan_confirms_who_waits_and_is_no_conflict(council: Council) -> None:
    assert council.kiosk(0) is Verdict.ADMITTED
    assert council.confirmed() == set()
    kept = council.tell(0, clock.now() + MINUTE)
    assert kept.answer is not None
    assert (kept.answer["verdict"], kept.conflict) == (Verdict.CONFIRMED, None)
    assert council.confirmed() == {0}
    assert council.tell(0, clock.now() + 2 * MINUTE).conflict is not None


def test_what_a_device_showed_as_confirmed_is_kept_as_that(council: Council) -> None:
    council.kiosk(0)
    kept = council.tell(0, clock.now() + MINUTE, shown=Verdict.CONFIRMED)
    assert kept.answer is not None
    assert kept.answer["verdict"] is Verdict.CONFIRMED
    assert council.confirmed() == {0}


def test_an_upload_from_before_a_roll_call_lets_in_and_confirms_no_silent_one(
    council: Council,
) -> None:
    before = clock.now() - 10 * MINUTE
    council.confirm(council.call(0))
    kept = council.tell(1, before)
    assert kept.answer is not None
    assert (kept.answer["verdict"], kept.conflict) == (Verdict.ADMITTED, None)
    assert council.confirmed() == {0}
    assert queries.units_inside(council.meeting_id).waiting == {council.units[1]}
    assert scan(council.door, pass_text(council.delegates[1]))["verdict"] is Verdict.CONFIRMED
    assert council.confirmed() == {0, 1}


def test_an_upload_from_after_a_roll_call_confirms_who_was_silent(council: Council) -> None:
    with clock.fixed(clock.now() - 10 * MINUTE):
        council.confirm(council.call(0))
    council.tell(1, clock.now() - MINUTE)
    assert council.confirmed() == {0, 1}


def test_who_answered_and_was_scanned_before_without_a_network_is_in_no_conflict(
    council: Council,
) -> None:
    before = clock.now() - 10 * MINUTE
    council.confirm(council.call(0, 1))
    assert council.tell(0, before).conflict is None
    assert council.tell(1, clock.now() + MINUTE).conflict is None
    assert council.confirmed() == {0, 1}
    assert conflicts() == 0


def test_an_uploaded_exit_ends_what_a_roll_call_began(council: Council) -> None:
    with clock.fixed(clock.now() - 10 * MINUTE):
        council.confirm(council.call(0, 1))
    council.tell(0, clock.now() - MINUTE, direction=Direction.EXIT)
    assert council.confirmed() == {1}


def test_a_roll_call_brings_who_answers_out_of_the_forum_and_an_undo_back_there(
    council: Council,
) -> None:
    council.enter_forum(0)
    assert council.confirmed() == set()
    council.confirm(council.call(0))
    assert council.confirmed() == {0}
    one = council.delegates[0]
    service.undo_admission(council.door.supervisor, council.meeting_id, one, "点错了人")
    assert council.confirmed() == set()
    claim = db.session.scalar(sa.select(Admission.session_id))
    assert claim == council.forum_id


def test_who_was_silent_in_the_forum_counts_in_no_hall_after_an_undo(council: Council) -> None:
    scan(council.door, pass_text(council.delegates[0]))
    council.enter_forum(0)
    council.confirm(council.call(1))
    one = council.delegates[0]
    service.undo_admission(council.door.supervisor, council.meeting_id, one, "走错了")
    assert council.confirmed() == {1}
    assert one in queries.presence_of(council.meeting_id).inside


def test_an_undone_roll_call_may_be_followed_by_uploads(council: Council) -> None:
    council.confirm(council.call(0))
    one = council.delegates[0]
    service.undo_admission(council.door.supervisor, council.meeting_id, one, "点错了人")
    assert council.confirmed() == set()
    council.tell(0, clock.now() + MINUTE)
    assert council.confirmed() == {0}


def test_no_roll_is_called_in_a_rehearsal(council: Council) -> None:
    def state(which: State) -> None:
        with transaction() as session:
            session.get_one(Meeting, council.meeting_id).state = which

    call = council.call(0)
    state(State.REGISTRATION_CLOSED)
    service.start_rehearsal(SYSTEM, council.meeting_id)
    with pytest.raises(Conflict, match="演练"):
        council.confirm(call)
    service.drop_roll_call(council.caller, council.meeting_id, call)
    with pytest.raises(Conflict, match="演练"):
        council.call(0)
    assert council.kiosk(1) is Verdict.ADMITTED
    assert scan(council.door, pass_text(council.delegates[1]))["verdict"] is Verdict.CONFIRMED
    assert council.confirmed() == set()
    state(State.IN_SESSION)  # it rests
    council.confirm(council.call(0))
    assert council.confirmed() == {0}


_acts = st.lists(
    st.tuples(
        st.sampled_from(
            (
                *("gate", "exit", "kiosk", "forum", "undo", "call", "call"),
                *("upload", "uploaded_exit", "forum_upload"),
            )
        ),
        st.integers(0, 1),
        st.integers(0, 50),
    ),
    min_size=2,
    max_size=10,
)


@settings(
    max_examples=120 if FULL else 12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(_acts)
def test_whatever_happens_the_claims_say_what_the_ledger_says(
    acts: list[tuple[str, int, int]],
) -> None:
    council, start = Council(), clock.now() - timedelta(hours=2)
    for number, (act, place, minute) in enumerate(acts):
        with clock.fixed(start + timedelta(minutes=60 + number)):
            _live(council, act, place, number, start + minute * MINUTE)
        council.ensure_claims_say_the_same(acts[: number + 1])


def _live(council: Council, act: str, place: int, number: int, at: datetime) -> None:
    one, name = council.delegates[place], f"upload-{council.meeting_id}-{number}"
    if act == "gate":
        scan(council.door, pass_text(one), scan_id=f"live-{council.meeting_id}-{number}")
    elif act == "exit":
        scan(
            council.door,
            pass_text(one),
            scan_id=f"live-{council.meeting_id}-{number}",
            direction=Direction.EXIT,
        )
    elif act == "kiosk":
        council.kiosk(place, number)
    elif act == "forum":
        council.enter_forum(place, number)
    elif act == "upload":
        council.tell(place, at, scan_id=name)
    elif act == "uploaded_exit":
        council.tell(place, at, scan_id=name, direction=Direction.EXIT)
    elif act == "forum_upload":
        sent = upload(council.door, pass_text(one), at, scan_id=name, gate_id=council.forum_gate)
        service.keep_uploads(council.forum_device, council.door.scope_id, [sent])
    elif act == "undo":
        if one in queries.inside_now(council.meeting_id):
            service.undo_admission(council.door.supervisor, council.meeting_id, one, "误扫")
    else:
        council.confirm(council.call(place))


def test_the_help_desk_confirms_who_waits_and_says_who_answered_without_a_gate(
    council: Council,
) -> None:
    council.kiosk(0)
    one = council.delegates[0]
    assert person_at_door(council.meeting_id, one).confirmed is False
    answer = service.admit_found(
        council.door.supervisor,
        council.meeting_id,
        gate_id=council.door.gate_id,
        scan_id="found-by-name",
        registration_id=one,
    )
    assert answer["verdict"] is Verdict.CONFIRMED
    assert council.confirmed() == {0}
    council.confirm(council.call(1))
    assert person_at_door(council.meeting_id, council.delegates[1]).gate is None


def test_whoever_was_undone_out_of_the_forum_stays_in_the_hall_whatever_is_uploaded(
    council: Council,
) -> None:
    scan(council.door, pass_text(council.delegates[0]))
    council.enter_forum(0)
    one = council.delegates[0]
    service.undo_admission(council.door.supervisor, council.meeting_id, one, "走错了")
    assert council.tell(0, clock.now() + MINUTE).conflict is not None
    assert council.confirmed() == {0}
