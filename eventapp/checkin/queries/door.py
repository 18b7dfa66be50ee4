"""What the door's pages show: gates, sessions, counts, and the newest scans."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from eventapp.checkin.models import DoorSession, Gate, Rehearsal, Scan
from eventapp.checkin.queries.books import (
    FIRST,
    OWN,
    PERSON,
    REHEARSED,
    RUNNING,
    Book,
    book_of,
    gates,
    meetings,
    organisations,
    people,
    registrations,
    tally,
)
from eventapp.checkin.rules import MOVING, NAMELESS, Method, Verdict
from eventapp.core import feed
from eventapp.core.access import Actor, ActorKind
from eventapp.core.db import db
from eventapp.core.errors import N_, Forbidden, NotFound
from eventapp.core.ledger import head_of
from eventapp.meetings.models import Meeting
from eventapp.registration.rules import Category

_bind = sa.bindparam

_SHOWN = (
    sa.select(*PERSON)
    .select_from(
        registrations.join(people, people.c.id == registrations.c.person_id).outerjoin(
            organisations, organisations.c.id == registrations.c.organisation_id
        )
    )
    .where(registrations.c.id == _bind("registration_id"))
)


@dataclass(frozen=True, slots=True)
class Scanned:
    """A scan as the door's list shows it; nameless where the verdict names nobody."""

    seq: int
    registration_id: int | None
    verdict: Verdict
    method: Method
    gate: str
    received_at: datetime
    name: str
    unit: str
    titles: str
    category: Category | None
    place: str
    answer: dict[str, Any]
    scan_id: str


def device_of(actor: Actor) -> str:
    """Name the device that scans, or the browser; an actor without one stands for itself."""
    if actor.kind is ActorKind.DEVICE:
        return str(actor)
    return f"signin:{actor.sign_in_id}" if actor.sign_in_id else str(actor)


def ensure_own_gate(actor: Actor, gate_id: int) -> None:
    """Keep a device at the gate that it was made for."""
    if actor.kind is ActorKind.DEVICE and actor.subject_id != gate_id:
        raise Forbidden("gate_not_yours", N_("这台设备不在这个入口使用，请重新选择入口。"))


def tally_of(meeting_id: int) -> dict[str, int]:
    """Count who has come and who is expected; in a rehearsal, who has practised coming."""
    connection = db.session.connection()
    return tally(connection, book_of(connection, meeting_id), meeting_id)


def gates_of(meeting_id: int) -> list[Gate]:
    """List the gates of a meeting in their order."""
    return list(
        db.session.scalars(
            sa.select(Gate).where(Gate.meeting_id == meeting_id).order_by(Gate.ordinal, Gate.id)
        )
    )


def gate_in(meeting_id: int, gate_id: int) -> Gate:
    """Find a gate of this meeting; one elsewhere does not exist."""
    gate = db.session.get(Gate, gate_id)
    if gate is None or gate.meeting_id != meeting_id:
        raise NotFound("gate_unknown", N_("没有找到这个入口。"))
    return gate


def sessions_of(meeting_id: int) -> list[DoorSession]:
    """List what one can be admitted to at a meeting; the first is where ballots are held."""
    return list(
        db.session.scalars(
            sa.select(DoorSession)
            .where(DoorSession.meeting_id == meeting_id)
            .order_by(DoorSession.ordinal)
        )
    )


def session_in(meeting_id: int, session_id: int) -> DoorSession:
    """Find a session of this meeting; one elsewhere does not exist."""
    found = db.session.get(DoorSession, session_id)
    if found is None or found.meeting_id != meeting_id:
        raise NotFound("session_unknown", N_("没有找到这个场次。"))
    return found


def rehearsal_of(meeting_id: int) -> Rehearsal | None:
    """Find the rehearsal that the doors of a meeting write for now."""
    return db.session.scalar(
        sa.select(Rehearsal)
        .join(Meeting, Meeting.id == Rehearsal.meeting_id)
        .where(Meeting.id == meeting_id, RUNNING)
    )


def open_rehearsal(meeting_id: int) -> Rehearsal | None:
    """Find the rehearsal of a meeting that was not ended, though it may rest."""
    return db.session.scalar(
        sa.select(Rehearsal).where(Rehearsal.meeting_id == meeting_id, Rehearsal.ended_at.is_(None))
    )


_REHEARSING = (
    sa.select(Rehearsal.id)
    .join(Meeting, Meeting.id == Rehearsal.meeting_id)
    .where(Meeting.scope_id == _bind("scope_id"), RUNNING)
)


