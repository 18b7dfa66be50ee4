"""What devices decided alone: kept once, settled, and told to the desk where it does not fit."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import aliased

from eventapp.accounts import service as accounts
from eventapp.accounts.queries import actors_of
from eventapp.checkin import queries, service
from eventapp.checkin.models import Admission, Scan, ScanConflict
from eventapp.checkin.rules import Direction, Verdict
from eventapp.checkin.rules.settling import Reason, Resolution
from eventapp.core import clock
from eventapp.core.access import SYSTEM
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict
from eventapp.core.ledger import verify
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State as MeetingState
from eventapp.registration.rules import State
from tests.factories_checkin import (
    Door,
    make_door,
    make_registration,
    pass_text,
    raise_generation,
    scan,
    set_state,
)
from tests.factories_devices import make_device, upload

pytestmark = pytest.mark.usefixtures("house")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def door(house: Flask) -> Door:
    return make_door()


def open_conflicts() -> list[tuple[Reason, str, str | None]]:
    """List the open conflicts as (reason, scan, the scan that stands)."""
    other = aliased(Scan)
    rows = db.session.execute(
        sa.select(ScanConflict.reason, Scan.scan_id, other.scan_id)
        .join(Scan, Scan.id == ScanConflict.scan_id)
        .outerjoin(other, other.id == ScanConflict.other_id)
        .where(ScanConflict.resolution.is_(None))
        .order_by(Scan.scan_id)
    )
    return [(reason, one, two) for reason, one, two in rows]


def assert_ledger_says_who_is_inside(door: Door) -> None:
    assert queries.presence_of(door.meeting_id).inside == queries.inside_now(door.meeting_id)
    assert list(verify(Scan, door.scope_id)) == []


def test_uploaded_entry_lets_in_at_its_own_time(door: Door) -> None:
    device, _ = make_device(door)
    one = make_registration(door)
    at = clock.now() - 10 * MINUTE
    (kept,) = service.keep_uploads(device, door.scope_id, [upload(door, pass_text(one), at)])
    assert kept.answer is not None
    assert (kept.answer["verdict"], kept.conflict) == (Verdict.ADMITTED, None)
    row = db.session.scalars(sa.select(Scan)).one()
    assert (row.scanned_at, row.shown, row.device) == (at, "admitted", str(device))
    admission = db.session.scalars(sa.select(Admission)).one()
    assert (admission.admitted_at, admission.device) == (at, str(device))
    assert_ledger_says_who_is_inside(door)


def test_clock_that_is_a_day_off_changes_nothing(door: Door) -> None:
    device, _ = make_device(door)
    one = make_registration(door)
    at = clock.now() - 10 * MINUTE
    sent = upload(door, pass_text(one), at, skew=timedelta(hours=26))
    service.keep_uploads(device, door.scope_id, [sent])
    assert db.session.scalars(sa.select(Admission.admitted_at)).one() == at


def test_time_is_held_between_the_last_sync_and_the_receipt(door: Door) -> None:
    device, _ = make_device(door)
    early, late = make_registration(door), make_registration(door, "王磊")
    now = clock.now()
    with clock.fixed(now):
        before = upload(door, pass_text(early), now - 9 * MINUTE)
        slow = service.Upload(*(getattr(before, name) for name in before.__slots__))
        object.__setattr__(slow, "claimed_at", now - timedelta(hours=9))
        after = upload(door, pass_text(late), now + timedelta(hours=3))
        service.keep_uploads(device, door.scope_id, [slow, after])
    times = dict(
        db.session.execute(sa.select(Admission.registration_id, Admission.admitted_at)).all()
    )
    assert times == {early: before.synced_at, late: now}


def test_two_devices_that_could_not_hear_each_other_are_found_out(door: Door) -> None:
    east, _ = make_device(door)
    west, _ = make_device(door, "西门一号")
    text = pass_text(make_registration(door))
    now = clock.now()
    later = upload(door, text, now - 5 * MINUTE, scan_id="later-scan")
    earlier = upload(door, text, now - 9 * MINUTE, scan_id="earlier-scan")
    (first,) = service.keep_uploads(east, door.scope_id, [later])
    assert first.conflict is None
    (second,) = service.keep_uploads(west, door.scope_id, [earlier])
    assert second.conflict is None
    assert open_conflicts() == [(Reason.DOUBLE_ENTRY, "later-scan", "earlier-scan")]
    assert db.session.scalars(sa.select(Admission.device)).one() == str(west)
    assert_ledger_says_who_is_inside(door)


def test_admission_that_the_server_gave_is_never_displaced(door: Door) -> None:
    device, _ = make_device(door)
    text = pass_text(make_registration(door))
    scan(door, text, scan_id="acknowledged")
    at = clock.now() - 9 * MINUTE
    (kept,) = service.keep_uploads(
        device, door.scope_id, [upload(door, text, at, scan_id="uploaded-one")]
    )
    assert kept.conflict is Reason.DOUBLE_ENTRY
    assert kept.answer is not None
    assert kept.answer["verdict"] == Verdict.ALREADY_INSIDE
    assert kept.answer["first"]["gate"] == "东门"
    assert open_conflicts() == [(Reason.DOUBLE_ENTRY, "uploaded-one", "acknowledged")]
    assert db.session.scalars(sa.select(Admission.device)).one() == "signin:9001"


def test_stay_that_has_ended_already_is_recorded_with_its_end(door: Door) -> None:
    east, _ = make_device(door)
    west, _ = make_device(door, "西门一号")
    one = make_registration(door)
    now = clock.now()
    out = upload(door, pass_text(one), now - 5 * MINUTE, direction=Direction.EXIT)
    service.keep_uploads(west, door.scope_id, [out])
    entry = upload(door, pass_text(one), now - 9 * MINUTE, scan_id="the-entry")
    (kept,) = service.keep_uploads(east, door.scope_id, [entry])
    assert kept.answer is not None
    assert kept.answer["verdict"] == Verdict.ADMITTED
    assert queries.inside_now(door.meeting_id) == frozenset()
    last = db.session.scalars(sa.select(Scan).order_by(Scan.seq.desc()).limit(1)).one()
    assert (last.verdict, last.settles) == (Verdict.LEFT, "the-entry")
    assert_ledger_says_who_is_inside(door)


def test_exit_that_comes_later_explains_a_conflict(door: Door) -> None:
    east, _ = make_device(door)
    west, _ = make_device(door, "西门一号")
    text = pass_text(make_registration(door))
    now = clock.now()
    service.keep_uploads(east, door.scope_id, [upload(door, text, now - 9 * MINUTE)])
    service.keep_uploads(east, door.scope_id, [upload(door, text, now - 3 * MINUTE)])
    assert len(open_conflicts()) == 1
    out = upload(door, text, now - 5 * MINUTE, direction=Direction.EXIT)
    service.keep_uploads(west, door.scope_id, [out])
    assert open_conflicts() == []
    resolutions = db.session.scalars(sa.select(ScanConflict.resolution)).all()
    assert resolutions == [Resolution.SETTLED]
    assert len(queries.inside_now(door.meeting_id)) == 1
    assert_ledger_says_who_is_inside(door)


@pytest.mark.parametrize("change", [raise_generation, lambda one: set_state(one, State.CANCELLED)])
def test_entry_that_the_rules_refuse_when_it_arrives_waits_for_the_desk(
    door: Door, change: Callable[[int], None]
) -> None:
    device, _ = make_device(door)
    one = make_registration(door)
    text = pass_text(one)
    change(one)
    sent = upload(door, text, clock.now() - MINUTE, scan_id="refused-one")
    (kept,) = service.keep_uploads(device, door.scope_id, [sent])
    assert kept.conflict is Reason.REFUSED
    assert open_conflicts() == [(Reason.REFUSED, "refused-one", None)]
    assert queries.inside_now(door.meeting_id) == frozenset()


def test_capacity_is_not_asked_for_they_are_in(door: Door) -> None:
    device, _ = make_device(door)
    first = queries.sessions_of(door.meeting_id)[0]
    service.change_session(SYSTEM, door.meeting_id, first.id, name=first.name, capacity=1)
    now = clock.now()
    texts = [pass_text(make_registration(door, name)) for name in ("王磊", "张堃")]
    sent = [upload(door, text, now - MINUTE) for text in texts]
    kept = service.keep_uploads(device, door.scope_id, sent)
    assert [one.conflict for one in kept] == [None, None]
    assert len(queries.inside_now(door.meeting_id)) == 2


def test_scans_of_a_revoked_device_change_nothing_and_wait_for_the_desk(door: Door) -> None:
    device, token = make_device(door)
    text = pass_text(make_registration(door))
    accounts.revoke_device(SYSTEM, door.scope_id, device.id)
    (revoked,) = actors_of([token])
    sent = upload(door, text, clock.now() - MINUTE, scan_id="late-one")
    (kept,) = service.keep_uploads(revoked, door.scope_id, [sent])
    assert kept.conflict is Reason.REVOKED_DEVICE
    assert open_conflicts() == [(Reason.REVOKED_DEVICE, "late-one", None)]
    assert queries.inside_now(door.meeting_id) == frozenset()


def test_whatever_was_refused_on_the_device_changes_nothing(door: Door) -> None:
    device, _ = make_device(door)
    text = pass_text(make_registration(door))
    sent = upload(door, text, clock.now() - MINUTE, shown=Verdict.UNKNOWN)
    (kept,) = service.keep_uploads(device, door.scope_id, [sent])
    assert kept.conflict is None
    assert queries.inside_now(door.meeting_id) == frozenset()
    assert open_conflicts() == []


def test_same_scans_sent_again_get_the_same_answers_and_are_kept_once(door: Door) -> None:
    device, _ = make_device(door)
    text = pass_text(make_registration(door))
    now = clock.now()
    sent = [upload(door, text, now - 9 * MINUTE), upload(door, text, now - 8 * MINUTE)]
    first = service.keep_uploads(device, door.scope_id, sent)
    again = service.keep_uploads(device, door.scope_id, [*sent, sent[0]])
    assert again == [*first, first[0]]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Scan)) == 2


def test_scan_that_was_asked_live_and_shown_otherwise_is_a_conflict_once(door: Door) -> None:
    device, _ = make_device(door)
    text = pass_text(make_registration(door))
    scan(door, text, scan_id="somebody-else")
    scan(door, text, device, scan_id="asked-too-late")
    sent = upload(door, text, clock.now(), scan_id="asked-too-late")
    for _ in range(2):
        (kept,) = service.keep_uploads(device, door.scope_id, [sent])
        assert kept.conflict is Reason.DOUBLE_ENTRY
    assert [row[:2] for row in open_conflicts()] == [(Reason.DOUBLE_ENTRY, "asked-too-late")]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Scan)) == 2


def test_one_bad_scan_spoils_no_other(door: Door) -> None:
    device, _ = make_device(door)
    other = make_door()
    text = pass_text(make_registration(door))
    now = clock.now()
    sent = [
        upload(door, text, now, scan_id="short"),
        upload(door, text, now, gate_id=other.gate_id),
        upload(door, text, now),
        upload(door, text, now, shown=Verdict.LEFT),
        upload(door, text, now + timedelta(days=9000)),
    ]
    kept = service.keep_uploads(device, door.scope_id, sent)
    codes = [one.error and one.error.code for one in kept]
    bad = "scan_malformed"
    assert codes == [bad, "gate_not_yours", None, bad, bad]
    assert len(queries.inside_now(door.meeting_id)) == 1


def test_unreadable_text_that_was_let_in_is_kept_and_waits_for_the_desk(door: Door) -> None:
    device, _ = make_device(door)
    sent = upload(door, "not a pass at all" * 3, clock.now())
    (kept,) = service.keep_uploads(device, door.scope_id, [sent])
    assert kept.conflict is Reason.REFUSED


def test_undo_of_an_uploaded_admission_holds_whatever_comes_after(door: Door) -> None:
    device, _ = make_device(door)
    one = make_registration(door)
    text = pass_text(one)
    ahead = upload(door, text, clock.now() + timedelta(hours=20), scan_id="clock-went-wild")
    service.keep_uploads(device, door.scope_id, [ahead])
    service.undo_admission(door.supervisor, door.meeting_id, one, "误扫")
    refused = upload(door, text, clock.now() - MINUTE, direction=Direction.EXIT)
    service.keep_uploads(device, door.scope_id, [refused])
    assert queries.inside_now(door.meeting_id) == frozenset()
    assert queries.came_in(door.meeting_id) == frozenset()
    assert_ledger_says_who_is_inside(door)


def conflict_of(scan_id: str) -> int:
    return db.session.scalars(
        sa.select(ScanConflict.id)
        .join(Scan, Scan.id == ScanConflict.scan_id)
        .where(Scan.scan_id == scan_id)
    ).one()


@pytest.mark.parametrize(
    ("resolution", "inside"), [(Resolution.LET_STAND, 1), (Resolution.TAKEN_BACK, 0)]
)
def test_double_entry_is_left_or_taken_back(
    door: Door, resolution: Resolution, inside: int
) -> None:
    device, _ = make_device(door)
    text = pass_text(make_registration(door))
    scan(door, text)
    service.keep_uploads(
        device, door.scope_id, [upload(door, text, clock.now(), scan_id="uploaded-one")]
    )
    conflict = conflict_of("uploaded-one")
    service.resolve_conflict(door.supervisor, door.meeting_id, conflict, resolution)
    assert len(queries.inside_now(door.meeting_id)) == inside
    assert open_conflicts() == []
    assert_ledger_says_who_is_inside(door)
    with pytest.raises(Conflict):
        service.resolve_conflict(door.supervisor, door.meeting_id, conflict, resolution)


@pytest.mark.parametrize(
    ("resolution", "inside"), [(Resolution.LET_STAND, 1), (Resolution.TAKEN_BACK, 0)]
)
def test_entry_that_was_refused_counts_once_the_desk_lets_it_stand(
    door: Door, resolution: Resolution, inside: int
) -> None:
    device, _ = make_device(door)
    one = make_registration(door)
    text = pass_text(one)
    raise_generation(one)
    service.keep_uploads(
        device, door.scope_id, [upload(door, text, clock.now(), scan_id="refused-one")]
    )
    service.resolve_conflict(
        door.supervisor, door.meeting_id, conflict_of("refused-one"), resolution
    )
    assert len(queries.inside_now(door.meeting_id)) == inside
    assert_ledger_says_who_is_inside(door)
    again = upload(door, pass_text(one), clock.now() - MINUTE)
    service.keep_uploads(device, door.scope_id, [again])
    assert len(queries.inside_now(door.meeting_id)) == 1
    assert_ledger_says_who_is_inside(door)


def test_what_was_practised_without_a_network_counts_nowhere(door: Door) -> None:
    device, _ = make_device(door)
    one, two = make_registration(door, "王磊"), make_registration(door, "张堃")
    began = clock.now() - 10 * MINUTE
    with transaction() as session:
        session.get_one(Meeting, door.meeting_id).state = MeetingState.REGISTRATION_CLOSED
    with clock.fixed(began):
        service.start_rehearsal(SYSTEM, door.meeting_id)
    practised = upload(door, pass_text(one), began + MINUTE, scan_id="practised-one")
    earlier = upload(door, pass_text(two), began - MINUTE, scan_id="before-it-began")
    kept = service.keep_uploads(device, door.scope_id, [practised, earlier])
    assert [one.answer and one.answer["verdict"] for one in kept] == [Verdict.ADMITTED] * 2
    assert queries.inside_now(door.meeting_id) == frozenset({two})
    assert service.keep_uploads(device, door.scope_id, [practised])[0].answer is not None
    service.end_rehearsal(SYSTEM, door.meeting_id)
    assert service.keep_uploads(device, door.scope_id, [practised])[0].answer is not None
    assert db.session.scalars(sa.select(Scan.scan_id)).all() == ["before-it-began"]
    assert_ledger_says_who_is_inside(door)
