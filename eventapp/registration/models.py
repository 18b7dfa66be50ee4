"""Tables of who is coming: registrations, passes, delegations, mandates, consent."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.db import Base, enum_text
from eventapp.registration.rules import SHORT_DAYS, Category, FieldKind, State

_ALIVE = sa.text("state NOT IN ('cancelled', 'replaced')")
_VALID = sa.text("revoked_at IS NULL")


class CategoryRule(Base):
    """What a meeting allows in a category: open to the public, approved by rule, how many."""

    __tablename__ = "category_rules"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    category: Mapped[Category] = mapped_column(enum_text(Category))
    public: Mapped[bool] = mapped_column(default=False)
    auto_approve: Mapped[bool] = mapped_column(default=True)
    quota: Mapped[int | None]
    __table_args__ = (sa.UniqueConstraint("meeting_id", "category"),)


class Terms(Base):
    """What holds for everybody who comes to a meeting; without a row the usual terms hold.

    `quota` is the meeting's places, `unit_quota` those of a unit whose delegation names none;
    meals, rooms and cars are kept for `short_days` after the meeting. How long contacts are kept
    stands with the consent text that promises it.
    """

    __tablename__ = "registration_terms"
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), primary_key=True)
    quota: Mapped[int | None]
    unit_quota: Mapped[int | None]
    substitute_until: Mapped[datetime | None]
    short_days: Mapped[int] = mapped_column(default=SHORT_DAYS)


class Field(Base):
    """A question that a meeting asks of those who register, why, and how long it keeps answers.

    `categories` and `options` are lists of texts; no category means all. A field with
    `shown_if_id` is asked only of whoever answered that one with `shown_if_value`.
    """

    __tablename__ = "registration_fields"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    ordinal: Mapped[int]
    kind: Mapped[FieldKind] = mapped_column(enum_text(FieldKind))
    label: Mapped[str] = mapped_column(sa.String(60))
    label_en: Mapped[str] = mapped_column(sa.String(120), default="")
    help: Mapped[str] = mapped_column(sa.String(200), default="")
    purpose: Mapped[str] = mapped_column(sa.String(200))
    categories: Mapped[list[Any]] = mapped_column(default=list)
    options: Mapped[list[Any]] = mapped_column(default=list)
    required: Mapped[bool] = mapped_column(default=False)
    short_lived: Mapped[bool] = mapped_column(default=False)
    shown_if_id: Mapped[int | None] = mapped_column(sa.ForeignKey("registration_fields.id"))
    shown_if_value: Mapped[str] = mapped_column(sa.String(120), default="")
    retired_at: Mapped[datetime | None]


class Answer(Base):
    """What somebody answered: a text, several texts, or the digest and name of a file."""

    __tablename__ = "registration_answers"
    registration_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registrations.id"), primary_key=True
    )
    field_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registration_fields.id"), primary_key=True, index=True
    )
    value: Mapped[list[Any]]


class ConsentText(Base):
    """A version of what people agree to: purpose, kinds of data, how long they are kept.

    `annex` lists what the meeting asks besides, each with its purpose and term; the digest covers
    both. `contact_months` is the term that the text promises for telephone numbers and addresses.
    """

    __tablename__ = "consent_texts"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    version: Mapped[int]
    text: Mapped[str]
    annex: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(sa.String(64))
    contact_months: Mapped[int]
    created_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("meeting_id", "version"),)


class Registration(Base):
    """One person's wish to attend one meeting, in a category.

    One that was invited and has not answered yet holds its place; `reminded_at` is when it was
    last asked.
    `unit_text` names a unit that is not one of the alliance's; then there is no organisation.
    `language` is the one in which the person registered, empty where somebody else did it.
    """

    __tablename__ = "registrations"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"))
    unit_text: Mapped[str] = mapped_column(sa.String(120), default="")
    category: Mapped[Category] = mapped_column(enum_text(Category))
    state: Mapped[State] = mapped_column(enum_text(State, "registration_state"))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    place: Mapped[str] = mapped_column(sa.String(60), default="")
    channel: Mapped[str] = mapped_column(sa.String(20), default="public")
    language: Mapped[str] = mapped_column(sa.String(12), default="")
    reminded_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("registrations.id"))
    __table_args__ = (
        sa.Index(
            "uq_registrations_alive",
            "meeting_id",
            "person_id",
            unique=True,
            sqlite_where=_ALIVE,
            postgresql_where=_ALIVE,
        ),
        sa.Index("ix_registrations_unit", "meeting_id", "organisation_id"),
        sa.Index("ix_registrations_state", "meeting_id", "state", "category"),  # to count by
    )


class Consent(Base):
    """Somebody agreed to a version of the consent text, then and in this way."""

    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registrations.id"), index=True)
    consent_text_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_texts.id"))
    given_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(sa.String(20))


class Correction(Base):
    """What somebody asked to have corrected about their own name or phone; gone once decided.

    Both tell people apart, so only the organiser changes them.
    """

    __tablename__ = "corrections"
    registration_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registrations.id"), primary_key=True
    )
    name: Mapped[str] = mapped_column(sa.String(60))
    phone: Mapped[str] = mapped_column(sa.String(32))
    asked_at: Mapped[datetime]


class ContactDeletion(Base):
    """The contacts of a meeting's people were deleted, as their consent text promised; once."""

    __tablename__ = "contact_deletions"
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), primary_key=True)
    deleted_at: Mapped[datetime]


class Pass(Base):
    """The pass of a registration: raising its generation kills the old QR and the old code."""

    __tablename__ = "passes"
    registration_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registrations.id"), primary_key=True
    )
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    generation: Mapped[int] = mapped_column(default=1)
    code: Mapped[str] = mapped_column(sa.String(8), unique=True)
    issued_at: Mapped[datetime]


class Delegation(Base):
    """A unit's part in a meeting: how many it may send, and who arranges it."""

    __tablename__ = "delegations"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    quota: Mapped[int | None]
    liaison_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    __table_args__ = (sa.UniqueConstraint("meeting_id", "organisation_id"),)


class Mandate(Base):
    """Who speaks for a unit at a meeting; a proxy is a mandate held by another unit's person.

    `document_digest` is the uploaded 委托书's in the file store, empty without one.
    """

    __tablename__ = "mandates"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    proxy: Mapped[bool] = mapped_column(default=False)
    document_digest: Mapped[str] = mapped_column(sa.String(64), default="")
    document_name: Mapped[str] = mapped_column(sa.String(160), default="")
    given_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    __table_args__ = (
        sa.Index(
            "uq_mandates_valid",
            "meeting_id",
            "organisation_id",
            "person_id",
            unique=True,
            sqlite_where=_VALID,
            postgresql_where=_VALID,
        ),
    )


class Leave(Base):
    """A unit or a person that was expected and excused itself."""

    __tablename__ = "leaves"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    noted_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class BulkAction(Base):
    """One act on many registrations, kept so that it can be undone.

    `items` are lists: a registration's id, the state and the reason that it had before, and the
    generation and code of the pass that lived then, if one did.
    """

    __tablename__ = "bulk_actions"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    actor: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[State] = mapped_column(enum_text(State, "bulk_state"))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    items: Mapped[list[Any]]
    done_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
