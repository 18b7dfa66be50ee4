"""Tables of formal minutes, their steps and their released editions."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.db import Base, enum_text
from eventapp.minutes.rules import Format, State, Step

_FIRST = sa.text("corrects_id IS NULL")


class Minutes(Base):
    """The minutes of a meeting while people work on them: prose here, facts read from records.

    `writers` are all who typed in the text; `frozen` is the signed content as canonical JSON.
    """

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
    writers: Mapped[list[Any]] = mapped_column(default=list)
    frozen: Mapped[str] = mapped_column(default="")
    corrects_id: Mapped[int | None] = mapped_column(sa.ForeignKey("minutes.id"))
    created_at: Mapped[datetime]
    __table_args__ = (
        sa.Index(
            "uq_minutes_first",
            "meeting_id",
            unique=True,
            sqlite_where=_FIRST,
            postgresql_where=_FIRST,
        ),
    )


class MinutesStep(Base):
    """A step of the sign-off: who, when, on which content."""

    __tablename__ = "minutes_steps"
    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"), index=True)
    step: Mapped[Step] = mapped_column(enum_text(Step, "minutes_step"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    word: Mapped[str] = mapped_column(sa.String(200), default="")
    digest: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]


class MinutesEdition(Base):
    """Released minutes: frozen content under a number of the year.

    `pdf_digest` and `internal_digest` name the two renderings, for the press and for the files of
    the alliance; they are empty until the papers have been made.
    """

    __tablename__ = "minutes_editions"
    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"), unique=True)
    alliance_id: Mapped[int] = mapped_column(sa.ForeignKey("alliances.id"))
    year: Mapped[int]
    number: Mapped[int]
    body: Mapped[str]
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    pdf_digest: Mapped[str] = mapped_column(sa.String(64), default="", index=True)
    internal_digest: Mapped[str] = mapped_column(sa.String(64), default="")
    released_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("alliance_id", "year", "number"),)


class MinutesDownload(Base):
    """Somebody of the press took a released edition."""

    __tablename__ = "minutes_downloads"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes_editions.id"), index=True)
    actor: Mapped[str] = mapped_column(sa.String(40))
    format: Mapped[Format] = mapped_column(enum_text(Format, "minutes_format"))
    at: Mapped[datetime]