def door_version(scope_id: int) -> str:
    """Tell the version of what a door shows; during a rehearsal, the rehearsal's as well."""
    version = str(feed.version_of(scope_id))
    rehearsal_id = db.session.scalar(_REHEARSING, {"scope_id": scope_id})
    if rehearsal_id is None:
        return version
    return f"{version}.{rehearsal_id}.{head_of(scope_id, REHEARSED.scan.ledger).seq}"


def asks_signature(meeting_id: int) -> bool:
    """Tell whether the meeting asks whoever comes in for a signature on the screen."""
    asks = sa.select(DoorSession.signs).where(
        DoorSession.meeting_id == meeting_id, DoorSession.ordinal == FIRST
    )
    return bool(db.session.scalar(asks))


def person_of(row: Any) -> dict[str, str]:
    """Show who was scanned, from a row of the registration's own tables."""
    return {
        "name": row.name,
        "unit": row.unit,
        "titles": row.titles,
        "category": row.category,
        "place": row.place,
    }


def scanned_person(registration_id: int | None, verdict: Verdict) -> dict[str, str] | None:
    """Tell whom a stored verdict is about, as the tables say now; None where it names nobody."""
    if registration_id is None or verdict in NAMELESS:
        return None
    row = db.session.execute(_SHOWN, {"registration_id": registration_id}).first()
    return None if row is None else person_of(row)


def _last(book: Book) -> Any:
    written = book.scans
    return (
        sa.select(
            written.c.seq,
            written.c.registration_id,
            written.c.verdict,
            written.c.method,
            gates.c.name.label("gate"),
            written.c.received_at,
            *PERSON,
            written.c.answer,
            written.c.scan_id,
        )
        .select_from(
            written.join(gates, gates.c.id == written.c.gate_id)
            .outerjoin(registrations, registrations.c.id == written.c.registration_id)
            .outerjoin(people, people.c.id == registrations.c.person_id)
            .outerjoin(organisations, organisations.c.id == registrations.c.organisation_id)
        )
        .where(written.c.scope_id == _bind("scope_id"))
        .order_by(written.c.seq.desc())
        .limit(_bind("most"))
    )


def _of_device(book: Book) -> Any:
    return _last(book).where(book.scans.c.device == _bind("device"))


_LAST = _last(OWN)
_LAST_OF_DEVICE = {OWN.scan: _of_device(OWN), REHEARSED.scan: _of_device(REHEARSED)}
_REFUSED = _LAST.where(OWN.scans.c.verdict.not_in(MOVING))
_MEETING = sa.select(meetings.c.id).where(meetings.c.scope_id == _bind("scope_id"))


def _scanned(row: Any) -> Scanned:
    nameless = row.registration_id is None or row.verdict in NAMELESS
    return Scanned(
        row.seq,
        row.registration_id,
        row.verdict,
        row.method,
        row.gate,
        row.received_at,
        "" if nameless else row.name,
        "" if nameless else row.unit,
        "" if nameless else row.titles,
        None if nameless else row.category,
        "" if nameless else row.place,
        orjson.loads(row.answer),
        row.scan_id,
    )


def last_scans(scope_id: int, *, device: str | None = None, most: int = 5) -> list[Scanned]:
    """List the newest scans of a meeting, newest first.

    Those of one device are of the book in which it writes now.
    """
    values: dict[str, Any] = {"scope_id": scope_id, "most": most}
    if device is None:
        return [_scanned(row) for row in db.session.execute(_LAST, values)]
    connection = db.session.connection()
    meeting_id = connection.execute(_MEETING, {"scope_id": scope_id}).scalar_one()
    statement = _LAST_OF_DEVICE[book_of(connection, meeting_id).scan]
    rows = connection.execute(statement, {**values, "device": device})
    return [_scanned(row) for row in rows]


def refused_scans(scope_id: int, most: int) -> list[Scanned]:
    """List the newest scans that let nobody through."""
    rows = db.session.execute(_REFUSED, {"scope_id": scope_id, "most": most})
    return [_scanned(row) for row in rows]


def was_anybody_admitted(meeting_id: int) -> bool:
    """Tell whether the door has opened: whether a scan of the meeting has admitted somebody."""
    admitted = (
        sa.select(Scan.id)
        .join(Meeting, Meeting.scope_id == Scan.scope_id)
        .where(Meeting.id == meeting_id, Scan.verdict == Verdict.ADMITTED)
    )
    return db.session.scalar(admitted.limit(1)) is not None
