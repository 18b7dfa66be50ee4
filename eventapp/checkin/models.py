"""Tables of the door: gates, sessions, the ledger of scans, who is inside, and rehearsals."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from eventapp.checkin.rules import Direction, Method, Verdict, Way
from eventapp.checkin.rules.rollcalls import CallState
from eventapp.checkin.rules.settling import Reason, Resolution
from eventapp.core.db import Base, enum_text
from eventapp.core.ledger import Chained


class Gate(Base):
    """A place where staff scan: to which session it leads, which way, and whom it takes when.

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
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("door_sessions.id"))
    way: Mapped[Way] = mapped_column(enum_text(Way), default=Way.BOTH)
    __table_args__ = (sa.UniqueConstraint("meeting_id", "name"),)


class DoorSession(Base):
    """What one is admitted to: a hall, a forum, a banquet; the first is where ballots are held.

    `capacity` None sets no limit; without `reentry` nobody who left comes in again; `signs` asks
    whoever comes in for a signature on the screen. `inside` is how many admissions there are:
    triggers keep it, so that no scan has to count them.
    """

    __tablename__ = "door_sessions"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    name: Mapped[str] = mapped_column(sa.String(60))
    ordinal: Mapped[int]
    capacity: Mapped[int | None]
    signs: Mapped[bool] = mapped_column(default=False)
    reentry: Mapped[bool] = mapped_column(default=True)
    inside: Mapped[int] = mapped_column(default=0)
    __table_args__ = (sa.UniqueConstraint("meeting_id", "ordinal"),)


class _Claim:
    """The columns of an admission; its uniqueness decides a race.

    `confirmed`: a staffed gate or a roll-call saw the person, so the unit may count as present.
    Whoever came in by a roll-call came through no gate.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("door_sessions.id"))
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registrations.id"))
    gate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("gates.id"))
    device: Mapped[str] = mapped_column(sa.String(40))
    method: Mapped[Method] = mapped_column(enum_text(Method))
    confirmed: Mapped[bool]
    admitted_at: Mapped[datetime]

    @declared_attr.directive
    def __table_args__(cls) -> Any:  # noqa: N805 - SQLAlchemy calls it on the class
        """One claim of somebody on a session."""
        return (sa.UniqueConstraint("registration_id", "session_id"),)


class Admission(_Claim, Base):
    """The claim "this registration is inside this session"; of one meeting, never in two."""

    __tablename__ = "admissions"


class _Scanned:
    """The columns of a scan beside those of every record."""

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

    @declared_attr.directive
    def __table_args__(cls) -> Any:  # noqa: N805 - SQLAlchemy calls it on the class
        """One record for each place in the chain, and for each number of a device."""
        return (
            sa.UniqueConstraint("scope_id", "seq"),
            sa.UniqueConstraint("device", "scan_id"),
        )


class Scan(_Scanned, Chained, Base):
    """One scan at a gate, admitted or refused, with the verdict that was given.

    One that was uploaded keeps besides what the device `shown` then, the difference of its clock
    and when it last heard of ours; `scanned_at` is the time that counts. A record that `settles`
    a scan (its `scan_id`) says what presence follows from what was uploaded.
    A confirmed roll-call is a record of the same chain: it has no gate and no registration, and
    its body names who `answered` and who was `silent`.
    """

    __tablename__ = "scans"
    ledger = "door"
    scanned_at: Mapped[datetime | None]
    synced_at: Mapped[datetime | None]
    offset_ms: Mapped[int | None] = mapped_column(sa.BigInteger())
    shown: Mapped[str | None] = mapped_column(sa.String(40))
    settles: Mapped[str | None] = mapped_column(sa.String(40))


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


class Rehearsal(Base):
    """The door is being practised from `started_at` on; a meeting has one that has not ended."""

    __tablename__ = "rehearsals"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        sa.Index(
            "uq_rehearsals_running",
            "meeting_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )


class RehearsalAdmission(_Claim, Base):
    """An admission that was only practised: no count, no ballot and no list looks here."""

    __tablename__ = "rehearsal_admissions"


class RehearsalScan(_Scanned, Chained, Base):
    """A scan that was only practised: chained like a real one, and gone with its rehearsal."""

    __tablename__ = "rehearsal_scans"
    ledger = "rehearsal"


class RehearsedScan(Base):
    """The number of a scan that went with its rehearsal: sent again, it admits nobody."""

    __tablename__ = "rehearsed_scans"
    device: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    scan_id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)


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
