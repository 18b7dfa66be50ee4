"""Reads of alliances: their units in order, seats, people and lists.

Every query takes the alliance and filters by it: what belongs to another does not exist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eventapp.alliance.models import (
    Alliance,
    CouncilList,
    ListEdition,
    ListEntry,
    Membership,
    Organisation,
    Person,
    Seat,
)
from eventapp.alliance.rules import ListState, OrderedUnit, Ordering, order_units
from eventapp.core.db import db
from eventapp.core.errors import N_, Invalid, NotFound
from eventapp.core.phones import clean_phone
from eventapp.core.scope import Scope

UNSEATED = 10**6
"""Where units without a seat stand in protocol order: behind every seat."""
_Proposed = aliased(Seat, name="proposed")


@dataclass(frozen=True, slots=True)
class Member:
    """A unit in an alliance, with its seat and what it is ordered by."""

    membership_id: int
    organisation_id: int
    name: str
    seat_id: int | None
    seat_key: str | None
    seat_label: str | None
    seat_ordinal: int | None
    votes_in_council: bool
    ordinal: int
    lead_ordinal: int | None
    pinyin_key: str
    stroke_key: str
    credit_code: str = ""
    proposed_seat_id: int | None = None
    proposed_seat_key: str | None = None
    proposed_seat_ordinal: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an edition of a list."""

    organisation_id: int
    name: str
    seat_id: int
    seat_label: str
    ordinal: int
    seat_key: str = ""


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition of a list, without its lines."""

    id: int
    list_id: int
    title: str
    number: int
    state: ListState
    digest: str
    entries: int
    tabled_at: datetime | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list with its editions, the newest first."""

    id: int
    title: str
    editions: tuple[EditionRow, ...]


def missing() -> NotFound:
    """Say that a thing is not there, or not for this alliance."""
    return NotFound("not_found", N_("没有找到您要的内容。"))


def alliance_by_slug(slug: str) -> Alliance:
    """Find an alliance by its word in URLs; raises NotFound."""
    found = db.session.scalar(
        sa.select(Alliance).join(Scope, Scope.id == Alliance.scope_id).where(Scope.slug == slug)
    )
    if found is None:
        raise missing()
    return found


def alliance_of(alliance_id: int) -> Alliance:
    """Find an alliance by its id; raises NotFound."""
    found = db.session.get(Alliance, alliance_id)
    if found is None:
        raise missing()
    return found


def slug_of(alliance: Alliance) -> str:
    """Tell an alliance's word in URLs."""
    return db.session.scalars(sa.select(Scope.slug).where(Scope.id == alliance.scope_id)).one()


def all_alliances() -> list[tuple[str, Alliance]]:
    """List every alliance with its slug, by name: for whoever runs the installation."""
    rows = db.session.execute(
        sa.select(Scope.slug, Alliance)
        .join(Scope, Scope.id == Alliance.scope_id)
        .order_by(Alliance.name)
    )
    return [(slug, alliance) for slug, alliance in rows]


def members_of(alliance_id: int, *, ordering: Ordering = Ordering.PROTOCOL) -> list[Member]:
    """List the units that belong to an alliance now, by one of the three customs."""
    rows = db.session.execute(
        sa.select(
            Membership.id,
            Membership.organisation_id,
            Organisation.name,
            Membership.seat_id,
            Seat.key,
            Seat.label,
            Seat.ordinal,
            sa.func.coalesce(Seat.votes_in_council, sa.false()),
            Membership.ordinal,
            Membership.lead_ordinal,
            Organisation.pinyin_key,
            Organisation.stroke_key,
            Organisation.credit_code,
            Membership.proposed_seat_id,
            _Proposed.key,
            _Proposed.ordinal,
        )
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(Seat, Seat.id == Membership.seat_id)
        .outerjoin(_Proposed, _Proposed.id == Membership.proposed_seat_id)
        .where(Membership.alliance_id == alliance_id, Membership.left_at.is_(None))
    )
    return _ordered([Member(*row) for row in rows], ordering)


def member_names(alliance_id: int) -> dict[int, str]:
    """Tell the names of the units that belong to an alliance now, by their ids."""
    rows = db.session.connection().execute(_MEMBER_NAMES, {"alliance_id": alliance_id})
    return {row[0]: row[1] for row in rows}


_memberships: Any = Membership.__table__
_organisations: Any = Organisation.__table__
_MEMBER_NAMES = (
    sa.select(_organisations.c.id, _organisations.c.name)
    .join(_memberships, _memberships.c.organisation_id == _organisations.c.id)
    .where(
        _memberships.c.alliance_id == sa.bindparam("alliance_id"),
        _memberships.c.left_at.is_(None),
    )
)


def _ordered(members: Sequence[Member], ordering: Ordering) -> list[Member]:
    by_id = {member.organisation_id: member for member in members}
    return [by_id[unit.unit_id] for unit in order_units(map(_as_unit, members), ordering)]


def _as_unit(member: Member) -> OrderedUnit:
    seat = member.seat_ordinal
    if seat is None:
        proposed = member.proposed_seat_ordinal
        seat = UNSEATED if proposed is None else proposed
    return OrderedUnit(
        member.organisation_id,
        seat,
        member.ordinal or None,
        (member.stroke_key,),
        member.pinyin_key,
    )


def leads_of(members: Iterable[Member]) -> list[Member]:
    """Choose the lead units among members, in their own order."""
    found = [member for member in members if member.lead_ordinal is not None]
    return sorted(found, key=lambda member: (member.lead_ordinal or 0, member.pinyin_key))


