"""Reads of motions and ballots: what is put to the vote, how, and how far it has come."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.voting.models import (
    Ballot,
    Electorate,
    ElectorateUnit,
    HandCount,
    Motion,
    Outcome,
    VoteHolder,
)
from eventapp.voting.queries.presence import counts_of_presence
from eventapp.voting.rules import (
    BallotState,
    Cast,
    Choice,
    ElectorateSource,
    Mode,
    MotionKind,
    Result,
    Rule,
    Sentence,
    Snapshot,
    count_present,
    explain_need,
    rule_in_words,
    short_code,
)


@dataclass(frozen=True, slots=True)
class BallotRow:
    """A ballot with its motion, as a page shows it; `present` counts as the rule says."""

    id: int
    meeting_id: int
    motion_id: int
    motion_number: int
    motion_title: str
    kind: MotionKind
    text_digest: str
    charter_edition_id: int | None
    list_edition_id: int | None
    item_id: int | None
    mode: Mode
    rule: Rule
    source: ElectorateSource
    state: BallotState
    definition: str
    counted: str
    override_reason: str
    reason: str
    repeats_id: int | None
    annul_asked_by: int | None
    opened_at: datetime | None
    closed_at: datetime | None
    declared_at: datetime | None
    result: Result | None
    source_list_id: int | None
    source_units: list[Any]
    entitled: int = 0
    present: int = 0
    cast: int = 0

    @property
    def code(self) -> str:
        """The short code of the definition; empty before opening."""
        return short_code(self.definition) if self.definition else ""

    @property
    def text_code(self) -> str:
        """The short code of the text that is voted on."""
        return short_code(self.text_digest)

    @property
    def rule_sentence(self) -> Sentence:
        """The rule in words."""
        return rule_in_words(self.rule)

    @property
    def need_sentence(self) -> Sentence:
        """How many votes are needed with the presence that counts now."""
        return explain_need(self.rule, self.entitled, self.present)


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many have voted of how many who may, never what they said."""

    entitled: int
    present: int
    cast: int


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of an electorate, whether it is counted as present and whether it has voted."""

    organisation_id: int
    name: str
    seat: str
    in_person: bool
    by_proxy: bool
    voted: bool


@dataclass(frozen=True, slots=True)
class MotionRow:
    """A question that may be put."""

    id: int
    number: int
    kind: MotionKind
    title: str
    text: str
    digest: str
    charter_edition_id: int | None
    list_edition_id: int | None
    item_id: int | None


_MOTIONS = sa.select(
    Motion.id,
    Motion.number,
    Motion.kind,
    Motion.title,
    Motion.text,
    Motion.digest,
    Motion.charter_edition_id,
    Motion.list_edition_id,
    Motion.item_id,
)
_BALLOTS = (
    sa.select(
        Ballot.id,
        Ballot.meeting_id,
        Ballot.motion_id,
        Motion.number,
        Motion.title,
        Motion.kind,
        Motion.digest,
        Motion.charter_edition_id,
        Motion.list_edition_id,
        Motion.item_id,
        Ballot.mode,
        Ballot.rule,
        Ballot.source,
        Ballot.state,
        Ballot.definition,
        Ballot.counted,
        Ballot.override_reason,
        Ballot.reason,
        Ballot.repeats_id,
        Ballot.annul_asked_by,
        Ballot.opened_at,
        Ballot.closed_at,
        Ballot.declared_at,
        Outcome.result,
        Ballot.source_list_id,
        Ballot.source_units,
        Ballot.electorate_id,
    )
    .join(Motion, Motion.id == Ballot.motion_id)
    .outerjoin(Outcome, Outcome.ballot_id == Ballot.id)
    .where(Ballot.meeting_id == sa.bindparam("meeting_id"))
    .order_by(Motion.number, Ballot.id)
)
_ONE = _BALLOTS.where(Ballot.id == sa.bindparam("ballot_id"))
_OPEN = _BALLOTS.where(Ballot.state == BallotState.OPEN)


def motion_in(meeting_id: int, motion_id: int) -> MotionRow:
    """Find a motion of this meeting; raises NotFound."""
    row = db.session.execute(
        _MOTIONS.where(Motion.meeting_id == meeting_id, Motion.id == motion_id)
    ).first()
    if row is None:
        raise NotFound("motion_unknown", N_("没有找到这一表决事项。"))
    return MotionRow(*row)


def motions_of(meeting_id: int) -> list[MotionRow]:
    """List the motions of a meeting by number."""
    rows = db.session.execute(
        _MOTIONS.where(Motion.meeting_id == meeting_id).order_by(Motion.number)
    )
    return [MotionRow(*row) for row in rows]


def ballots_of(meeting_id: int) -> list[BallotRow]:
    """List the ballots of a meeting, by motion and then in the order they were prepared."""
    return _rows(_BALLOTS, meeting_id=meeting_id)


def open_ballots(meeting_id: int) -> list[BallotRow]:
    """List the ballots that take votes now."""
    return _rows(_OPEN, meeting_id=meeting_id)


def ballot_in(meeting_id: int, ballot_id: int) -> BallotRow:
    """Find a ballot of this meeting; raises NotFound."""
    rows = _rows(_ONE, meeting_id=meeting_id, ballot_id=ballot_id)
    if not rows:
        raise NotFound("ballot_unknown", N_("没有找到这次表决。"))
    return rows[0]


def turnout_of(ballot_id: int) -> Turnout:
    """Tell how many units have voted, without what they said."""
    meeting_id = db.session.scalar(sa.select(Ballot.meeting_id).where(Ballot.id == ballot_id))
    row = ballot_in(meeting_id or 0, ballot_id)
    return Turnout(row.entitled, row.present, row.cast)


def units_of(ballot_id: int) -> list[UnitRow]:
    """List the units of a ballot's electorate in their order, with their presence and vote."""
    counted = db.session.scalar(sa.select(Ballot.counted).where(Ballot.id == ballot_id)) or ""
    snapshot = counts_of_presence([ballot_id]).get((ballot_id, counted), NOBODY)
    rows = db.session.execute(
        sa.select(
            ElectorateUnit.organisation_id,
            ElectorateUnit.name,
            ElectorateUnit.seat,
            VoteHolder.organisation_id.is_not(None),
        )
        .join(Ballot, Ballot.electorate_id == ElectorateUnit.electorate_id)
        .outerjoin(
            VoteHolder,
            sa.and_(
                VoteHolder.ballot_id == Ballot.id,
                VoteHolder.organisation_id == ElectorateUnit.organisation_id,
            ),
        )
        .where(Ballot.id == ballot_id)
        .order_by(ElectorateUnit.ordinal)
    )
    return [
        UnitRow(unit, name, seat, unit in snapshot.in_person, unit in snapshot.by_proxy, voted)
        for unit, name, seat, voted in rows
    ]


