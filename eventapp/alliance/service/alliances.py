"""Found and describe an alliance, and arrange its seats."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from eventapp.alliance.models import Alliance, ListEntry, Membership, Seat
from eventapp.alliance.queries import seat_in, seats_of
from eventapp.alliance.rules import DEFAULT_SEATS
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.ledger import audit, open_ledgers
from eventapp.core.names import clean_name
from eventapp.core.scope import ROOT, Scope, ScopeKind, open_scope
from eventapp.core.slugs import ensure_slug


@dataclass(frozen=True, slots=True)
class SeatIn:
    """What a seat shall be called and whether it votes; its place follows from the order."""

    seat_id: int
    label: str
    votes_in_council: bool


def create_alliance(
    actor: Actor, *, slug: str, name: str, short_name: str = "", aims: Iterable[str] = ()
) -> Alliance:
    """Found an alliance with its own scope, ledgers and the usual seats."""
    ensure_slug(slug)
    with transaction() as session:
        lock(Scope, ROOT)
        scope = open_scope(ScopeKind.ALLIANCE, ROOT, slug)
        open_ledgers(scope.id)
        alliance = Alliance(
            scope_id=scope.id,
            name=_named(name),
            short_name=clean_name(short_name),
            aims=_lines(aims),
            created_at=clock.now(),
        )
        session.add(alliance)
        session.flush()
        for ordinal, seat in enumerate(DEFAULT_SEATS, start=1):
            session.add(
                Seat(
                    alliance_id=alliance.id,
                    key=seat.key,
                    label=seat.label,
                    ordinal=ordinal,
                    votes_in_council=seat.votes_in_council,
                )
            )
        audit(actor, scope.id, "alliance.create", f"alliance:{alliance.id}")
    return alliance


def change_alliance(
    actor: Actor, alliance_id: int, *, name: str, short_name: str, aims: Iterable[str]
) -> Alliance:
    """Change what an alliance is called and what it is for."""
    with transaction():
        alliance = lock(Alliance, alliance_id)
        alliance.name, alliance.short_name = _named(name), clean_name(short_name)
        alliance.aims = _lines(aims)
        audit(actor, alliance.scope_id, "alliance.change", f"alliance:{alliance_id}")
    return alliance


def arrange_seats(actor: Actor, alliance_id: int, rows: Sequence[SeatIn]) -> None:
    """Name and order all seats of an alliance; `rows` stand from the highest to the lowest.

    Raises Conflict where somebody added or removed a seat meanwhile.
    """
    with transaction():
        alliance = lock(Alliance, alliance_id)
        seats = {seat.id: seat for seat in seats_of(alliance_id)}
        if set(seats) != {row.seat_id for row in rows}:
            raise Conflict("seats_moved", N_("席位刚刚有了改动，请刷新页面后再改。"))
        for ordinal, row in enumerate(rows, start=1):
            seat = seats[row.seat_id]
            seat.label, seat.ordinal = _named(row.label), ordinal
            seat.votes_in_council = row.votes_in_council
        audit(actor, alliance.scope_id, "seats.arrange", f"alliance:{alliance_id}")


def add_seat(actor: Actor, alliance_id: int, *, label: str, votes_in_council: bool) -> Seat:
    """Add a seat below the others."""
    with transaction() as session:
        alliance = lock(Alliance, alliance_id)
        seats = seats_of(alliance_id)
        taken = {seat.key for seat in seats}
        number = next(n for n in range(len(seats) + 1, 10**4) if f"seat_{n}" not in taken)
        seat = Seat(
            alliance_id=alliance_id,
            key=f"seat_{number}",
            label=_named(label),
            ordinal=max((seat.ordinal for seat in seats), default=0) + 1,
            votes_in_council=votes_in_council,
        )
        session.add(seat)
        flush_or(Conflict("seats_moved", N_("席位刚刚有了改动，请刷新页面后再改。")))
        audit(actor, alliance.scope_id, "seat.add", f"seat:{seat.id}")
    return seat


def remove_seat(actor: Actor, alliance_id: int, seat_id: int) -> None:
    """Remove a seat that no unit holds and no list names."""
    with transaction() as session:
        alliance = lock(Alliance, alliance_id)
        seat = seat_in(alliance_id, seat_id)
        holders = sa.select(Membership.id).where(
            sa.or_(Membership.seat_id == seat_id, Membership.proposed_seat_id == seat_id)
        )
        lines = sa.select(ListEntry.id).where(ListEntry.seat_id == seat_id)
        if session.scalar(holders.limit(1)) or session.scalar(lines.limit(1)):
            raise Conflict(
                "seat_held", N_("席位“%(seat)s”已有单位或名单使用，不能删除。"), seat=seat.label
            )
        audit(actor, alliance.scope_id, "seat.remove", f"seat:{seat_id}")
        session.delete(seat)


def _named(text: str) -> str:
    name = clean_name(text)
    if not name:
        raise Invalid("name_missing", N_("请填写名称。"), field="name")
    return name


def _lines(texts: Iterable[str]) -> list[str]:
    return [line for line in (text.strip() for text in texts) if line]
