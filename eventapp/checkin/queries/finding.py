"""People who come without a pass in their hand: found by a text, or by somebody of their unit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.checkin.queries.books import (
    OWN,
    REHEARSED,
    UNIT,
    admissions,
    book_of,
    gates,
    organisations,
    people,
    registrations,
)
from eventapp.checkin.rules import NAMELESS, Verdict
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.registration.rules import Category, State

_WHO = registrations.join(people, people.c.id == registrations.c.person_id).outerjoin(
    organisations, organisations.c.id == registrations.c.organisation_id
)


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody registered, as the help desk sees them; `admitted_at` and `gate` while inside.

    Who came by a roll-call came by no gate; who is not `confirmed` waits for a staffed gate.
    """

    registration_id: int
    name: str
    titles: str
    unit: str
    category: Category
    place: str
    state: State
    phone: str
    admitted_at: datetime | None
    gate: str | None
    confirmed: bool | None


@dataclass(frozen=True, slots=True)
class UnitAtDoor:
    """The unit of somebody whom a device has scanned, and the gate where it did."""

    meeting_id: int
    gate_id: int
    organisation_id: int
    name: str
    members: tuple[Found, ...]


FOUND_ROWS = sa.select(
    registrations.c.id,
    people.c.name,
    people.c.titles,
    UNIT,
    registrations.c.category,
    registrations.c.place,
    registrations.c.state,
    people.c.phone,
    admissions.c.admitted_at,
    gates.c.name.label("gate"),
    admissions.c.confirmed,
).select_from(
    _WHO.outerjoin(admissions, admissions.c.registration_id == registrations.c.id).outerjoin(
        gates, gates.c.id == admissions.c.gate_id
    )
)


def person_at_door(meeting_id: int, registration_id: int) -> Found:
    """Find somebody of this meeting, as the help desk sees them; NotFound for anybody else."""
    one = FOUND_ROWS.where(
        registrations.c.meeting_id == meeting_id, registrations.c.id == registration_id
    )
    row = db.session.execute(one).first()
    if row is None:
        raise NotFound("registration_unknown", N_("没有找到这份报名。"))
    return Found(*row)


def ensure_registered_here(meeting_id: int, registration_id: int) -> None:
    """Refuse a registration of another meeting: it does not exist."""
    here = sa.select(registrations.c.meeting_id).where(registrations.c.id == registration_id)
    if db.session.scalar(here) != meeting_id:
        raise NotFound("registration_unknown", N_("没有找到这份报名。"))


def unit_at_door(meeting_id: int, device: str, scan_id: str) -> UnitAtDoor:
    """Find the expected people of the unit of somebody whom this device has scanned.

    The scan is the key: whoever may only scan sees no unit but those that stand before them.
    Raises NotFound for another device's scan, and for one that names nobody of a unit.
    """
    scans = book_of(db.session.connection(), meeting_id).scans
    scanned = db.session.execute(
        sa.select(scans.c.gate_id, registrations.c.organisation_id, organisations.c.name)
        .select_from(
            scans.join(registrations, registrations.c.id == scans.c.registration_id).join(
                organisations, organisations.c.id == registrations.c.organisation_id
            )
        )
        .where(
            scans.c.device == device,
            scans.c.scan_id == scan_id,
            scans.c.verdict.not_in(NAMELESS),
            registrations.c.meeting_id == meeting_id,
        )
    ).first()
    if scanned is None:
        raise NotFound("scan_unknown", N_("没有找到这次扫码，请回到签到页再扫一次。"))
    expected = sa.or_(
        registrations.c.state == State.APPROVED, admissions.c.admitted_at.is_not(None)
    )
    members = db.session.execute(
        FOUND_ROWS.where(
            registrations.c.meeting_id == meeting_id,
            registrations.c.organisation_id == scanned.organisation_id,
            expected,
        ).order_by(people.c.pinyin_key, registrations.c.id)
    )
    return UnitAtDoor(
        meeting_id,
        scanned.gate_id,
        scanned.organisation_id,
        scanned.name,
        tuple(Found(*row) for row in members),
    )


def person_scanned(device: str, scan_id: str) -> int | None:
    """Tell whose registration a scan of a device was about; None where there was no such scan."""
    found = _scanned(device, [scan_id])
    return found[0].registration_id if found else None


def verdicts_given(device: str, scan_ids: Iterable[str]) -> dict[str, Verdict]:
    """Tell what these scans of a device were answered, in whichever book they stand."""
    return {row.scan_id: row.verdict for row in _scanned(device, list(scan_ids))}


def _scanned(device: str, scan_ids: list[str]) -> list[Any]:
    looks = [
        sa.select(book.scans.c.scan_id, book.scans.c.verdict, book.scans.c.registration_id).where(
            book.scans.c.device == device, book.scans.c.scan_id.in_(scan_ids)
        )
        for book in (OWN, REHEARSED)
    ]
    return [row for look in looks for row in db.session.execute(look)]
