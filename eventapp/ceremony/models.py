"""Tables of solemn acts: signings, plaques, unveilings."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.ceremony.rules import ActState, AgreementState
from eventapp.core.db import Base, enum_text


class Agreement(Base):
    """What two or more parties sign at an item."""

    __tablename__ = "agreements"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_items.id"))
    ordinal: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(160))
    copies: Mapped[int] = mapped_column(default=2)
    state: Mapped[AgreementState] = mapped_column(
        enum_text(AgreementState), default=AgreementState.DRAFT
    )
    signed_at: Mapped[datetime | None]


class Party(Base):
    """A unit that signs an agreement, with the person who signs for it."""

    __tablename__ = "parties"
    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(sa.ForeignKey("agreements.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    ordinal: Mapped[int]
    signatory_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    signatory_name: Mapped[str] = mapped_column(sa.String(60), default="")
    signatory_title: Mapped[str] = mapped_column(sa.String(160), default="")
    __table_args__ = (sa.UniqueConstraint("agreement_id", "ordinal"),)


class PlaqueAward(Base):
    """A plaque for a unit at an item."""

    __tablename__ = "plaque_awards"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_items.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    ordinal: Mapped[int]
    plaque: Mapped[str] = mapped_column(sa.String(120))
    presenters: Mapped[str] = mapped_column(sa.String(200), default="")
    state: Mapped[ActState] = mapped_column(enum_text(ActState), default=ActState.PLANNED)
    done_at: Mapped[datetime | None]


class Unveiling(Base):
    """A plate that is unveiled at an item."""

    __tablename__ = "unveilings"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_items.id"))
    ordinal: Mapped[int]
    plate: Mapped[str] = mapped_column(sa.String(160))
    unveilers: Mapped[str] = mapped_column(sa.String(200), default="")
    state: Mapped[ActState] = mapped_column(enum_text(ActState), default=ActState.PLANNED)
    done_at: Mapped[datetime | None]
