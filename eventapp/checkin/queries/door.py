"""What a scan is decided on. Statements are built once: a queue waits for each of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from eventapp.alliance.models import Organisation, Person
from eventapp.checkin.models import Admission, DoorSession, DoorSignature, Gate, Scan
from eventapp.checkin.rules import MOVING, NAMELESS, Method, Verdict
from eventapp.core.access import Actor
from eventapp.core.db import Base, db
from eventapp.core.errors import N_, NotFound
from eventapp.core.ledger import LedgerHead
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Pass, Registration
from eventapp.registration.rules import Category, State

_bind = sa.bindparam


def _table(model: type[Base]) -> Any:
    """Give a model's table: its columns skip the mapper, which a queue would wait for."""
    return model.__table__


meetings, gates, sessions = _table(Meeting), _table(Gate), _table(DoorSession)
scans, admissions, heads = _table(Scan), _table(Admission), _table(LedgerHead)
registrations, passes = _table(Registration), _table(Pass)
signatures = _table(DoorSignature)
people, organisations = _table(Person), _table(Organisation)

UNIT = sa.func.coalesce(organisations.c.name, registrations.c.unit_text).label("unit")
PERSON = (
    people.c.name,
    people.c.titles,
    UNIT,
    registrations.c.category,
    registrations.c.place,
)

# FOR UPDATE OF the head: scans of a meeting queue here, so that none is decided twice at once.
KNOCK = (
    sa.select(
        meetings.c.id.label("meeting_id"),
        meetings.c.state.label("meeting_state"),
        meetings.c.zone,
        gates.c.name.label("gate"),
        gates.c.categories,
        gates.c.opens_at,
        gates.c.closes_at,
        sessions.c.id.label("session_id"),
        sessions.c.capacity,
        sessions.c.signs,
        heads.c.seq,
        heads.c.hash,
        scans.c.content,
        scans.c.answer,
    )
    .select_from(
        meetings.join(
            heads, sa.and_(heads.c.scope_id == meetings.c.scope_id, heads.c.name == Scan.ledger)
        )
        .outerjoin(
            gates, sa.and_(gates.c.meeting_id == meetings.c.id, gates.c.id == _bind("gate_id"))
        )
        .outerjoin(
            sessions, sa.and_(sessions.c.meeting_id == meetings.c.id, sessions.c.ordinal == 1)
        )
        .outerjoin(
            scans,
            sa.and_(scans.c.device == _bind("device"), scans.c.scan_id == _bind("scan_id")),
        )
    )
    .where(meetings.c.scope_id == _bind("scope_id"))
    .with_for_update(of=heads)
)
"""All that does not depend on who stands there; the stored answer where the scan is a repeat."""

_HOLDER = sa.select(
    registrations.c.id,
    registrations.c.meeting_id,
    registrations.c.person_id,
    registrations.c.organisation_id,
    registrations.c.state,
    passes.c.generation,
    *PERSON,
).select_from(
    registrations.join(passes, passes.c.registration_id == registrations.c.id)
    .join(people, people.c.id == registrations.c.person_id)
    .outerjoin(organisations, organisations.c.id == registrations.c.organisation_id)
)
# FOR SHARE: a cancellation or a new pass that is being written is waited for, then seen.
_SHARED = [registrations, passes]
BY_REGISTRATION = _HOLDER.where(registrations.c.id == _bind("registration_id")).with_for_update(
    read=True, of=_SHARED
)
BY_CODE = _HOLDER.where(passes.c.code == _bind("code")).with_for_update(read=True, of=_SHARED)
HERE = (
    _HOLDER.where(
        registrations.c.meeting_id == _bind("meeting_id"),
        registrations.c.person_id == _bind("person_id"),
    )
    .order_by(
        registrations.c.state.in_((State.CANCELLED, State.REPLACED)), registrations.c.id.desc()
    )
    .limit(1)
    .with_for_update(read=True, of=_SHARED)
)
"""The registration at this meeting of somebody whose pass names another, one alive first."""

