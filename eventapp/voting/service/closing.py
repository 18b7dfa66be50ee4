"""Closing, declaring and annulling: from votes to an outcome, and from it to what it changes."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa

from eventapp.alliance.models import Alliance
from eventapp.alliance.service import reject_list, seat_council
from eventapp.charter.service import adopt, reject
from eventapp.core import clock
from eventapp.core.access import Actor, ActorKind
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict, Forbidden, Invalid
from eventapp.core.ledger import canonical, digest
from eventapp.meetings.models import Meeting
from eventapp.voting.models import Ballot, Motion, Outcome, Resolution
from eventapp.voting.queries import (
    attendance_now,
    casts_of,
    counts_of_presence,
    electorate_units,
)
from eventapp.voting.rules import (
    BallotState,
    CountedAt,
    Mode,
    MotionKind,
    Result,
    Rule,
    Snapshot,
    count_given,
    count_votes,
    decide_outcome,
    ensure_may_annul,
    ensure_may_become,
    text_digest,
)
from eventapp.voting.rules import Outcome as Decision
from eventapp.voting.service.counting import confirmed_count
from eventapp.voting.service.motions import hold_ballot
from eventapp.voting.service.opening import hold_votes, keep_attendance, note


def close_ballot(actor: Actor, meeting_id: int, ballot_id: int) -> Outcome:
    """Stop taking votes and do the sum, both in one transaction.

    Every vote acknowledged before this is in the sum; every one after it is refused. Raises
    Conflict unless the ballot is open, and for hands or papers that nobody has confirmed.
    """
    with transaction() as session:
        meeting = hold_votes(meeting_id)
        ballot = hold_ballot(meeting_id, ballot_id)
        ensure_may_become(ballot.state, BallotState.CLOSED)
        assert ballot.electorate_id is not None  # noqa: S101 - frozen at opening
        units = electorate_units(ballot.electorate_id)
        closing = attendance_now(meeting_id).counted(units)
        decision = _decide(ballot, units, closing)
        keep_attendance(ballot_id, "closing", closing)
        ballot.state = BallotState.CLOSED
        ballot.closed_at = clock.now()
        body = {
            "what": "outcome",
            "ballot": ballot_id,
            "definition": ballot.definition,
            "decision": decision.to_record(),
        }
        value = digest(body)
        facts = {"presence": closing.to_record(), "outcome": value}
        record = note(actor, meeting, ballot, "closed", facts)
        outcome = _outcome(ballot, decision, canonical(body).decode(), value, record.hash)
        session.add(outcome)
        session.flush()
    return outcome


def declare_outcome(actor: Actor, meeting_id: int, ballot_id: int) -> Outcome:
    """Read the outcome out: from now on it holds.

    A passed charter is in force and a passed list makes the council, with this outcome as
    their basis; a failed one is rejected. What passed gets the next number of the year.
    """
    user_id = _user(actor)
    with transaction() as session:
        meeting = hold_votes(meeting_id)
        ballot = hold_ballot(meeting_id, ballot_id)
        ensure_may_become(ballot.state, BallotState.DECLARED)
        outcome = session.scalars(sa.select(Outcome).where(Outcome.ballot_id == ballot_id)).one()
        motion = session.get_one(Motion, ballot.motion_id)
        ballot.state = BallotState.DECLARED
        ballot.declared_at = clock.now()
        ballot.declared_by = user_id
        number = None
        if outcome.result is Result.PASSED:
            number = _resolve(meeting, motion, outcome)
        _take_effect(actor, motion, outcome)
        facts = {"outcome": outcome.digest, "resolution": number}
        note(actor, meeting, ballot, "declared", facts)
    return outcome


def ask_annulment(actor: Actor, meeting_id: int, ballot_id: int, *, reason: str) -> Ballot:
    """Ask that a ballot be annulled; nothing changes until a second person agrees."""
    user_id = _user(actor)
    if not reason.strip():
        raise Invalid("reason_missing", N_("请写明作废的原因。"), field="reason")
    with transaction():
        meeting = hold_votes(meeting_id)
        ballot = hold_ballot(meeting_id, ballot_id)
        ensure_may_become(ballot.state, BallotState.ANNULLED)
        _ensure_nothing_stands_on(ballot)
        ballot.annul_asked_by = user_id
        ballot.reason = reason.strip()
        note(actor, meeting, ballot, "annul_asked", {"reason": text_digest(ballot.reason)})
    return ballot


def annul_ballot(actor: Actor, meeting_id: int, ballot_id: int) -> Ballot:
    """Annul a ballot as the second person; it stays on record and can be repeated."""
    user_id = _user(actor)
    with transaction():
        meeting = hold_votes(meeting_id)
        ballot = hold_ballot(meeting_id, ballot_id)
        if ballot.annul_asked_by is None:
            raise Conflict("annulment_not_asked", N_("还没有人提出作废这次表决。"))
        ensure_may_annul(
            ballot.state, reason=ballot.reason, first=ballot.annul_asked_by, second=user_id
        )
        _ensure_nothing_stands_on(ballot)
        ballot.state = BallotState.ANNULLED
        ballot.annulled_by = user_id
        facts = {"reason": text_digest(ballot.reason), "asked_by": ballot.annul_asked_by}
        note(actor, meeting, ballot, "annulled", facts)
    return ballot


def _decide(ballot: Ballot, units: frozenset[int], closing: Snapshot) -> Decision:
    rule = Rule.from_record(ballot.rule)
    counted = closing
    if rule.counted_at is CountedAt.OPENING:
        counted = counts_of_presence([ballot.id])[ballot.id, ballot.counted]
    if ballot.mode is Mode.NAMED:
        votes = casts_of([ballot.id]).get(ballot.id, {})
        return decide_outcome(rule, count_votes(rule, units, counted, votes))
    said, papers = confirmed_count(ballot)
    return decide_outcome(rule, count_given(rule, units, counted, said), papers)


def _outcome(
    ballot: Ballot, decision: Decision, body: str, value: str, record_hash: str
) -> Outcome:
    assert ballot.closed_at is not None  # noqa: S101 - set by the caller
    return Outcome(
        ballot_id=ballot.id,
        result=decision.result,
        entitled=decision.counts.entitled,
        present=decision.counts.present,
        yes=decision.counts.yes,
        no=decision.counts.no,
        abstain=decision.counts.abstain,
        needed=decision.needed,
        missing=decision.missing,
        body=body,
        digest=value,
        record_hash=record_hash,
        closed_at=ballot.closed_at,
    )


def _resolve(meeting: Meeting, motion: Motion, outcome: Outcome) -> list[int]:
    """Give a passed outcome the next number of its year; the alliance is locked meanwhile."""
    lock(Alliance, meeting.alliance_id)
    year = outcome.closed_at.astimezone(ZoneInfo(meeting.zone)).year
    last = db.session.scalar(
        sa.select(sa.func.max(Resolution.number)).where(
            Resolution.alliance_id == meeting.alliance_id, Resolution.year == year
        )
    )
    resolution = Resolution(
        alliance_id=meeting.alliance_id,
        outcome_id=outcome.id,
        year=year,
        number=(last or 0) + 1,
        title=motion.title,
    )
    db.session.add(resolution)
    db.session.flush()
    return [resolution.year, resolution.number]


def _take_effect(actor: Actor, motion: Motion, outcome: Outcome) -> None:
    """Adopt or reject what was voted on; without a valid vote it stays before the meeting."""
    if outcome.result not in (Result.PASSED, Result.FAILED):
        return
    passed = outcome.result is Result.PASSED
    basis = f"outcome:{outcome.id}:{outcome.digest}"
    if motion.kind is MotionKind.CHARTER and motion.charter_edition_id is not None:
        (adopt if passed else reject)(actor, motion.charter_edition_id, basis=basis)
    if motion.kind is MotionKind.LIST and motion.list_edition_id is not None:
        (seat_council if passed else reject_list)(actor, motion.list_edition_id, basis=basis)


def _ensure_nothing_stands_on(ballot: Ballot) -> None:
    """Refuse to pull an outcome from under a charter or a council that has already begun."""
    motion = db.session.get_one(Motion, ballot.motion_id)
    took_effect = ballot.state is BallotState.DECLARED and motion.kind in (
        MotionKind.CHARTER,
        MotionKind.LIST,
    )
    if took_effect:
        raise Conflict(
            "outcome_in_effect", N_("章程或名单已按这一结果生效或被否决，只能另行表决，不能作废。")
        )


def _user(actor: Actor) -> int:
    if actor.kind is not ActorKind.USER:
        raise Forbidden("user_needed", N_("这一步须由登录的会务人员办理。"))
    return actor.id
