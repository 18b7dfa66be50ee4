"""Reads of what was decided, and the record by which anybody can do the sum again."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.accounts.models import User
from eventapp.core.db import db
from eventapp.core.ledger import head_of
from eventapp.meetings.queries import meeting_of
from eventapp.voting.models import (
    Ballot,
    Electorate,
    Motion,
    Outcome,
    Resolution,
    VotingRecord,
)
from eventapp.voting.queries.ballots import ballot_in
from eventapp.voting.rules import (
    BallotState,
    Counts,
    Mode,
    MotionKind,
    PaperCount,
    Result,
    Rule,
    Sentence,
    decide_outcome,
    explain_in_short,
    explain_outcome,
    record_code,
    rule_in_words,
    short_code,
)
from eventapp.voting.rules import Outcome as Decision


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What a ballot decided, with every number and code that a page or minutes need."""

    id: int
    ballot_id: int
    motion_number: int
    motion_title: str
    kind: MotionKind
    text_digest: str
    mode: Mode
    state: BallotState
    definition: str
    result: Result
    entitled: int
    present: int
    yes: int
    no: int
    abstain: int
    needed: int
    missing: int
    decision: Decision
    digest: str
    record_hash: str
    resolution_year: int | None
    resolution_number: int | None
    opened_at: datetime | None
    closed_at: datetime
    declared_at: datetime | None
    declared_by_name: str

    @property
    def rule_sentence(self) -> Sentence:
        """The rule in words."""
        return rule_in_words(self.decision.rule)

    @property
    def sentence(self) -> Sentence:
        """The sum in one sentence: what was counted, needed and so decided."""
        return explain_outcome(self.decision)

    @property
    def short_sentence(self) -> Sentence:
        """The sum in one line, for the projector."""
        return explain_in_short(self.decision)

    @property
    def code(self) -> str:
        """The short code of the ballot's definition."""
        return short_code(self.definition)

    @property
    def text_code(self) -> str:
        """The short code of the text that was voted on."""
        return short_code(self.text_digest)

    @property
    def record_code(self) -> str:
        """The code of the chain where the ballot was closed, as it is printed in minutes."""
        return record_code(self.record_hash)


_OUTCOMES = (
    sa.select(Outcome, Motion, Ballot, Resolution.year, Resolution.number, User.name)
    .join(Ballot, Ballot.id == Outcome.ballot_id)
    .join(Motion, Motion.id == Ballot.motion_id)
    .outerjoin(Resolution, Resolution.outcome_id == Outcome.id)
    .outerjoin(User, User.id == Ballot.declared_by)
    .where(Ballot.meeting_id == sa.bindparam("meeting_id"))
    .order_by(Motion.number, Ballot.id)
)


def outcomes_of(meeting_id: int) -> list[OutcomeRow]:
    """List what the ballots of a meeting decided, annulled ones included: see `state`."""
    rows = db.session.execute(_OUTCOMES, {"meeting_id": meeting_id})
    return [_outcome(row) for row in rows]


def outcome_of(meeting_id: int, ballot_id: int) -> OutcomeRow | None:
    """Find what one ballot decided."""
    rows = db.session.execute(
        _OUTCOMES.where(Ballot.id == ballot_id), {"meeting_id": meeting_id}
    ).all()
    return _outcome(rows[0]) if rows else None


def _outcome(row: Any) -> OutcomeRow:
    outcome, motion, ballot, year, number, name = row
    return OutcomeRow(
        id=outcome.id,
        ballot_id=ballot.id,
        motion_number=motion.number,
        motion_title=motion.title,
        kind=motion.kind,
        text_digest=motion.digest,
        mode=ballot.mode,
        state=ballot.state,
        definition=ballot.definition,
        result=outcome.result,
        entitled=outcome.entitled,
        present=outcome.present,
        yes=outcome.yes,
        no=outcome.no,
        abstain=outcome.abstain,
        needed=outcome.needed,
        missing=outcome.missing,
        decision=_decision(outcome.body),
        digest=outcome.digest,
        record_hash=outcome.record_hash,
        resolution_year=year,
        resolution_number=number,
        opened_at=ballot.opened_at,
        closed_at=outcome.closed_at,
        declared_at=ballot.declared_at,
        declared_by_name=name or "",
    )


def _decision(body: str) -> Decision:
    stored = json.loads(body)["decision"]
    paper = stored["paper"]
    return decide_outcome(
        Rule.from_record(stored["rule"]),
        Counts(**stored["counts"]),
        paper and PaperCount(paper["issued"], paper["returned"], paper["invalid"]),
    )


def record_of(meeting_id: int, ballot_id: int) -> dict[str, Any]:
    """Give all that is needed to check a ballot without us; see `rules.verify_record`.

    The whole chain of the meeting goes along, for a record can only be seen to follow another
    when the other is there. It holds ids and choices of units, no person's name.
    """
    ballot_in(meeting_id, ballot_id)
    ballot = db.session.get_one(Ballot, ballot_id)
    motion = db.session.get_one(Motion, ballot.motion_id)
    electorate = db.session.get(Electorate, ballot.electorate_id) if ballot.electorate_id else None
    outcome = db.session.scalar(sa.select(Outcome).where(Outcome.ballot_id == ballot_id))
    scope_id = meeting_of(meeting_id).scope_id
    head = head_of(scope_id, VotingRecord.ledger)
    rows = db.session.execute(
        sa.select(VotingRecord.seq, VotingRecord.body, VotingRecord.hash)
        .where(VotingRecord.scope_id == scope_id, VotingRecord.seq <= head.seq)
        .order_by(VotingRecord.seq)
    )
    return {
        "what": "ballot_record",
        "ballot": ballot_id,
        "text": {"body": motion.text, "digest": motion.digest},
        "electorate": _frozen(electorate and (electorate.body, electorate.digest)),
        "definition": _frozen((ballot.body, ballot.definition)),
        "outcome": outcome and _frozen((outcome.body, outcome.digest)),
        "records": [{"seq": seq, "body": body, "hash": value} for seq, body, value in rows],
        "head": {"seq": head.seq, "hash": head.hash},
    }


def _frozen(pair: tuple[str, str] | None) -> dict[str, str]:
    body, digest = pair or ("", "")
    return {"body": body, "digest": digest}
