"""Reads of the units of an alliance in their order, and of its seats."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eventapp.alliance.models import Membership, Organisation, Seat
from eventapp.alliance.queries.alliances import missing
from eventapp.alliance.rules import OrderedUnit, Ordering, order_units
from eventapp.core.db import db
from eventapp.core.names import name_key

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
    rows = db.session.connection().execute(_MEMBER_NAMES, {"alliance_id": alliance_id}).all()
    return {row[0]: row[1] for row in rows}


def unit_key(name: str) -> str:
    """Return the form in which a unit keeps its name to be found by any spelling of it."""
    return name_key(name)[:255]


def member_called(alliance_id: Any) -> sa.Select[Any]:
    """Look for the id of the unit that belongs to an alliance and whose key is `unit_key`."""
    return (
        sa.select(sa.func.min(_organisations.c.id))
        .join(_memberships, _memberships.c.organisation_id == _organisations.c.id)
        .where(
            _organisations.c.name_key == sa.bindparam("unit_key"),
            _organisations.c.name_key != "",
            _memberships.c.alliance_id == alliance_id,
            _memberships.c.left_at.is_(None),
        )
    )


def member_named(alliance_id: int, unit: str) -> int | None:
    """Tell the id of the member unit with this name, None for a unit that is no member."""
    named = {"alliance_id": alliance_id, "unit_key": unit_key(unit)}
    return db.session.connection().execute(_MEMBER_CALLED, named).scalar_one()


_memberships: Any = Membership.__table__
_organisations: Any = Organisation.__table__
_MEMBER_CALLED = member_called(sa.bindparam("alliance_id"))
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
