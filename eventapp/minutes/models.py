"""Tables of formal minutes, their steps and their released editions."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.db import Base, enum_text
from eventapp.minutes.rules import State


class Minutes(Base):
    """The minutes of a meeting while people work on them: prose here, facts read from records."""

    __tablename__ = "minutes"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    state: Mapped[State] = mapped_column(enum_text(State, "minutes_state"), default=State.DRAFTING)
    title: Mapped[str] = mapped_column(sa.String(160))
    prose: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    drafter_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    checker_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    signer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    byline: Mapped[dict[str, Any]] = mapped_column(default=dict)
    corrects_id: Mapped[int | None] = mapped_column(sa.ForeignKey("minutes.id"))
    created_at: Mapped[datetime]


class MinutesStep(Base):
    """A step of the sign-off: who, when, on which content."""

    __tablename__ = "minutes_steps"
    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"), index=True)
    step: Mapped[str] = mapped_column(sa.String(20))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    word: Mapped[str] = mapped_column(sa.String(200), default="")
    digest: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]


class MinutesEdition(Base):
    """Released minutes: frozen content under a number of the year; the PDF is its rendering."""

    __tablename__ = "minutes_editions"
    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"), unique=True)
    alliance_id: Mapped[int] = mapped_column(sa.ForeignKey("alliances.id"))
    year: Mapped[int]
    number: Mapped[int]
    body: Mapped[str]
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    pdf_digest: Mapped[str] = mapped_column(sa.String(64), default="")
    released_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("alliance_id", "year", "number"),)


class MinutesDownload(Base):
    """Somebody of the press took a released edition."""

    __tablename__ = "minutes_downloads"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes_editions.id"), index=True)
    actor: Mapped[str] = mapped_column(sa.String(40))
    format: Mapped[str] = mapped_column(sa.String(10))
    at: Mapped[datetime]
