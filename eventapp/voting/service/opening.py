"""Opening a ballot: what freezes, who is counted, and counting again."""

import sqlalchemy as sa

from eventapp.agenda.queries import was_deliberated
from eventapp.alliance.queries import list_edition_in
from eventapp.charter.queries import edition_in
from eventapp.charter.rules import EditionState
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.ledger import append, canonical, digest, lock_head
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.voting.models import (
    Attendance,
    Ballot,
    Electorate,
    ElectorateUnit,
    Motion,
    VotingRecord,
)
from eventapp.voting.queries import attendance_now, electorate_units, units_entitled
from eventapp.voting.rules import (
    BallotState,
    MotionKind,
    Rule,
    Snapshot,
    count_present,
    electorate_record,
    ensure_may_cast,
    ensure_may_open,
    ensure_quorum,
)
from eventapp.voting.service.motions import hold_ballot


def open_ballot(
    actor: Actor, meeting_id: int, ballot_id: int, *, override_reason: str = ""
) -> Ballot:
    """Begin to take votes: electorate, rule, mode and text freeze under one digest.

    Raises Conflict without a deliberation (unless a reason overrides that), without a quorum,
    with an empty electorate, or for a text that is no longer before the meeting.
    """
    with transaction() as session:
        meeting = hold_votes(meeting_id)
        ballot = hold_ballot(meeting_id, ballot_id)
        motion = session.get_one(Motion, ballot.motion_id)
        deliberated = motion.item_id is not None and was_deliberated(meeting_id, motion.item_id)
        ensure_may_open(ballot.state, deliberated=deliberated, override_reason=override_reason)
        _ensure_before_the_meeting(meeting, motion)
        _ensure_no_other(motion.id)
        now = attendance_now(meeting_id)
        electorate, units = _freeze_electorate(meeting, ballot)
        snapshot = now.counted(units)
        rule = Rule.from_record(ballot.rule)
        ensure_quorum(rule, len(units), count_present(rule, units, snapshot, {})[0])
        ballot.electorate_id = electorate.id
        ballot.override_reason = "" if deliberated else override_reason.strip()
        definition = _definition(meeting, ballot, motion, electorate.digest)
        ballot.body = canonical(definition).decode()
        ballot.definition = digest(definition)
        ballot.opened_at = clock.now()
        ballot.state = BallotState.OPEN
        _keep_count(ballot, "opening", snapshot)
        facts = {"deliberated": deliberated, "presence": snapshot.to_record()}
        note(actor, meeting, ballot, "opened", facts)
    return ballot


def recount_presence(actor: Actor, meeting_id: int, ballot_id: int) -> Ballot:
    """Count presence again while a ballot is open; from now on this count stands."""
    with transaction() as session:
        meeting = hold_votes(meeting_id)
        ballot = hold_ballot(meeting_id, ballot_id)
        ensure_may_cast(ballot.state)
        assert ballot.electorate_id is not None  # noqa: S101 - frozen at opening
        snapshot = attendance_now(meeting_id).counted(electorate_units(ballot.electorate_id))
        counts = session.scalar(
            sa.select(sa.func.count(sa.distinct(Attendance.moment))).where(
                Attendance.ballot_id == ballot_id
            )
        )
        _keep_count(ballot, f"recount-{counts or 0}", snapshot)
        note(actor, meeting, ballot, "recount", {"presence": snapshot.to_record()})
    return ballot


def hold_votes(meeting_id: int) -> Meeting:
    """Hold the meeting's ledger of votes until the transaction ends.

    Whatever changes a ballot begins here, so all of it stands in one line: a vote is either
    before the closing and counted, or after it and refused.
    """
    meeting = meeting_of(meeting_id)
    lock_head(meeting.scope_id, VotingRecord.ledger)
    return meeting


def note(
    actor: Actor, meeting: Meeting, ballot: Ballot, kind: str, facts: dict[str, object]
) -> VotingRecord:
    """Add what happened to the ledger of votes."""
    at = clock.now()
    body = {
        "at": at.isoformat(),
        "actor": str(actor),
        "kind": kind,
        "ballot": ballot.id,
        "definition": ballot.definition,
        **facts,
    }
    return append(VotingRecord, meeting.scope_id, body, act=kind, ballot_id=ballot.id, at=at)


def keep_attendance(ballot_id: int, moment: str, snapshot: Snapshot) -> None:
    """Write down which units were here at a count."""
    rows = [(unit, False) for unit in snapshot.in_person]
    rows += [(unit, True) for unit in snapshot.by_proxy]
    db.session.add_all(
        Attendance(ballot_id=ballot_id, moment=moment, organisation_id=unit, by_proxy=by_proxy)
        for unit, by_proxy in rows
    )


def _keep_count(ballot: Ballot, moment: str, snapshot: Snapshot) -> None:
    keep_attendance(ballot.id, moment, snapshot)
    ballot.counted = moment


def _definition(
    meeting: Meeting, ballot: Ballot, motion: Motion, electorate: str
) -> dict[str, object]:
    return {
        "what": "ballot",
        "meeting": meeting.id,
        "ballot": ballot.id,
        "motion": {
            "number": motion.number,
            "kind": str(motion.kind),
            "title": motion.title,
            "digest": motion.digest,
        },
        "mode": str(ballot.mode),
        "rule": ballot.rule,
        "electorate": electorate,
        "repeats": ballot.repeats_id,
    }


def _freeze_electorate(meeting: Meeting, ballot: Ballot) -> tuple[Electorate, frozenset[int]]:
    units = units_entitled(
        meeting.alliance_id, ballot.source, ballot.source_list_id, ballot.source_units
    )
    if not units:
        raise Conflict("electorate_empty", N_("选民名册里没有单位，不能开始表决。"))
    record = {
        **electorate_record(units),
        "source": str(ballot.source),
        "list_edition": ballot.source_list_id,
    }
    electorate = Electorate(
        meeting_id=meeting.id,
        source=ballot.source,
        body=canonical(record).decode(),
        digest=digest(record),
        frozen_at=clock.now(),
    )
    db.session.add(electorate)
    db.session.flush()
    db.session.add_all(
        ElectorateUnit(
            electorate_id=electorate.id,
            organisation_id=unit.organisation,
            name=unit.name,
            seat=unit.seat,
            ordinal=place,
        )
        for place, unit in enumerate(units, start=1)
    )
    return electorate, frozenset(unit.organisation for unit in units)


def _ensure_before_the_meeting(meeting: Meeting, motion: Motion) -> None:
    """Refuse a charter that has been decided, or replaced, since the motion was written."""
    if motion.kind is MotionKind.CHARTER and motion.charter_edition_id is not None:
        state = edition_in(meeting.alliance_id, motion.charter_edition_id).state
    elif motion.kind is MotionKind.LIST and motion.list_edition_id is not None:
        state = list_edition_in(meeting.alliance_id, motion.list_edition_id).state
    else:
        return
    if str(state) != EditionState.TABLED:
        raise Conflict("edition_decided", N_("这一稿已有结论，不能再表决。"))


def _ensure_no_other(motion_id: int) -> None:
    other = db.session.scalar(
        sa.select(Ballot.id).where(
            Ballot.motion_id == motion_id,
            Ballot.state.in_((BallotState.OPEN, BallotState.CLOSED, BallotState.DECLARED)),
        )
    )
    if other is not None:
        raise Conflict("motion_taken", N_("这一事项已经表决过，须先作废原来的表决才能重新表决。"))
