"""Casting a vote: the hottest verb of a meeting, and the one that must never lose anything.

The ledger's head is the queue: it is locked first, everything that decides is read after that,
and so each vote sees all votes, recounts and closings before it. Statements are built once.
"""

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eventapp.alliance.models import Person
from eventapp.checkin.models import Admission, DoorSession
from eventapp.checkin.queries import units_inside
from eventapp.checkin.queries.books import FIRST
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import direct_transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound
from eventapp.core.ledger import Head, LedgerHead, canonical, link, write_record
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Mandate, Registration
from eventapp.voting.models import Attendance as AttendanceRow
from eventapp.voting.models import (
    Ballot,
    ElectorateUnit,
    VoteHolder,
    VotingRecord,
)
from eventapp.voting.queries import Receipt, receipt_from
from eventapp.voting.rules import (
    Attendance,
    BallotState,
    Choice,
    Floor,
    Holding,
    Mode,
    Proxy,
    Standing,
    Voter,
    carrier,
    decide_may_vote,
    ensure_may_vote,
    record_code,
)

MEETING_ID = sa.bindparam("meeting_id")
BALLOT_ID = sa.bindparam("ballot_id")
KEY_LENGTH = (16, 40)

_HEAD = (
    sa.select(LedgerHead.seq, LedgerHead.hash, LedgerHead.scope_id)
    .join(Meeting, Meeting.scope_id == LedgerHead.scope_id)
    .where(Meeting.id == MEETING_ID, LedgerHead.name == VotingRecord.ledger)
    .with_for_update(of=LedgerHead)
)
_other = aliased(Mandate, name="other")
_counted = aliased(AttendanceRow, name="counted")
_holder = aliased(Person, name="holder")


# Worked out once: joined, the sessions led a planner without statistics to look at everybody.
_WHERE_BALLOTS_ARE_HELD = (
    sa.select(DoorSession.id)
    .where(DoorSession.meeting_id == MEETING_ID, DoorSession.ordinal == FIRST)
    .scalar_subquery()
)


def _inside(person: Any) -> Any:
    """Say in SQL that a person is now inside where ballots are held, and was seen by somebody."""
    return (
        sa.select(Admission.id)
        .join(Registration, Registration.id == Admission.registration_id)
        .where(
            # Not the admission's own meeting, and no index on the registration's: a planner
            # without statistics would begin there, with everybody.
            Registration.meeting_id + 0 == MEETING_ID,
            Registration.person_id == person,
            Admission.session_id == _WHERE_BALLOTS_ARE_HELD,
            Admission.confirmed,
        )
        .exists()
    )


