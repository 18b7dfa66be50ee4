"""Lists for the desk: who has come, who is missing, what was refused."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from eventapp.alliance.models import Organisation, Person
from eventapp.checkin.models import Admission, DoorSignature, Gate, Scan
from eventapp.checkin.queries.books import UNIT
from eventapp.checkin.queries.door import Scanned, refused_scans
from eventapp.checkin.rules import MOVING, Method, Verdict
from eventapp.core.db import db
from eventapp.core.ledger import head_of
from eventapp.registration.models import Registration
from eventapp.registration.rules import Category, State

Refusal = Scanned
STEP_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody inside: who, of which unit, since when, through which gate, recognised how."""

    registration_id: int
    person_id: int
    name: str
    organisation_id: int | None
    organisation: str
    titles: str
    category: Category
    place: str
    admitted_at: datetime
    gate: str
    method: Method
    confirmed: bool


@dataclass(frozen=True, slots=True)
class GateCount:
    """How many came in through a gate."""

    gate_id: int
    name: str
    admitted: int
    refused: int


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A line of the sign-in sheet; without `admitted_at` it is somebody who has not come.

    `signature` is the digest of what was signed on the screen, empty without.
    """

    registration_id: int
    name: str
    unit: str
    titles: str
    category: Category
    admitted_at: datetime | None
    gate: str
    method: Method | None
    late: bool
    signature: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sign-in sheet with the head of the ledger that it was drawn from."""

    head_seq: int
    head_hash: str
    rows: tuple[SheetRow, ...]


LATE = sa.exists().where(
    Scan.registration_id == Admission.registration_id,
    Scan.device == Admission.device,
    Scan.scanned_at == Admission.admitted_at,
    Scan.shown.is_not(None),
)
"""Whether an admission was uploaded by the device that let its holder in without the server."""
_EXPECTED = (
    sa.select(
        Registration.id.label("registration_id"),
        Registration.person_id,
        Person.name,
        Registration.organisation_id,
        UNIT,
        Person.titles,
        Registration.category,
        Registration.place,
        Admission.admitted_at,
        Gate.name.label("gate"),
        Admission.method,
        Admission.confirmed,
        DoorSignature.digest.label("signature"),
        LATE.label("late"),
    )
    .join(Person, Person.id == Registration.person_id)
    .outerjoin(Organisation, Organisation.id == Registration.organisation_id)
    .outerjoin(Admission, Admission.registration_id == Registration.id)
    .outerjoin(Gate, Gate.id == Admission.gate_id)
    .outerjoin(DoorSignature, DoorSignature.registration_id == Registration.id)
    .where(
        Registration.meeting_id == sa.bindparam("meeting_id"),
        sa.or_(Registration.state == State.APPROVED, Admission.id.is_not(None)),
    )
)
_BY_UNIT = _EXPECTED.order_by(
    Registration.organisation_id.is_(None),
    Organisation.pinyin_key,
    UNIT.element,
    Person.pinyin_key,
    Registration.id,
)
_ARRIVED = _EXPECTED.where(Admission.id.is_not(None)).order_by(
    Admission.admitted_at, Registration.id
)


def arrivals_of(meeting_id: int) -> list[Arrival]:
    """List who is inside, first come first."""
    return [
        Arrival(
            row.registration_id,
            row.person_id,
            row.name,
            row.organisation_id,
            row.unit,
            row.titles,
            row.category,
            row.place,
            row.admitted_at,
            row.gate or "",
            row.method,
            row.confirmed,
        )
        for row in db.session.execute(_ARRIVED, {"meeting_id": meeting_id})
    ]


def gate_counts(meeting_id: int) -> list[GateCount]:
    """Count what each gate let in and refused."""
    admitted = sa.func.count().filter(Scan.verdict == Verdict.ADMITTED)
    refused = sa.func.count(Scan.id).filter(Scan.verdict.not_in(MOVING))
    rows = db.session.execute(
        sa.select(Gate.id, Gate.name, admitted, refused)
        .outerjoin(Scan, Scan.gate_id == Gate.id)
        .where(Gate.meeting_id == meeting_id)
        .group_by(Gate.id, Gate.name, Gate.ordinal)
        .order_by(Gate.ordinal, Gate.id)
    )
    return [GateCount(*row) for row in rows]


def refusals_of(scope_id: int, *, most: int = 100) -> list[Refusal]:
    """List the newest scans that let nobody through."""
    return refused_scans(scope_id, most)


def sheet_of(meeting_id: int, scope_id: int) -> Sheet:
    """Draw the sign-in sheet, unit by unit, with the ledger's head that it stands on."""
    head = head_of(scope_id, Scan.ledger)
    rows = db.session.execute(_BY_UNIT, {"meeting_id": meeting_id})
    return Sheet(
        head.seq,
        head.hash,
        tuple(
            SheetRow(
                row.registration_id,
                row.name,
                row.unit,
                row.titles,
                row.category,
                row.admitted_at,
                row.gate or "",
                row.method,
                bool(row.late),
                row.signature or "",
            )
            for row in rows
        ),
    )


def arrivals_over_time(
    arrived_at: Iterable[datetime], minutes: int = STEP_MINUTES
) -> list[tuple[datetime, int]]:
    """Count who had come by the end of each step of some minutes, from the first arrival on."""
    step = timedelta(minutes=minutes)
    ends = Counter(
        at.replace(second=0, microsecond=0) - timedelta(minutes=at.minute % minutes) + step
        for at in arrived_at
    )
    if not ends:
        return []
    end, last, total, line = min(ends), max(ends), 0, [(min(ends) - step, 0)]
    while end <= last:
        total += ends[end]
        line.append((end, total))
        end += step
    return line


@dataclass(frozen=True, slots=True)
class OwnScan:
    """One reading of somebody's pass, as that person may know it."""

    at: datetime
    gate: str
    verdict: Verdict


def scans_of_person(meeting_id: int, person_id: int) -> list[OwnScan]:
    """List when and where somebody's passes to a meeting were read, in their order."""
    query = (
        sa.select(Scan.received_at, Gate.name, Scan.verdict)
        .join(Gate, Gate.id == Scan.gate_id)
        .join(Registration, Registration.id == Scan.registration_id)
        .where(Registration.meeting_id == meeting_id, Registration.person_id == person_id)
        .order_by(Scan.id)
    )
    return [OwnScan(*row) for row in db.session.execute(query)]
