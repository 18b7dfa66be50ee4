"""What a scan is decided on. Statements are built once: a queue waits for each of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from eventapp.alliance.models import Organisation, Person
from eventapp.checkin.models import Admission, DoorSession, Gate, Scan
from eventapp.checkin.rules import NAMELESS, Method, Verdict
from eventapp.core.access import Actor
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State as MeetingState
from eventapp.registration.models import Pass, Registration
from eventapp.registration.rules import Category

_bind = sa.bindparam
UNIT = sa.func.coalesce(Organisation.name, Registration.unit_text)

REPLAY = sa.select(Scan.content, Scan.answer).where(
    Scan.device == _bind("device"), Scan.scan_id == _bind("scan_id")
)
PLACE = (
    sa.select(
        Meeting.scope_id,
        Meeting.state.label("meeting_state"),
        Gate.name.label("gate"),
        DoorSession.id.label("session_id"),
    )
    .join(Gate, Gate.meeting_id == Meeting.id)
    .join(DoorSession, DoorSession.meeting_id == Meeting.id)
    .where(Meeting.id == _bind("meeting_id"), Gate.id == _bind("gate_id"))
    .order_by(DoorSession.ordinal)
    .limit(1)
)
"""The meeting, the gate and the session that a scan is made at."""

_PERSON = (
    Person.name,
    Person.titles,
    UNIT.label("unit"),
    Registration.category,
    Registration.place,
)
_HOLDER = (
    sa.select(
        Registration.id,
        Registration.meeting_id,
        Registration.person_id,
        Registration.organisation_id,
        Registration.state,
        Pass.generation,
        *_PERSON,
    )
    .join(Pass, Pass.registration_id == Registration.id)
    .join(Person, Person.id == Registration.person_id)
    .outerjoin(Organisation, Organisation.id == Registration.organisation_id)
)
# FOR SHARE: a cancellation or a new pass that is being written is waited for, then seen.
BY_REGISTRATION = _HOLDER.where(Registration.id == _bind("registration_id")).with_for_update(
    read=True, of=[Registration, Pass]
)
BY_CODE = _HOLDER.where(Pass.code == _bind("code")).with_for_update(
    read=True, of=[Registration, Pass]
)
_ENDED = Registration.state.in_(("cancelled", "replaced"))
HERE = (
    _HOLDER.where(
        Registration.meeting_id == _bind("meeting_id"), Registration.person_id == _bind("person_id")
    )
    .order_by(_ENDED, Registration.id.desc())
    .limit(1)
    .with_for_update(read=True, of=[Registration, Pass])
)
"""The registration at this meeting of somebody whose pass names another, one alive first."""

INSIDE = (
    sa.select(Admission.device, Admission.admitted_at, Gate.name.label("gate"))
    .join(Gate, Gate.id == Admission.gate_id)
    .where(
        Admission.registration_id == _bind("registration_id"),
        Admission.session_id == _bind("session_id"),
    )
)

_inside = sa.select(sa.func.count()).select_from(Admission)
_expected = (
    sa.select(sa.func.count())
    .select_from(Registration)
    .where(Registration.meeting_id == _bind("meeting_id"), Registration.state == "approved")
)
_OF_MEETING = _inside.where(Admission.meeting_id == _bind("meeting_id")).scalar_subquery()
TALLY = sa.select(_OF_MEETING.label("arrived"), _expected.scalar_subquery().label("expected"))
UNIT_TALLY = sa.select(
    _OF_MEETING.label("arrived"),
    _expected.scalar_subquery().label("expected"),
    _inside.join(Registration, Registration.id == Admission.registration_id)
    .where(
        Registration.meeting_id == _bind("meeting_id"),
        Registration.organisation_id == _bind("organisation_id"),
    )
    .scalar_subquery()
    .label("unit_arrived"),
    _expected.where(Registration.organisation_id == _bind("organisation_id"))
    .scalar_subquery()
    .label("unit_total"),
)

_SHOWN = (
    sa.select(*_PERSON)
    .select_from(Registration)
    .join(Person, Person.id == Registration.person_id)
    .outerjoin(Organisation, Organisation.id == Registration.organisation_id)
    .where(Registration.id == _bind("registration_id"))
)
_MEETING = sa.select(
    Meeting.id,
    Meeting.scope_id,
    Meeting.slug,
    Meeting.title,
    Meeting.zone,
    Meeting.state,
    Meeting.starts_at,
).where(Meeting.slug == _bind("slug"))


@dataclass(frozen=True, slots=True)
class MeetingHere:
    """What the door needs to know of its meeting."""

    id: int
    scope_id: int
    slug: str
    title: str
    zone: str
    state: MeetingState
    starts_at: datetime


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


def meeting_here(slug: str) -> MeetingHere:
    """Find a meeting by its word in URLs, in columns; raises NotFound."""
    row = db.session.execute(_MEETING, {"slug": slug}).first()
    if row is None:
        raise NotFound("meeting_unknown", N_("没有找到这场会议。"))
    return MeetingHere(*row)


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
        Scan.seq,
        Scan.registration_id,
        Scan.verdict,
        Scan.method,
        Gate.name.label("gate"),
        Scan.received_at,
        *_PERSON,
        Scan.answer,
        Scan.scan_id,
    )
    .select_from(Scan)
    .join(Gate, Gate.id == Scan.gate_id)
    .outerjoin(Registration, Registration.id == Scan.registration_id)
    .outerjoin(Person, Person.id == Registration.person_id)
    .outerjoin(Organisation, Organisation.id == Registration.organisation_id)
    .where(Scan.scope_id == _bind("scope_id"))
    .order_by(Scan.seq.desc())
    .limit(_bind("most"))
)
_LAST_OF_DEVICE = _LAST.where(Scan.device == _bind("device"))
_REFUSED = _LAST.where(Scan.verdict.not_in(("admitted", "left")))


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
    statement = _LAST if device is None else _LAST_OF_DEVICE
    values = {"scope_id": scope_id, "most": most, "device": device}
    return [_scanned(row) for row in db.session.execute(statement, values)]


def refused_scans(scope_id: int, most: int) -> list[Scanned]:
    """List the newest scans that let nobody through."""
    rows = db.session.execute(_REFUSED, {"scope_id": scope_id, "most": most})
    return [_scanned(row) for row in rows]
