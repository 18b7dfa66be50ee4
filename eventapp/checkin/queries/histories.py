"""What happened to a registration at the door, as settling reads it from the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from eventapp.checkin.models import ScanConflict
from eventapp.checkin.queries.door import admissions, gates, scans, sessions
from eventapp.checkin.rules import UNDO, Direction, Method, Verdict
from eventapp.checkin.rules.settling import Event, Key, What, ordered_at

conflicts: Any = ScanConflict.__table__
_bind = sa.bindparam

TOLD_INSIDE = frozenset({Verdict.ADMITTED, Verdict.ALREADY_INSIDE})
"""What an uploaded entry is answered that the rules bear; settling says which of the two."""
WENT_OUT = frozenset({Verdict.LEFT, Verdict.NOT_INSIDE})


@dataclass(frozen=True, slots=True)
class Seen:
    """A scan of the ledger that settling speaks of: the row, gate and time to be shown."""

    row_id: int
    gate_id: int
    gate: str
    at: datetime
    method: Method


@dataclass(slots=True)
class History:
    """All that may have moved one registration, with its scans by name, and where it stands.

    `inside` maps each session to the gate, device and time of its admission.
    """

    registration_id: int
    events: list[Event]
    seen: dict[Key, Seen]
    inside: dict[int, tuple[int, str, datetime]]


SESSION_OF = (
    sa.select(gates.c.id, gates.c.name, sessions.c.id.label("session_id"))
    .select_from(
        gates.join(
            sessions, sa.and_(sessions.c.meeting_id == gates.c.meeting_id, sessions.c.ordinal == 1)
        )
    )
    .where(gates.c.meeting_id == _bind("meeting_id"))
)
"""The gates of a meeting, each with the session that it leads to."""
_SCANS = (
    sa.select(
        scans.c.id,
        scans.c.seq,
        scans.c.registration_id,
        scans.c.device,
        scans.c.scan_id,
        scans.c.gate_id,
        scans.c.method,
        scans.c.direction,
        scans.c.verdict,
        scans.c.claimed_at,
        scans.c.received_at,
        scans.c.scanned_at,
        scans.c.synced_at,
        scans.c.offset_ms,
        scans.c.shown,
    )
    .where(
        scans.c.scope_id == _bind("scope_id"),
        scans.c.registration_id.in_(_bind("ids", expanding=True)),
        scans.c.settles.is_(None),
    )
    .order_by(scans.c.seq)
)
_INSIDE = sa.select(
    admissions.c.registration_id,
    admissions.c.session_id,
    admissions.c.gate_id,
    admissions.c.device,
    admissions.c.admitted_at,
).where(admissions.c.registration_id.in_(_bind("ids", expanding=True)))


def histories_of(
    connection: Connection, scope_id: int, ids: Iterable[int], places: dict[int, Any]
) -> dict[int, History]:
    """Read what happened to these registrations; `places` are the rows of SESSION_OF by gate."""
    found = {one: History(one, [], {}, {}) for one in ids}
    values = {"scope_id": scope_id, "ids": list(found)}
    for row in connection.execute(_SCANS, values):
        history = found[row.registration_id]
        place = places[row.gate_id]
        event = event_of(row, place.session_id, history.events)
        if event is not None:
            history.events.append(event)
        at = row.scanned_at or row.received_at
        history.seen[row.device, row.scan_id] = Seen(
            row.id, row.gate_id, place.name, at, row.method
        )
    for row in connection.execute(_INSIDE, {"ids": list(found)}):
        stay = (row.gate_id, row.device, row.admitted_at)
        found[row.registration_id].inside[row.session_id] = stay
    return found


def event_of(row: Any, session_id: int, before: list[Event]) -> Event | None:
    """Tell what a scan of the ledger does to a stay; None where it changes nothing."""
    what = _what(row)
    if what is None:
        return None
    if row.shown is not None:
        at = ordered_at(row.claimed_at, row.offset_ms, row.synced_at)
    else:
        at = row.received_at
    if row.scan_id.startswith(UNDO):  # it takes back what stood then, whatever its clock said
        known = [one.at for one in before if one.session_id == session_id]
        at = max([at, *known]) + timedelta(microseconds=1)
    return Event(at, row.device, row.scan_id, what, session_id)


def _what(row: Any) -> What | None:
    if row.direction is Direction.EXIT:
        understood = row.shown is None or row.shown in WENT_OUT
        return What.EXIT if understood and row.verdict in WENT_OUT else None
    if row.shown is None:
        return What.ACKNOWLEDGED if row.verdict is Verdict.ADMITTED else None
    told = row.shown == Verdict.ADMITTED and row.verdict in TOLD_INSIDE
    return What.UPLOADED if told else None
