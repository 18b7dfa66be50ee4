"""Who may vote before a ballot freezes it, and whether enough of them are here."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from eventapp.alliance.queries import entries_of, list_edition_in, members_of, seats_of
from eventapp.core.db import db
from eventapp.meetings.queries import meeting_of
from eventapp.voting.models import Ballot, ElectorateUnit, Motion
from eventapp.voting.queries.presence import attendance_now
from eventapp.voting.rules import (
    PRESETS,
    BallotState,
    Base,
    ElectorateSource,
    Rule,
    Snapshot,
    Unit,
    count_present,
    needed_votes,
    quorum_needed,
)

USUAL = PRESETS["alliance_council"].rule
"""What a council is asked for while no ballot is prepared."""


@dataclass(frozen=True, slots=True)
class NextVote:
    """Who may vote next, under which rule, and who of them is here now.

    `number` and `title` are those of the motion, 0 and empty where none is prepared. `needed` is
    the quorum; where the rule asks for votes of all, no fewer units than that many votes.
    `waiting` are those of the units whose people are inside and not confirmed yet.
    """

    number: int
    title: str
    rule: Rule
    units: tuple[Unit, ...]
    here: Snapshot
    present: int
    needed: int
    waiting: frozenset[int]


_NEXT = (
    sa.select(
        Motion.number,
        Motion.title,
        Ballot.rule,
        Ballot.source,
        Ballot.source_list_id,
        Ballot.source_units,
        Ballot.electorate_id,
    )
    .join(Motion, Motion.id == Ballot.motion_id)
    .where(
        Ballot.meeting_id == sa.bindparam("meeting_id"),
        Ballot.state.in_((BallotState.OPEN, BallotState.DRAFT)),
    )
    .order_by(Ballot.state != BallotState.OPEN, Motion.number, Ballot.id)
    .limit(1)
)


def next_vote_of(meeting_id: int) -> NextVote | None:
    """Tell who may vote in the open ballot, else in the next one that is prepared.

    Without either it is the council under the usual rule; None where nobody may vote.
    """
    alliance_id = meeting_of(meeting_id).alliance_id
    ballot = db.session.execute(_NEXT, {"meeting_id": meeting_id}).first()
    if ballot is None:
        number, title, rule = 0, "", USUAL
        units = units_entitled(alliance_id, ElectorateSource.COUNCIL_SEATS)
    else:
        number, title, rule = ballot.number, ballot.title, Rule.from_record(ballot.rule)
        units = (
            _frozen_units(ballot.electorate_id)
            if ballot.electorate_id
            else units_entitled(
                alliance_id, ballot.source, ballot.source_list_id, ballot.source_units
            )
        )
    if not units:
        return None
    ids = frozenset(unit.organisation for unit in units)
    now = attendance_now(meeting_id)
    here = now.counted(ids)
    needed = quorum_needed(rule, len(ids))
    if rule.base is Base.ALL:
        needed = max(needed, needed_votes(rule.threshold, len(ids)))
    present = count_present(rule, ids, here, {})[0]
    return NextVote(number, title, rule, tuple(units), here, present, needed, now.waiting & ids)


def units_entitled(
    alliance_id: int,
    source: ElectorateSource,
    list_id: int | None = None,
    by_hand: Collection[int] = (),
) -> list[Unit]:
    """Give the units that may vote by a named source, in the order of protocol."""
    if source is ElectorateSource.PROPOSED_LIST:
        assert list_id is not None  # noqa: S101 - asked for when the ballot was prepared
        list_edition_in(alliance_id, list_id)
        voting = {seat.id for seat in seats_of(alliance_id) if seat.votes_in_council}
        return [
            Unit(entry.organisation_id, entry.name, entry.seat_label)
            for entry in entries_of(list_id)
            if entry.seat_id in voting
        ]
    members = members_of(alliance_id)
    if source is ElectorateSource.COUNCIL_SEATS:
        members = [row for row in members if row.seat_id and row.votes_in_council]
    elif source is ElectorateSource.BY_HAND:
        members = [row for row in members if row.organisation_id in set(by_hand)]
    return [Unit(row.organisation_id, row.name, row.seat_label or "") for row in members]


def _frozen_units(electorate_id: int) -> list[Unit]:
    rows = db.session.execute(
        sa.select(ElectorateUnit.organisation_id, ElectorateUnit.name, ElectorateUnit.seat)
        .where(ElectorateUnit.electorate_id == electorate_id)
        .order_by(ElectorateUnit.ordinal)
    )
    return [Unit(*row) for row in rows]