INSIDE = (
    sa.select(
        admissions.c.device,
        admissions.c.admitted_at,
        admissions.c.confirmed,
        sa.func.coalesce(gates.c.name, "").label("gate"),
    )
    .select_from(admissions.outerjoin(gates, gates.c.id == admissions.c.gate_id))
    .where(
        admissions.c.registration_id == _bind("registration_id"),
        admissions.c.session_id == _bind("session_id"),
    )
)

_EXPECTED = (
    sa.select(sa.func.count())
    .select_from(registrations)
    .where(
        registrations.c.meeting_id == _bind("meeting_id"),
        registrations.c.state == State.APPROVED,
    )
)
_ARRIVED = (
    sa.select(sa.func.count())
    .select_from(admissions)
    .where(admissions.c.meeting_id == _bind("meeting_id"))
)
_OF_UNIT = (
    sa.select(sa.func.count(admissions.c.id), sa.func.count())
    .select_from(
        registrations.outerjoin(admissions, admissions.c.registration_id == registrations.c.id)
    )
    .where(
        registrations.c.meeting_id == _bind("meeting_id"),
        registrations.c.organisation_id == _bind("organisation_id"),
        sa.or_(registrations.c.state == State.APPROVED, admissions.c.id.is_not(None)),
    )
    .subquery()
)
_COUNTS = (
    _ARRIVED.scalar_subquery().label("arrived"),
    _EXPECTED.scalar_subquery().label("expected"),
)
TALLY = sa.select(*_COUNTS)
UNIT_TALLY = sa.select(
    *_COUNTS, _OF_UNIT.c[0].label("unit_arrived"), _OF_UNIT.c[1].label("unit_total")
)

SIGNED_ALREADY = sa.select(sa.literal(1)).where(
    signatures.c.registration_id == _bind("registration_id")
)

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
    """Name the browser that scans; an actor without one stands for itself."""
    return f"signin:{actor.sign_in_id}" if actor.sign_in_id else str(actor)


def tally_of(meeting_id: int) -> dict[str, int]:
    """Count who has come and who is expected."""
    return dict(db.session.execute(TALLY, {"meeting_id": meeting_id}).one()._mapping)


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


def capacity_of(meeting_id: int) -> int | None:
    """Tell how many may be inside at once; None where nobody set it."""
    return db.session.scalar(
        sa.select(DoorSession.capacity).where(
            DoorSession.meeting_id == meeting_id, DoorSession.ordinal == 1
        )
    )


def asks_signature(meeting_id: int) -> bool:
    """Tell whether the meeting asks whoever comes in for a signature on the screen."""
    asks = sa.select(DoorSession.signs).where(
        DoorSession.meeting_id == meeting_id, DoorSession.ordinal == 1
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


_LAST = (
    sa.select(
        scans.c.seq,
        scans.c.registration_id,
        scans.c.verdict,
        scans.c.method,
        gates.c.name.label("gate"),
        scans.c.received_at,
        *PERSON,
        scans.c.answer,
        scans.c.scan_id,
    )
    .select_from(
        scans.join(gates, gates.c.id == scans.c.gate_id)
        .outerjoin(registrations, registrations.c.id == scans.c.registration_id)
        .outerjoin(people, people.c.id == registrations.c.person_id)
        .outerjoin(organisations, organisations.c.id == registrations.c.organisation_id)
    )
    .where(scans.c.scope_id == _bind("scope_id"))
    .order_by(scans.c.seq.desc())
    .limit(_bind("most"))
)
_LAST_OF_DEVICE = _LAST.where(scans.c.device == _bind("device"))
_REFUSED = _LAST.where(scans.c.verdict.not_in(MOVING))


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
    """List the newest scans of a meeting, or of one device there, newest first."""
    values: dict[str, Any] = {"scope_id": scope_id, "most": most}
    if device is None:
        rows = db.session.execute(_LAST, values)
    else:
        rows = db.session.execute(_LAST_OF_DEVICE, {**values, "device": device})
    return [_scanned(row) for row in rows]


def refused_scans(scope_id: int, most: int) -> list[Scanned]:
    """List the newest scans that let nobody through."""
    rows = db.session.execute(_REFUSED, {"scope_id": scope_id, "most": most})
    return [_scanned(row) for row in rows]