def organisation_names(ids: Iterable[int]) -> dict[int, str]:
    """Map units to their names."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted))
    )
    return {row.id: row.name for row in rows}


def organisation_in(alliance_id: int, organisation_id: int) -> Organisation:
    """Find a unit that belongs to the alliance, or did; raises NotFound for any other."""
    found = db.session.scalar(
        sa.select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.alliance_id == alliance_id, Organisation.id == organisation_id)
    )
    if found is None:
        raise missing()
    return found


def membership_in(alliance_id: int, organisation_id: int) -> Membership:
    """Find the present membership of a unit; raises NotFound."""
    found = db.session.scalar(
        sa.select(Membership).where(
            Membership.alliance_id == alliance_id,
            Membership.organisation_id == organisation_id,
            Membership.left_at.is_(None),
        )
    )
    if found is None:
        raise missing()
    return found


def is_shared(organisation_id: int, alliance_id: int) -> bool:
    """Tell whether another alliance names this unit too."""
    return (
        db.session.scalar(
            sa.select(Membership.id)
            .where(
                Membership.organisation_id == organisation_id,
                Membership.alliance_id != alliance_id,
            )
            .limit(1)
        )
        is not None
    )


def seats_of(alliance_id: int) -> list[Seat]:
    """List an alliance's seats from the highest."""
    return list(
        db.session.scalars(
            sa.select(Seat).where(Seat.alliance_id == alliance_id).order_by(Seat.ordinal, Seat.id)
        )
    )


def seat_in(alliance_id: int, seat_id: int) -> Seat:
    """Find a seat of the alliance; raises NotFound."""
    found = db.session.get(Seat, seat_id)
    if found is None or found.alliance_id != alliance_id:
        raise missing()
    return found


def people_of(
    alliance_id: int,
    organisation_id: int | None = None,
    *,
    ordering: Ordering = Ordering.PINYIN,
) -> list[Person]:
    """List an alliance's people, or one unit's, by pinyin unless asked otherwise."""
    key = Person.stroke_key if ordering is Ordering.STROKES else Person.pinyin_key
    query = sa.select(Person).where(Person.alliance_id == alliance_id).order_by(key, Person.id)
    if organisation_id is not None:
        query = query.where(Person.organisation_id == organisation_id)
    return list(db.session.scalars(query))


def person_in(alliance_id: int, person_id: int) -> Person:
    """Find a person of the alliance; raises NotFound."""
    found = db.session.get(Person, person_id)
    if found is None or found.alliance_id != alliance_id:
        raise missing()
    return found


def person_by_phone(alliance_id: int, phone: str) -> Person | None:
    """Find the person of the alliance with this phone, however it is written."""
    try:
        digits = clean_phone(phone)
    except Invalid:
        return None
    if not digits:
        return None
    return db.session.scalar(
        sa.select(Person).where(Person.alliance_id == alliance_id, Person.phone == digits)
    )


def list_in(alliance_id: int, list_id: int) -> CouncilList:
    """Find a list of the alliance; raises NotFound."""
    found = db.session.get(CouncilList, list_id)
    if found is None or found.alliance_id != alliance_id:
        raise missing()
    return found


def list_edition_in(alliance_id: int, edition_id: int) -> ListEdition:
    """Find an edition of a list of the alliance; raises NotFound."""
    found = db.session.scalar(
        sa.select(ListEdition)
        .join(CouncilList, CouncilList.id == ListEdition.list_id)
        .where(ListEdition.id == edition_id, CouncilList.alliance_id == alliance_id)
    )
    if found is None:
        raise missing()
    return found


def entries_of(edition_id: int) -> list[Entry]:
    """List the lines of an edition in the order in which they are voted on.

    By seat, then by the order set by hand, then by pinyin; the unit's id breaks a last tie.
    """
    rows = db.session.execute(
        sa.select(
            ListEntry.organisation_id,
            Organisation.name,
            ListEntry.seat_id,
            Seat.label,
            ListEntry.ordinal,
            Seat.key,
        )
        .join(Organisation, Organisation.id == ListEntry.organisation_id)
        .join(Seat, Seat.id == ListEntry.seat_id)
        .where(ListEntry.edition_id == edition_id)
        .order_by(Seat.ordinal, ListEntry.ordinal, Organisation.pinyin_key, Organisation.id)
    )
    return [Entry(*row) for row in rows]


def lists_of(alliance_id: int) -> list[ListRow]:
    """List the alliance's lists with their editions, the newest edition first."""
    editions = _editions_of(alliance_id)
    lists = db.session.scalars(
        sa.select(CouncilList)
        .where(CouncilList.alliance_id == alliance_id)
        .order_by(CouncilList.id.desc())
    )
    return [
        ListRow(row.id, row.title, tuple(one for one in editions if one.list_id == row.id))
        for row in lists
    ]


def _editions_of(alliance_id: int) -> list[EditionRow]:
    size: Any = (
        sa.select(sa.func.count())
        .where(ListEntry.edition_id == ListEdition.id)
        .correlate(ListEdition)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            ListEdition.id,
            ListEdition.list_id,
            CouncilList.title,
            ListEdition.number,
            ListEdition.state,
            ListEdition.digest,
            size,
            ListEdition.tabled_at,
            ListEdition.decided_at,
        )
        .join(CouncilList, CouncilList.id == ListEdition.list_id)
        .where(CouncilList.alliance_id == alliance_id)
        .order_by(ListEdition.number.desc())
    )
    return [EditionRow(*row) for row in rows]
