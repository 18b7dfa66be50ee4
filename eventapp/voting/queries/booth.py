"""Reads for a representative: the ballots of the unit, its own vote, a receipt."""

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventapp.alliance.models import Organisation, Person
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Mandate
from eventapp.voting.models import (
    Ballot,
    ElectorateUnit,
    Motion,
    VoteHolder,
    VotingRecord,
)
from eventapp.voting.queries.ballots import BallotRow, open_ballots
from eventapp.voting.rules import BallotState, Choice, record_code, short_code


@dataclass(frozen=True, slots=True)
class Representative:
    """Who stands in the booth, and for which unit."""

    mandate_id: int
    organisation_id: int
    organisation: str
    person_id: int
    person: str
    proxy: bool


@dataclass(frozen=True, slots=True)
class OwnVote:
    """The vote that a unit holds in a ballot; `mine` where this representative gave it."""

    choice: Choice
    at: datetime
    seq: int
    holder: str
    mine: bool


@dataclass(frozen=True, slots=True)
class BoothBallot:
    """An open ballot as one unit sees it."""

    ballot: BallotRow
    in_electorate: bool
    vote: OwnVote | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was recorded of one vote; `code` names the record, `definition` the ballot."""

    ballot_id: int
    seq: int
    organisation_id: int
    choice: Choice
    at: datetime
    code: str
    changed: bool


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """A receipt with the question that it answers."""

    receipt: Receipt
    motion_number: int
    motion_title: str
    text_code: str
    ballot_code: str
    open: bool
    latest: bool


def representative_of(meeting_id: int, mandate_id: int) -> Representative:
    """Find whom a valid mandate of this meeting lets speak, and for which unit."""
    row = db.session.execute(
        sa.select(
            Mandate.id,
            Mandate.organisation_id,
            Organisation.name,
            Mandate.person_id,
            Person.name,
            Mandate.proxy,
        )
        .join(Organisation, Organisation.id == Mandate.organisation_id)
        .join(Person, Person.id == Mandate.person_id)
        .where(
            Mandate.meeting_id == meeting_id,
            Mandate.id == mandate_id,
            Mandate.revoked_at.is_(None),
        )
    ).first()
    if row is None:
        raise NotFound("mandate_unknown", N_("这份授权已经收回，请到会务组核实。"))
    return Representative(*row)


def booth_of(meeting_id: int, who: Representative) -> list[BoothBallot]:
    """List the open ballots with the vote that the unit holds in each."""
    ballots = open_ballots(meeting_id)
    ids = [ballot.id for ballot in ballots]
    rows = db.session.execute(
        sa.select(
            VoteHolder.ballot_id,
            VoteHolder.choice,
            VoteHolder.cast_at,
            VoteHolder.record_seq,
            Person.name,
            VoteHolder.person_id,
        )
        .join(Person, Person.id == VoteHolder.person_id)
        .where(VoteHolder.ballot_id.in_(ids), VoteHolder.organisation_id == who.organisation_id)
    )
    votes = {
        ballot_id: OwnVote(choice, at, seq, name, person == who.person_id)
        for ballot_id, choice, at, seq, name, person in rows
    }
    entitled = _entitled(ids, who.organisation_id)
    return [BoothBallot(row, row.id in entitled, votes.get(row.id)) for row in ballots]


def _entitled(ballot_ids: list[int], organisation_id: int) -> set[int]:
    return set(
        db.session.scalars(
            sa.select(Ballot.id)
            .join(ElectorateUnit, ElectorateUnit.electorate_id == Ballot.electorate_id)
            .where(Ballot.id.in_(ballot_ids), ElectorateUnit.organisation_id == organisation_id)
        )
    )


def receipt_in(meeting_id: int, mandate_id: int, seq: int) -> ReceiptPage:
    """Find the receipt of a vote that this mandate cast; anybody else's does not exist."""
    row = db.session.execute(
        sa.select(
            VotingRecord.body,
            VotingRecord.hash,
            Motion.number,
            Motion.title,
            Motion.digest,
            Ballot.definition,
            Ballot.state,
            VoteHolder.record_seq,
        )
        .join(Ballot, Ballot.id == VotingRecord.ballot_id)
        .join(Motion, Motion.id == Ballot.motion_id)
        .outerjoin(
            VoteHolder,
            sa.and_(
                VoteHolder.ballot_id == Ballot.id,
                VoteHolder.organisation_id == VotingRecord.organisation_id,
            ),
        )
        .where(
            Ballot.meeting_id == meeting_id,
            VotingRecord.mandate_id == mandate_id,
            VotingRecord.seq == seq,
            VotingRecord.act == "cast",
        )
    ).first()
    if row is None:
        raise NotFound("receipt_unknown", N_("没有找到这份回执。"))
    return ReceiptPage(
        receipt_from(row.body, row.hash),
        row.number,
        row.title,
        short_code(row.digest),
        short_code(row.definition),
        row.state is BallotState.OPEN,
        row.record_seq == seq,
    )


def receipt_from(body: str, value: str) -> Receipt:
    """Read a receipt from the record of the vote itself, so that it can be given again."""
    said = json.loads(body)
    return Receipt(
        said["ballot"],
        said["seq"],
        said["organisation"],
        Choice(said["choice"]),
        datetime.fromisoformat(said["at"]),
        record_code(value),
        said["replaces"] is not None,
    )


_MEETING_ID = sa.select(Meeting.id).where(Meeting.slug == sa.bindparam("slug"))


def meeting_id_of(slug: str) -> int:
    """Tell the id of a meeting by its word in URLs, and nothing more of it."""
    found = db.session.scalar(_MEETING_ID, {"slug": slug})
    if found is None:
        raise NotFound("not_found", N_("没有找到您要的内容。"))
    return found
