"""What happened to a registration at the door, as settling reads it from the ledger."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from eventapp.checkin.models import ScanConflict
from eventapp.checkin.queries.books import FIRST, admissions, gates, scans, sessions
from eventapp.checkin.rules import UNDO, Direction, Method, Verdict, is_staffed
from eventapp.checkin.rules.settling import Event, Key, What, ordered_at

conflicts: Any = ScanConflict.__table__
_bind = sa.bindparam

LET_IN = frozenset({Verdict.ADMITTED, Verdict.CONFIRMED})
"""What a device shows to whoever may go in."""
TOLD_INSIDE = LET_IN | {Verdict.ALREADY_INSIDE}
"""What an uploaded entry is answered that the rules bear; settling says which of them."""
WENT_OUT = frozenset({Verdict.LEFT, Verdict.NOT_INSIDE})


@dataclass(frozen=True, slots=True)
class Seen:
    """A scan of the ledger that settling speaks of: the row, gate and time to be shown."""

    row_id: int
    gate_id: int | None
    gate: str
    at: datetime
    method: Method


class Held(NamedTuple):
    """What an admission says besides whom it lets into which session."""

    gate_id: int | None
    device: str
    method: Method
    confirmed: bool
    admitted_at: datetime


@dataclass(slots=True)
class History:
    """All that may have moved one registration, with its scans by name, and where it stands.

    `inside` maps each session to its admission; `silent` is when they did not answer last.
    """

    registration_id: int
    events: list[Event]
    seen: dict[Key, Seen]
    inside: dict[int, Held]
    silent: datetime | None = None

    def sees(self, staffed: bool, at: datetime) -> bool:
        """Tell whether a scan confirms its holder: not one from before they were silent."""
        return staffed and (self.silent is None or self.silent <= at)


SESSION_OF = sa.select(gates.c.id, gates.c.name, gates.c.session_id).where(
    gates.c.meeting_id == _bind("meeting_id")
)
"""The gates of a meeting, each with the session that it leads to."""
FIRST_OF = sa.select(sessions.c.id).where(
    sessions.c.meeting_id == _bind("meeting_id"), sessions.c.ordinal == FIRST
)
_ROLL_CALLS = (
    sa.select(scans.c.id, scans.c.device, scans.c.scan_id, scans.c.received_at, scans.c.body)
    .where(scans.c.scope_id == _bind("scope_id"), scans.c.method == Method.ROLL_CALL)
    .order_by(scans.c.seq)
)
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
    admissions.c.method,
    admissions.c.confirmed,
    admissions.c.admitted_at,
).where(admissions.c.registration_id.in_(_bind("ids", expanding=True)))


def histories_of(
    connection: Connection, scope_id: int, ids: Iterable[int], places: dict[int, Any], first: int
) -> dict[int, History]:
    """Read what happened to these registrations.

    `places` are the rows of SESSION_OF by gate, `first` is the session that roll-calls are about.
    """
    found = {one: History(one, [], {}, {}) for one in ids}
    values = {"scope_id": scope_id, "ids": list(found)}
    for row in connection.execute(_SCANS, values):
        history = found[row.registration_id]
        place = places.get(row.gate_id)  # an undone roll-call has none
        session_id = place.session_id if place else first
        event = event_of(row, session_id, history.events)
        if event is not None:
            history.events.append(event)
        at = row.scanned_at or row.received_at
        history.seen[row.device, row.scan_id] = Seen(
            row.id, row.gate_id, place.name if place else "", at, row.method
        )
    for row in connection.execute(_ROLL_CALLS, {"scope_id": scope_id}):
        called, key = json.loads(row.body), (row.device, row.scan_id)
        for one in found.keys() & {*called["answered"], *called["silent"]}:
            what = What.SEEN if one in called["answered"] else What.SILENT
            if what is What.SILENT:
                found[one].silent = row.received_at
            found[one].events.append(Event(row.received_at, *key, what, first))
            found[one].seen[key] = Seen(row.id, None, "", row.received_at, Method.ROLL_CALL)
    for row in connection.execute(_INSIDE, {"ids": list(found)}):
        held = Held(row.gate_id, row.device, row.method, row.confirmed, row.admitted_at)
        found[row.registration_id].inside[row.session_id] = held
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
    return Event(at, row.device, row.scan_id, what, session_id, is_staffed(row.method))


def _what(row: Any) -> What | None:
    if row.shown is None and row.scan_id.startswith(UNDO):
        return What.UNDONE
    if row.direction is Direction.EXIT:
        understood = row.shown is None or row.shown in WENT_OUT
        return What.EXIT if understood and row.verdict in WENT_OUT else None
    if row.shown is None:
        return _LIVE.get(row.verdict)
    told = row.shown in LET_IN and row.verdict in TOLD_INSIDE
    return What.UPLOADED if told else None


_LIVE = {Verdict.ADMITTED: What.ACKNOWLEDGED, Verdict.CONFIRMED: What.SEEN}