def votes_of(ballot_id: int) -> list[tuple[int, str, Choice]]:
    """List what each unit said, in the order of the electorate: (organisation, name, choice)."""
    rows = db.session.execute(
        sa.select(ElectorateUnit.organisation_id, ElectorateUnit.name, VoteHolder.choice)
        .join(Ballot, Ballot.electorate_id == ElectorateUnit.electorate_id)
        .join(
            VoteHolder,
            sa.and_(
                VoteHolder.ballot_id == Ballot.id,
                VoteHolder.organisation_id == ElectorateUnit.organisation_id,
            ),
        )
        .where(Ballot.id == ballot_id)
        .order_by(ElectorateUnit.ordinal)
    )
    return [(unit, name, choice) for unit, name, choice in rows]


def hand_count_of(ballot_id: int) -> HandCount | None:
    """Read what the tellers counted, confirmed or not."""
    return db.session.get(HandCount, ballot_id)


def electorate_units(electorate_id: int) -> frozenset[int]:
    """Give the units of a frozen electorate."""
    return frozenset(
        db.session.scalars(
            sa.select(ElectorateUnit.organisation_id).where(
                ElectorateUnit.electorate_id == electorate_id
            )
        )
    )


def electorate_of(electorate_id: int) -> Electorate:
    """Read a frozen electorate with its canonical body."""
    return db.session.get_one(Electorate, electorate_id)


def casts_of(ballot_ids: list[int]) -> dict[int, dict[int, Cast]]:
    """Read the votes that units hold, by ballot and unit."""
    found: dict[int, dict[int, Cast]] = {}
    rows = db.session.execute(
        sa.select(
            VoteHolder.ballot_id,
            VoteHolder.organisation_id,
            VoteHolder.choice,
            VoteHolder.person_id,
            VoteHolder.by_proxy,
        ).where(VoteHolder.ballot_id.in_(ballot_ids))
    )
    for ballot_id, unit, choice, person, by_proxy in rows:
        found.setdefault(ballot_id, {})[unit] = Cast(choice, person, by_proxy)
    return found


NOBODY = Snapshot(frozenset(), frozenset())


def _rows(statement: Any, **values: int) -> list[BallotRow]:
    found = db.session.execute(statement, values).all()
    ids = [row.id for row in found]
    counted = counts_of_presence(ids) if ids else {}
    casts = casts_of(ids) if ids else {}
    electorates = _electorates([row.electorate_id for row in found if row.electorate_id])
    rows: list[BallotRow] = []
    for *plain, electorate_id in found:
        ballot = BallotRow(*plain)
        rule = Rule.from_record(cast("dict[str, Any]", ballot.rule))
        units = electorates.get(electorate_id, frozenset())
        votes = casts.get(ballot.id, {})
        here = counted.get((ballot.id, ballot.counted), NOBODY)
        present, _ = count_present(rule, units, here, votes)
        rows.append(
            replace(ballot, rule=rule, entitled=len(units), present=present, cast=len(votes))
        )
    return rows


def _electorates(ids: list[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    rows = db.session.execute(
        sa.select(ElectorateUnit.electorate_id, ElectorateUnit.organisation_id).where(
            ElectorateUnit.electorate_id.in_(ids)
        )
    )
    for electorate_id, unit in rows:
        found.setdefault(electorate_id, set()).add(unit)
    return {key: frozenset(units) for key, units in found.items()}
