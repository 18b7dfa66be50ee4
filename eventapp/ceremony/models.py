"""Tables of solemn acts: what is signed, handed over, unveiled and launched, and by whom."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.ceremony.rules import ActKind, ActState, AgreementState, Capacity, Check, Part
from eventapp.core.db import Base, enum_text


class SigningStage(Base):
    """How an item's agreements are signed: at so many tables, or standing in so many places.

    `displaced` is the order that the last proposal took the place of, so that it can come back.
    """

    __tablename__ = "signing_stages"
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_items.id"), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    tables: Mapped[int] = mapped_column(default=1)
    standing: Mapped[bool] = mapped_column(default=False)
    seed: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    displaced: Mapped[list[Any]] = mapped_column(default=list)


class Agreement(Base):
    """What two or more parties sign at an item, in which batch and at which table.

    `ordinal` is its rank in the item. It is signed in no earlier batch than `after_id`'s. Where
    it is `secret`, its title does not leave the desk and the stage.
    """

    __tablename__ = "agreements"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_items.id"))
    ordinal: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(160))
    copies: Mapped[int] = mapped_column(default=2)
    secret: Mapped[bool] = mapped_column(default=False)
    batch: Mapped[int | None]
    table_number: Mapped[int | None]
    pinned: Mapped[bool] = mapped_column(default=False)
    after_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agreements.id"))
    state: Mapped[AgreementState] = mapped_column(
        enum_text(AgreementState), default=AgreementState.DRAFT
    )
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class Party(Base):
    """A unit that signs an agreement, with the person who signs for it, and by what right.

    `authority_note` is what was noted of a power of attorney on paper, `authority_digest` the
    uploaded one's in the file store.
    """

    __tablename__ = "parties"
    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(sa.ForeignKey("agreements.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    ordinal: Mapped[int]
    signatory_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    signatory_name: Mapped[str] = mapped_column(sa.String(60), default="")
    signatory_title: Mapped[str] = mapped_column(sa.String(160), default="")
    capacity: Mapped[Capacity | None] = mapped_column(enum_text(Capacity))
    authority_note: Mapped[str] = mapped_column(sa.String(160), default="")
    authority_digest: Mapped[str] = mapped_column(sa.String(64), default="")
    authority_name: Mapped[str] = mapped_column(sa.String(160), default="")
    __table_args__ = (sa.UniqueConstraint("agreement_id", "ordinal"),)


class PaperCheck(Base):
    """A line of an agreement's check list that was ticked: when, and by whom."""

    __tablename__ = "paper_checks"
    agreement_id: Mapped[int] = mapped_column(sa.ForeignKey("agreements.id"), primary_key=True)
    line: Mapped[Check] = mapped_column(enum_text(Check, "line"), primary_key=True)
    ticked_at: Mapped[datetime]
    ticked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class SignatoryChange(Base):
    """Somebody signed, or was to sign, in another's stead: a record."""

    __tablename__ = "signatory_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(sa.ForeignKey("agreements.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    gone_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    gone_name: Mapped[str] = mapped_column(sa.String(60))
    come_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    come_name: Mapped[str] = mapped_column(sa.String(60))
    reason: Mapped[str] = mapped_column(sa.String(200))
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class StageAct(Base):
    """A plaque, an unveiling, an appointment or a launch at an item.

    Acts of one `group_number` are done at once; `cue` is what sets them off.
    """

    __tablename__ = "stage_acts"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_items.id"))
    kind: Mapped[ActKind] = mapped_column(enum_text(ActKind))
    ordinal: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(160))
    group_number: Mapped[int] = mapped_column(default=1)
    cue: Mapped[str] = mapped_column(sa.String(200), default="")
    state: Mapped[ActState] = mapped_column(enum_text(ActState), default=ActState.PLANNED)
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class StagePerson(Base):
    """Somebody on the stage who does not sign: at an agreement or at an act, in a part.

    For a stand-in or helper `ordinal` is the party's. A recipient may be a unit alone.
    """

    __tablename__ = "stage_people"
    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agreements.id"), index=True)
    act_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stage_acts.id"), index=True)
    part: Mapped[Part] = mapped_column(enum_text(Part))
    ordinal: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(sa.String(60), default="")
    title: Mapped[str] = mapped_column(sa.String(160), default="")
    __table_args__ = (
        sa.CheckConstraint("(agreement_id IS NULL) <> (act_id IS NULL)", name="one_place"),
    )
