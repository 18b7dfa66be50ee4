"""Tables of the door: gates, sessions, the ledger of scans, and who is inside."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.checkin.rules import Direction, Method, Verdict
from eventapp.checkin.rules.rollcalls import CallState
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
    """What one is admitted to: at first the whole meeting.

    `capacity` None sets no limit; `signs` asks whoever comes in for a signature on the screen.
    """

    __tablename__ = "door_sessions"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    name: Mapped[str] = mapped_column(sa.String(60))
    ordinal: Mapped[int]
    capacity: Mapped[int | None]
    signs: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (sa.UniqueConstraint("meeting_id", "ordinal"),)


class Admission(Base):
    """The claim "this registration is inside this session"; its uniqueness decides a race.

    `confirmed`: a staffed gate or a roll-call saw the person, so the unit may count as present.
    Whoever came in by a roll-call came through no gate.
    """

    __tablename__ = "admissions"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("door_sessions.id"))
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registrations.id"))
    gate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("gates.id"))
    device: Mapped[str] = mapped_column(sa.String(40))
    method: Mapped[Method] = mapped_column(enum_text(Method))
    confirmed: Mapped[bool]
    admitted_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("registration_id", "session_id"),)


class Scan(Chained, Base):
    """One scan at a gate, admitted or refused, with the verdict that was given.

    A confirmed roll-call is a record of the same chain: it has no gate and no registration, and
    its body names who `answered` and who was `silent`.
    """

    __tablename__ = "scans"
    ledger = "door"
    scan_id: Mapped[str] = mapped_column(sa.String(40))
    device: Mapped[str] = mapped_column(sa.String(40))
    content: Mapped[str] = mapped_column(sa.String(64))
    gate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("gates.id"))
    registration_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("registrations.id"), index=True
    )
    method: Mapped[Method] = mapped_column(enum_text(Method))
    direction: Mapped[Direction] = mapped_column(enum_text(Direction))
    verdict: Mapped[Verdict] = mapped_column(enum_text(Verdict))
    answer: Mapped[str]
    claimed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    __table_args__ = (  # pyright: ignore[reportAssignmentType] - a mixin's may be replaced
        sa.UniqueConstraint("scope_id", "seq"),
        sa.UniqueConstraint("device", "scan_id"),
    )


_UNDER_WAY = sa.text("state IN ('calling', 'called')")


class RollCall(Base):
    """A calling of units by name; confirmed by a second user it is record `seq` of the door."""

    __tablename__ = "roll_calls"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    state: Mapped[CallState] = mapped_column(enum_text(CallState))
    opened_at: Mapped[datetime]
    called_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    called_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]
    seq: Mapped[int | None]
    __table_args__ = (
        sa.CheckConstraint("confirmed_by <> called_by", name="two_persons"),
        sa.Index(
            "uq_roll_calls_under_way",
            "meeting_id",
            unique=True,
            sqlite_where=_UNDER_WAY,
            postgresql_where=_UNDER_WAY,
        ),
    )


class RollCallLine(Base):
    """A unit that is called: not yet (`present` None), and who answers for it."""

    __tablename__ = "roll_call_lines"
    roll_call_id: Mapped[int] = mapped_column(sa.ForeignKey("roll_calls.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisations.id"), primary_key=True
    )
    name: Mapped[str] = mapped_column(sa.String(120))
    ordinal: Mapped[int]
    present: Mapped[bool | None]
    registration_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("registrations.id"), index=True
    )


class DoorSignature(Base):
    """What somebody wrote with a finger on the sheet; the strokes are a stored file."""

    __tablename__ = "door_signatures"
    registration_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registrations.id"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    signed_at: Mapped[datetime]
