"""Tables of the door: gates, sessions, the ledger of scans, and who is inside."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.checkin.rules import Direction, Method, Verdict
from eventapp.checkin.rules.settling import Reason, Resolution
from eventapp.core.db import Base, enum_text
from eventapp.core.ledger import Chained


class Gate(Base):
    """A place where staff scan, and whom it takes when.

    `categories` are words of `Category`, none for all. It is open from `opens_at` until before
    `closes_at`; where one is missing, on that side always.
    """

    __tablename__ = "gates"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    name: Mapped[str] = mapped_column(sa.String(40))
    ordinal: Mapped[int]
    categories: Mapped[list[Any]] = mapped_column(default=list)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    __table_args__ = (sa.UniqueConstraint("meeting_id", "name"),)


class DoorSession(Base):
    """What one is admitted to: at first the whole meeting; `capacity` None sets no limit."""

    __tablename__ = "door_sessions"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    name: Mapped[str] = mapped_column(sa.String(60))
    ordinal: Mapped[int]
    capacity: Mapped[int | None]
    __table_args__ = (sa.UniqueConstraint("meeting_id", "ordinal"),)


class Admission(Base):
    """The claim "this registration is inside this session"; its uniqueness decides a race."""

    __tablename__ = "admissions"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("door_sessions.id"))
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registrations.id"))
    gate_id: Mapped[int] = mapped_column(sa.ForeignKey("gates.id"))
    device: Mapped[str] = mapped_column(sa.String(40))
    admitted_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("registration_id", "session_id"),)


class Scan(Chained, Base):
    """One scan at a gate, admitted or refused, with the verdict that was given.

    One that was uploaded keeps besides what the device `shown` then, the difference of its clock
    and when it last heard of ours; `scanned_at` is the time that counts. A record that `settles`
    a scan (its `scan_id`) says what presence follows from what was uploaded.
    """

    __tablename__ = "scans"
    ledger = "door"
    scan_id: Mapped[str] = mapped_column(sa.String(40))
    device: Mapped[str] = mapped_column(sa.String(40))
    content: Mapped[str] = mapped_column(sa.String(64))
    gate_id: Mapped[int] = mapped_column(sa.ForeignKey("gates.id"))
    registration_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("registrations.id"), index=True
    )
    method: Mapped[Method] = mapped_column(enum_text(Method))
    direction: Mapped[Direction] = mapped_column(enum_text(Direction))
    verdict: Mapped[Verdict] = mapped_column(enum_text(Verdict))
    answer: Mapped[str]
    claimed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    scanned_at: Mapped[datetime | None]
    synced_at: Mapped[datetime | None]
    offset_ms: Mapped[int | None] = mapped_column(sa.BigInteger())
    shown: Mapped[str | None] = mapped_column(sa.String(40))
    settles: Mapped[str | None] = mapped_column(sa.String(40))
    __table_args__ = (  # pyright: ignore[reportAssignmentType] - a mixin's may be replaced
        sa.UniqueConstraint("scope_id", "seq"),
        sa.UniqueConstraint("device", "scan_id"),
    )


class ScanConflict(Base):
    """An uploaded scan that does not fit what else is known, for the desk to resolve once."""

    __tablename__ = "scan_conflicts"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    scan_id: Mapped[int] = mapped_column(sa.ForeignKey("scans.id"), unique=True)
    other_id: Mapped[int | None] = mapped_column(sa.ForeignKey("scans.id"))
    reason: Mapped[Reason] = mapped_column(enum_text(Reason))
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[Resolution | None] = mapped_column(enum_text(Resolution))
    resolved_by: Mapped[str] = mapped_column(sa.String(40), default="")
