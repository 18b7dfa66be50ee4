"""The board of arrivals, out of one look at who is expected, and who is missing from it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.models import Person
from eventapp.checkin.queries.books import (
    UNIT,
    admissions,
    organisations,
    people,
    registrations,
)
from eventapp.checkin.queries.presence import Quorum
from eventapp.core.db import db
from eventapp.core.errors import N_
from eventapp.registration.models import Delegation, Leave
from eventapp.registration.rules import Category, State


@dataclass(frozen=True, slots=True)
class ArrivalCounts:
    """How many have come of how many that are expected, in all and by category."""

    arrived: int
    expected: int
    by_category: dict[Category, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class UnitCount:
    """How many of a unit have come, of how many; `missing` are the others' names."""

    organisation_id: int | None
    name: str
    arrived: int
    expected: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Who has come, counted; `arrived_at` are the instants at which those inside came."""

    counts: ArrivalCounts
    units: tuple[UnitCount, ...]
    arrived_at: tuple[datetime, ...]


# One plain statement for the whole board: each look of each screen asks for it.
_EXPECTED = (
    sa.select(
        people.c.name,
        registrations.c.organisation_id,
        UNIT,
        registrations.c.category,
        registrations.c.state,
        admissions.c.admitted_at,
    )
    .select_from(
        registrations.join(people, people.c.id == registrations.c.person_id)
        .outerjoin(organisations, organisations.c.id == registrations.c.organisation_id)
        .outerjoin(admissions, admissions.c.registration_id == registrations.c.id)
    )
    .where(
        registrations.c.meeting_id == sa.bindparam("meeting_id"),
        sa.or_(registrations.c.state == State.APPROVED, admissions.c.id.is_not(None)),
    )
    .order_by(
        registrations.c.organisation_id.is_(None),
        organisations.c.pinyin_key,
        UNIT.element,
        people.c.pinyin_key,
        registrations.c.id,
    )
)


def board_of(meeting_id: int) -> Board:
    """Count who has come, of those approved; somebody cancelled who is inside still counts in.

    Units stand in the order of pinyin, people without one last.
    """
    found: dict[tuple[int | None, str], list[tuple[str, bool]]] = {}
    kinds: dict[Category, tuple[int, int]] = {}
    arrived_at: list[datetime] = []
    expected = 0
    rows = db.session.connection().execute(_EXPECTED, {"meeting_id": meeting_id})
    for name, unit_id, unit, category, state, at in rows:
        came = at is not None
        found.setdefault((unit_id, unit), []).append((name, came))
        arrived, total = kinds.get(category, (0, 0))
        kinds[category] = (arrived + came, total + 1)
        expected += state == State.APPROVED
        if came:
            arrived_at.append(at)
    by_category = {kind: kinds[kind] for kind in Category if kind in kinds}
    units = tuple(_count(unit_id, name, rows) for (unit_id, name), rows in found.items())
    return Board(ArrivalCounts(len(arrived_at), expected, by_category), units, tuple(arrived_at))


def _count(unit_id: int | None, name: str, rows: list[tuple[str, bool]]) -> UnitCount:
    missing = tuple(name for name, came in rows if not came)
    return UnitCount(unit_id, name, len(rows) - len(missing), len(rows), missing)


class Absence(StrEnum):
    """Why a unit is on the list of who is missing."""

    NOBODY = "nobody"
    UNMANDATED = "unmandated"
    WAITING = "waiting"
    EXCUSED = "excused"
    PARTLY = "partly"


ABSENCE_LABEL: dict[Absence, str] = {
    Absence.NOBODY: N_("未到"),
    Absence.UNMANDATED: N_("有人到会，授权代表未到"),
    Absence.WAITING: N_("授权代表已入场，待门岗确认"),
    Absence.EXCUSED: N_("已请假"),
    Absence.PARTLY: N_("部分未到"),
}


@dataclass(frozen=True, slots=True)
class MissingUnit:
    """A unit of which somebody is missing, and whom to call; the edge masks `phone`.

    `votes`: it may vote and nobody who speaks for it is here.
    """

    organisation_id: int | None
    name: str
    votes: bool
    absence: Absence
    arrived: int
    expected: int
    people: tuple[str, ...]
    delegation_id: int | None
    liaison: str
    phone: str


_LIAISONS = (
    sa.select(Delegation.organisation_id, Delegation.id, Person.name, Person.phone)
    .join(Person, Person.id == Delegation.liaison_id)
    .where(Delegation.meeting_id == sa.bindparam("meeting_id"))
)
_EXCUSED = sa.select(Leave.organisation_id).where(
    Leave.meeting_id == sa.bindparam("meeting_id"),
    Leave.withdrawn_at.is_(None),
    Leave.person_id.is_(None),
)


def missing_units(meeting_id: int, quorum: Quorum | None) -> list[MissingUnit]:
    """List of whom somebody is missing: first the units that would vote, then the others.

    Those that vote stand in the order of protocol, the others in that of pinyin.
    """
    key = {"meeting_id": meeting_id}
    liaisons = {row.organisation_id: row for row in db.session.execute(_LIAISONS, key)}
    excused = set(db.session.scalars(_EXCUSED, key))
    waiting = quorum.waiting if quorum else frozenset[int]()
    units = board_of(meeting_id).units
    counted = {unit.organisation_id: unit for unit in units if unit.organisation_id}
    voting = [
        counted.get(unit_id) or UnitCount(unit_id, name, 0, 0, ())
        for unit_id, name in (quorum.missing if quorum else ())
    ]
    first = {unit.organisation_id for unit in voting}
    others = [unit for unit in units if unit.missing and unit.organisation_id not in first]
    return [
        _missing(
            unit,
            liaisons.get(unit.organisation_id or 0),
            _absence(unit, excused, waiting, votes=votes),
            votes=votes,
        )
        for votes, group in ((True, voting), (False, others))
        for unit in group
    ]


def _missing(unit: UnitCount, liaison: Any, absence: Absence, *, votes: bool) -> MissingUnit:
    return MissingUnit(
        unit.organisation_id,
        unit.name,
        votes,
        absence,
        unit.arrived,
        unit.expected,
        unit.missing,
        liaison.id if liaison else None,
        liaison.name if liaison else "",
        liaison.phone if liaison else "",
    )


def _absence(
    unit: UnitCount, excused: Collection[int | None], waiting: Collection[int], *, votes: bool
) -> Absence:
    if votes and unit.organisation_id in waiting:
        return Absence.WAITING
    if unit.arrived:
        return Absence.UNMANDATED if votes else Absence.PARTLY
    if unit.organisation_id in excused and unit.organisation_id is not None:
        return Absence.EXCUSED
    return Absence.NOBODY
