"""Tables of meetings and their rooms."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.db import Base, enum_text
from eventapp.meetings.rules import Kind, State


class Meeting(Base):
    """One meeting of an alliance."""

    __tablename__ = "meetings"
    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(sa.ForeignKey("scopes.id"), unique=True)
    alliance_id: Mapped[int] = mapped_column(sa.ForeignKey("alliances.id"), index=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    kind: Mapped[Kind] = mapped_column(enum_text(Kind, "meeting_kind"))
    title: Mapped[str] = mapped_column(sa.String(160))
    state: Mapped[State] = mapped_column(enum_text(State, "meeting_state"), default=State.DRAFT)
    state_reason: Mapped[str] = mapped_column(sa.String(200), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(sa.String(40), default="Asia/Shanghai")
    venue: Mapped[str] = mapped_column(sa.String(160), default="")
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    introduction: Mapped[str] = mapped_column(default="")
    registration_closes_at: Mapped[datetime | None]
    prepares_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meetings.id"))
    host_name: Mapped[str] = mapped_column(sa.String(60), default="")
    created_at: Mapped[datetime]


class Room(Base):
    """A place inside the venue."""

    __tablename__ = "rooms"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    name: Mapped[str] = mapped_column(sa.String(60))
    ordinal: Mapped[int]
    __table_args__ = (sa.UniqueConstraint("meeting_id", "name"),)
