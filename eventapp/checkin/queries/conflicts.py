"""Reads of what was uploaded: conflicts for the desk, and who was let in without the server."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eventapp.accounts.models import Device
from eventapp.alliance.models import Organisation, Person
from eventapp.checkin.models import Admission, Gate, Scan, ScanConflict
from eventapp.checkin.queries.door import UNIT
from eventapp.checkin.queries.rosters import LATE
from eventapp.checkin.rules import Direction, Verdict
from eventapp.checkin.rules.settling import Reason, Resolution
from eventapp.core.db import db
from eventapp.registration.models import Registration

_Other = aliased(Scan)
_OtherGate = aliased(Gate)
_AT = sa.func.coalesce(Scan.scanned_at, Scan.received_at)
_OTHER_AT = sa.func.coalesce(_Other.scanned_at, _Other.received_at)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two scans of a conflict: where, when, by which device."""

    gate: str
    at: datetime
    device: str


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A scan that does not fit, with the one that stands, if there is one."""

    id: int
    reason: Reason
    registration_id: int | None
    name: str
    unit: str
    direction: Direction
    verdict: Verdict
    scan: Side
    other: Side | None
    resolution: Resolution | None
    resolved_at: datetime | None


_ROWS = (
    sa.select(
        ScanConflict.id,
        ScanConflict.reason,
        ScanConflict.resolution,
        ScanConflict.resolved_at,
        Scan.registration_id,
        Scan.direction,
        Scan.verdict,
        Person.name,
        UNIT,
        Gate.name.label("gate"),
        _AT.label("at"),
        Scan.device,
        _OtherGate.name.label("other_gate"),
        _OTHER_AT.label("other_at"),
        _Other.device.label("other_device"),
    )
    .join(Scan, Scan.id == ScanConflict.scan_id)
    .join(Gate, Gate.id == Scan.gate_id)
    .outerjoin(_Other, _Other.id == ScanConflict.other_id)
    .outerjoin(_OtherGate, _OtherGate.id == _Other.gate_id)
    .outerjoin(Registration, Registration.id == Scan.registration_id)
    .outerjoin(Person, Person.id == Registration.person_id)
    .outerjoin(Organisation, Organisation.id == Registration.organisation_id)
    .where(ScanConflict.meeting_id == sa.bindparam("meeting_id"))
    .order_by(ScanConflict.resolution.is_not(None), ScanConflict.id.desc())
    .limit(sa.bindparam("most"))
)


def conflicts_of(meeting_id: int, most: int = 200) -> list[ConflictRow]:
    """List the conflicts of a meeting, open ones first, the newest first."""
    rows = db.session.execute(_ROWS, {"meeting_id": meeting_id, "most": most}).all()
    names = _devices({row.device for row in rows} | {row.other_device for row in rows})
    return [
        ConflictRow(
            row.id,
            row.reason,
            row.registration_id,
            row.name or "",
            row.unit or "",
            row.direction,
            row.verdict,
            Side(row.gate, row.at, names.get(row.device, "")),
            Side(row.other_gate, row.other_at, names.get(row.other_device, ""))
            if row.other_gate is not None
            else None,
            row.resolution,
            row.resolved_at,
        )
        for row in rows
    ]


def _devices(words: Iterable[Any]) -> dict[str, str]:
    """Name devices by the word that stands in scans; browsers of staff have no name."""
    ids = [int(word[7:]) for word in words if word and word.startswith("device:")]
    found = db.session.execute(sa.select(Device.id, Device.label).where(Device.id.in_(ids)))
    return {f"device:{row.id}": row.label for row in found}


def late_inside(meeting_id: int) -> int:
    """Count who is inside by an admission that was uploaded: 补录."""
    counted = sa.select(sa.func.count(Admission.id)).where(Admission.meeting_id == meeting_id, LATE)
    return db.session.scalar(counted) or 0


def open_conflicts(meeting_id: int) -> int:
    """Count what waits for the desk."""
    counted = sa.select(sa.func.count()).where(
        ScanConflict.meeting_id == meeting_id, ScanConflict.resolution.is_(None)
    )
    return db.session.scalar(counted) or 0


@dataclass(frozen=True, slots=True)
class LateScan:
    """An entry or exit that was heard of after a head of the ledger, though it was before."""

    registration_id: int
    name: str
    unit: str
    gate: str
    verdict: Verdict
    scanned_at: datetime
    received_at: datetime


def late_scans(scope_id: int, after_seq: int, most: int = 200) -> list[LateScan]:
    """List what was uploaded after a snapshot of presence was taken at this head: 补录."""
    rows = db.session.execute(
        sa.select(
            Scan.registration_id,
            Person.name,
            UNIT,
            Gate.name.label("gate"),
            Scan.verdict,
            Scan.scanned_at,
            Scan.received_at,
        )
        .join(Gate, Gate.id == Scan.gate_id)
        .join(Registration, Registration.id == Scan.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(Organisation, Organisation.id == Registration.organisation_id)
        .where(
            Scan.scope_id == scope_id,
            Scan.seq > after_seq,
            Scan.shown.is_not(None),
            Scan.verdict.in_((Verdict.ADMITTED, Verdict.LEFT)),
        )
        .order_by(Scan.seq)
        .limit(most)
    )
    return [LateScan(*row) for row in rows]