_FACTS = (
    sa.select(
        Ballot.meeting_id,
        Ballot.state,
        Ballot.mode,
        Ballot.definition,
        Ballot.rule,
        Mandate.organisation_id.label("unit"),
        Mandate.person_id.label("person"),
        Mandate.proxy,
        ElectorateUnit.organisation_id.label("entitled"),
        _counted.by_proxy.label("counted_by_proxy"),
        VoteHolder.person_id.label("held_by"),
        VoteHolder.by_proxy.label("held_by_proxy"),
        VoteHolder.record_seq.label("held_seq"),
        _holder.name.label("holder"),
        VotingRecord.body.label("earlier"),
        VotingRecord.hash.label("earlier_hash"),
        VotingRecord.mandate_id.label("earlier_mandate"),
        _inside(Mandate.person_id).label("person_inside"),
        sa.select(_other.id)
        .where(
            _other.meeting_id == MEETING_ID,
            _other.organisation_id == Mandate.organisation_id,
            _other.proxy.is_(False),
            _other.revoked_at.is_(None),
            _inside(_other.person_id),
        )
        .correlate(Mandate)
        .exists()
        .label("unit_inside"),
    )
    .select_from(Ballot)
    .join(
        Mandate,
        sa.and_(
            Mandate.id == sa.bindparam("mandate_id"),
            Mandate.meeting_id == MEETING_ID,
            Mandate.revoked_at.is_(None),
        ),
    )
    .outerjoin(
        ElectorateUnit,
        sa.and_(
            ElectorateUnit.electorate_id == Ballot.electorate_id,
            ElectorateUnit.organisation_id == Mandate.organisation_id,
        ),
    )
    .outerjoin(
        _counted,
        sa.and_(
            _counted.ballot_id == Ballot.id,
            _counted.moment == Ballot.counted,
            _counted.organisation_id == Mandate.organisation_id,
        ),
    )
    .outerjoin(
        VoteHolder,
        sa.and_(
            VoteHolder.ballot_id == Ballot.id,
            VoteHolder.organisation_id == Mandate.organisation_id,
        ),
    )
    .outerjoin(_holder, _holder.id == VoteHolder.person_id)
    .outerjoin(
        VotingRecord,
        sa.and_(
            VotingRecord.ballot_id == Ballot.id,
            VotingRecord.client_key == sa.bindparam("client_key"),
        ),
    )
    .where(Ballot.id == BALLOT_ID, Ballot.meeting_id == MEETING_ID)
)
_CLAIM = sa.insert(VoteHolder.__table__)  # type: ignore[arg-type]
_CHANGE = (
    sa.update(VoteHolder.__table__)  # type: ignore[arg-type]
    .where(
        VoteHolder.__table__.c.ballot_id == sa.bindparam("b_ballot_id"),
        VoteHolder.__table__.c.organisation_id == sa.bindparam("b_organisation_id"),
    )
    .values(
        choice=sa.bindparam("b_choice"),
        mandate_id=sa.bindparam("b_mandate_id"),
        by_proxy=sa.bindparam("b_by_proxy"),
        record_seq=sa.bindparam("b_record_seq"),
        cast_at=sa.bindparam("b_cast_at"),
    )
)


@dataclass(frozen=True, slots=True)
class _Vote:
    """What somebody asks to be recorded."""

    meeting_id: int
    ballot_id: int
    mandate_id: int
    choice: Choice
    client_key: str


def cast_vote(
    actor: Actor, meeting_id: int, ballot_id: int, *, choice: Choice, client_key: str
) -> Receipt:
    """Record the vote of the unit that the actor's mandate speaks for, exactly once.

    `client_key` is made for one decision of the voter: the same key with the same choice gives
    the same receipt again, even after closing; with another choice it raises Conflict. Until
    closing the holder may change the vote with a new key, and the last one counts. Raises
    Conflict or Forbidden with the standing as code where the unit may not vote.
    """
    if not KEY_LENGTH[0] <= len(client_key) <= KEY_LENGTH[1]:
        raise Invalid("key_unreadable", N_("页面已经过期，请返回重新选择。"))
    vote = _Vote(meeting_id, ballot_id, actor.subject_id, choice, client_key)
    with direct_transaction() as connection:
        head = connection.execute(_HEAD, {"meeting_id": meeting_id}).first()
        facts = connection.execute(
            _FACTS,
            {
                "meeting_id": meeting_id,
                "ballot_id": ballot_id,
                "mandate_id": vote.mandate_id,
                "client_key": client_key,
            },
        ).first()
        if head is None or facts is None:
            raise NotFound("ballot_unknown", N_("没有找到这次表决。"))
        if facts.earlier is not None:
            return _again(vote, facts)
        _ensure_may_cast(facts)
        return _record(connection, actor, vote, head, facts)


def _again(vote: _Vote, facts: Any) -> Receipt:
    """Give the receipt of a request that came before; a key stands for one content only."""
    receipt = receipt_from(facts.earlier, facts.earlier_hash)
    if receipt.choice is not vote.choice or facts.earlier_mandate != vote.mandate_id:
        raise Conflict(
            "key_reused", N_("这一次提交已经记录过另一个选择；如需更改，请返回重新选择。")
        )
    return receipt


