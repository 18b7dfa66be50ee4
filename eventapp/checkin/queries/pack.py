"""What a device needs to decide alone: a row for each pass that may come to this meeting's door.

A pass of another meeting counts, where its person is registered here too (as for a scan).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.checkin.models import Gate
from eventapp.checkin.queries.books import (
    PERSON,
    admissions,
    gates,
    organisations,
    passes,
    people,
    registrations,
    scans,
    sessions,
)
from eventapp.checkin.rules import UNDO, Verdict
from eventapp.core.db import db
from eventapp.registration.rules import Category, State

_bind = sa.bindparam
_ENDED = frozenset({State.CANCELLED, State.REPLACED})


@dataclass(frozen=True, slots=True)
class PassRow:
    """A pass, the registration here that it leads to, and whom it names."""

    pass_id: int
    pass_meeting_id: int
    generation: int
    registration_id: int
    state: State
    category: Category
    code: str
    organisation_id: int | None
    name: str
    titles: str
    unit: str
    place: str


@dataclass(frozen=True, slots=True)
class StayRow:
    """Who is inside which session since when, let in at which gate by which device.

    `confirmed`: a staffed gate or a roll-call saw them. Who came by a roll-call came by no gate.
    """

    registration_id: int
    session_id: int
    admitted_at: datetime
    gate: str
    device: str
    confirmed: bool


_COLUMNS = (
    registrations.c.id.label("registration_id"),
    registrations.c.state,
    registrations.c.organisation_id,
    *PERSON,
)
_NAMED = registrations.join(people, people.c.id == registrations.c.person_id).outerjoin(
    organisations, organisations.c.id == registrations.c.organisation_id
)
_OWN = (
    sa.select(
        passes.c.registration_id.label("pass_id"),
        passes.c.meeting_id.label("pass_meeting_id"),
        passes.c.generation,
        passes.c.code,
        *_COLUMNS,
    )
    .select_from(_NAMED.join(passes, passes.c.registration_id == registrations.c.id))
    .where(registrations.c.meeting_id == _bind("meeting_id"))
)
_there = registrations.alias("there")
_FOREIGN = (
    sa.select(
        passes.c.registration_id.label("pass_id"),
        passes.c.meeting_id.label("pass_meeting_id"),
        passes.c.generation,
        sa.literal("").label("code"),
        *_COLUMNS,
    )
    .select_from(
        _NAMED.join(_there, _there.c.person_id == registrations.c.person_id).join(
            passes, passes.c.registration_id == _there.c.id
        )
    )
    .where(
        registrations.c.meeting_id == _bind("meeting_id"),
        _there.c.meeting_id != _bind("meeting_id"),
    )
)
_SOME = registrations.c.person_id.in_(_bind("people", expanding=True))
_OWN_OF, _FOREIGN_OF = _OWN.where(_SOME), _FOREIGN.where(_SOME)
_STAYS = (
    sa.select(
        admissions.c.registration_id,
        admissions.c.session_id,
        admissions.c.admitted_at,
        sa.func.coalesce(gates.c.name, "").label("gate"),
        admissions.c.device,
        admissions.c.confirmed,
    )
    .select_from(admissions.outerjoin(gates, gates.c.id == admissions.c.gate_id))
    .where(admissions.c.meeting_id == _bind("meeting_id"))
)
_STAYS_OF = _STAYS.where(
    admissions.c.registration_id.in_(
        sa.select(registrations.c.id).where(
            registrations.c.meeting_id == _bind("meeting_id"), _SOME
        )
    )
)
_undone = scans.c.scan_id.startswith(UNDO)
_LEFT = (
    sa.select(scans.c.registration_id, gates.c.session_id)
    .select_from(
        scans.join(registrations, registrations.c.id == scans.c.registration_id)
        .join(gates, gates.c.id == scans.c.gate_id)
        .join(sessions, sessions.c.id == gates.c.session_id)
        .outerjoin(
            admissions,
            sa.and_(
                admissions.c.registration_id == scans.c.registration_id,
                admissions.c.session_id == gates.c.session_id,
            ),
        )
    )
    .where(
        registrations.c.meeting_id == _bind("meeting_id"),
        sessions.c.reentry.is_(False),
        sa.or_(scans.c.verdict == Verdict.ADMITTED, _undone),
        admissions.c.id.is_(None),
    )
    .group_by(scans.c.registration_id, gates.c.session_id)
    .having(sa.func.sum(sa.case((_undone, -1), else_=1)) > 0)
)


def passes_for(meeting_id: int, people_ids: Collection[int] | None = None) -> Iterator[PassRow]:
    """List the passes that may come to a meeting's door, or those of some people."""
    values: dict[str, Any] = {"meeting_id": meeting_id}
    own, foreign = _OWN, _FOREIGN
    if people_ids is not None:
        own, foreign = _OWN_OF, _FOREIGN_OF
        values["people"] = list(people_ids)
    for row in db.session.execute(own, values):
        yield _pass(row)
    best: dict[int, Any] = {}  # one alive first, then the newest: as the door finds it
    for row in db.session.execute(foreign, values):
        known = best.get(row.pass_id)
        if known is None or _rank(row) > _rank(known):
            best[row.pass_id] = row
    yield from map(_pass, best.values())


def _rank(row: Any) -> tuple[bool, int]:
    return row.state not in _ENDED, row.registration_id


def _pass(row: Any) -> PassRow:
    return PassRow(
        row.pass_id,
        row.pass_meeting_id,
        row.generation,
        row.registration_id,
        row.state,
        row.category,
        row.code,
        row.organisation_id,
        row.name,
        row.titles,
        row.unit,
        row.place,
    )


def stays_at(meeting_id: int, people_ids: Collection[int] | None = None) -> dict[int, StayRow]:
    """Tell who is inside now, by registration, of everybody or of some people."""
    if people_ids is None:
        rows: Iterable[Any] = db.session.execute(_STAYS, {"meeting_id": meeting_id})
    else:
        rows = db.session.execute(_STAYS_OF, {"meeting_id": meeting_id, "people": list(people_ids)})
    return {row.registration_id: StayRow(*row) for row in rows}


def left_for_good(
    meeting_id: int, people_ids: Collection[int] | None = None
) -> dict[int, list[int]]:
    """List, by registration, the sessions that somebody left and may not enter again."""
    left = _LEFT if people_ids is None else _LEFT.where(_SOME)
    values: dict[str, Any] = {"meeting_id": meeting_id}
    if people_ids is not None:
        values["people"] = list(people_ids)
    found: dict[int, list[int]] = {}
    for row in db.session.execute(left, values):
        found.setdefault(row.registration_id, []).append(row.session_id)
    return found


def gate_at(meeting_id: int, gate_id: int) -> Gate | None:
    """Find a gate of this meeting, or None."""
    gate = db.session.get(Gate, gate_id)
    return gate if gate is not None and gate.meeting_id == meeting_id else None