def _ensure_may_cast(facts: Any) -> None:
    if facts.state is BallotState.OPEN and facts.mode is not Mode.NAMED:
        raise Conflict("ballot_not_electronic", N_("本事项在会场现场表决，不在手机上投票。"))
    holder = carrier(facts.person) if facts.proxy else None
    voter = Voter(facts.unit, facts.person, holder)
    floor = _floor(facts)
    standing = decide_may_vote(voter, floor)
    if standing is Standing.NOT_PRESENT:  # only then it matters who waits to be confirmed
        waiting = units_inside(facts.meeting_id).waiting
        floor = replace(floor, now=replace(floor.now, waiting=waiting))
    if standing is Standing.HELD_BY_ANOTHER:
        raise Conflict(
            Standing.HELD_BY_ANOTHER,
            N_("本单位的一票已由%(name)s投出，您不必再投。"),
            name=facts.holder,
        )
    ensure_may_vote(voter, floor)


def _floor(facts: Any) -> Floor:
    """Give the floor as far as it concerns this one unit."""
    unit, me = facts.unit, carrier(facts.person)
    inside = {unit} if facts.unit_inside else set[int]()
    proxies: tuple[Proxy, ...] = ()
    if facts.proxy:
        proxies = (Proxy(unit, me),)
        inside |= {me} if facts.person_inside else set[int]()
    counted = Attendance(frozenset())
    if facts.counted_by_proxy is False:
        counted = Attendance(frozenset({unit}))
    elif facts.counted_by_proxy:
        counted = Attendance(frozenset({me}), (Proxy(unit, me),))
    held = {} if facts.held_by is None else {unit: Holding(facts.held_by, facts.held_by_proxy)}
    return Floor(
        state=facts.state,
        electorate=frozenset() if facts.entitled is None else frozenset({unit}),
        counted=counted,
        now=Attendance(frozenset(inside), proxies),
        held=held,
        proxy_counts_as_present=facts.rule["proxy_counts_as_present"],
    )


def _record(connection: sa.Connection, actor: Actor, vote: _Vote, head: Any, facts: Any) -> Receipt:
    at, seq = clock.now(), head.seq + 1
    body = canonical(
        {
            "seq": seq,
            "at": at.isoformat(),
            "actor": str(actor),
            "kind": "cast",
            "ballot": vote.ballot_id,
            "definition": facts.definition,
            "organisation": facts.unit,
            "mandate": vote.mandate_id,
            "by_proxy": facts.proxy,
            "choice": str(vote.choice),
            "key": vote.client_key,
            "replaces": facts.held_seq,
        }
    )
    value = link(head.hash, body)
    values = {
        "scope_id": head.scope_id,
        "body": body.decode(),
        "act": "cast",
        "ballot_id": vote.ballot_id,
        "organisation_id": facts.unit,
        "mandate_id": vote.mandate_id,
        "client_key": vote.client_key,
        "at": at,
    }
    write_record(connection, VotingRecord, values, Head(seq, value))
    _claim(connection, vote, facts, seq, at)
    return Receipt(
        vote.ballot_id,
        seq,
        facts.unit,
        vote.choice,
        at,
        record_code(value),
        facts.held_seq is not None,
    )


def _claim(connection: sa.Connection, vote: _Vote, facts: Any, seq: int, at: Any) -> None:
    """Take the unit's one vote, or change it; the primary key is the last word on "one"."""
    claim = {
        "ballot_id": vote.ballot_id,
        "organisation_id": facts.unit,
        "mandate_id": vote.mandate_id,
        "by_proxy": facts.proxy,
        "choice": vote.choice,
        "record_seq": seq,
        "cast_at": at,
    }
    if facts.held_by is None:
        connection.execute(_CLAIM, {**claim, "person_id": facts.person})
    else:
        connection.execute(_CHANGE, {f"b_{name}": value for name, value in claim.items()})
