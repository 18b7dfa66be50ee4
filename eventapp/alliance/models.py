"""Tables of an alliance: who belongs to it, in which seat, and the people of its units."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.alliance.rules import ListState
from eventapp.core.db import Base, enum_text


class Alliance(Base):
    """The body that meets."""

    __tablename__ = "alliances"
    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(sa.ForeignKey("scopes.id"), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    short_name: Mapped[str] = mapped_column(sa.String(60), default="")
    aims: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]


class Organisation(Base):
    """A unit: an enterprise, a school, an institute, an association, an office."""

    __tablename__ = "organisations"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    credit_code: Mapped[str] = mapped_column(sa.String(18), default="")
    pinyin_key: Mapped[str] = mapped_column(sa.String(255), default="")
    stroke_key: Mapped[str] = mapped_column(sa.String(255), default="")
    name_key: Mapped[str] = mapped_column(sa.String(255), default="", index=True)


class Seat(Base):
    """A rank among the members of an alliance, and whether it votes in council."""

    __tablename__ = "seats"
    id: Mapped[int] = mapped_column(primary_key=True)
    alliance_id: Mapped[int] = mapped_column(sa.ForeignKey("alliances.id"))
    key: Mapped[str] = mapped_column(sa.String(40))
    label: Mapped[str] = mapped_column(sa.String(40))
    ordinal: Mapped[int]
    votes_in_council: Mapped[bool]
    __table_args__ = (sa.UniqueConstraint("alliance_id", "key"),)


class Membership(Base):
    """A unit's place in an alliance; the seat begins when a list's outcome is declared.

    Until then `proposed_seat_id` notes which one is meant for it: what a list is filled from.
    """

    __tablename__ = "memberships"
    id: Mapped[int] = mapped_column(primary_key=True)
    alliance_id: Mapped[int] = mapped_column(sa.ForeignKey("alliances.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    ordinal: Mapped[int] = mapped_column(default=0)
    lead_ordinal: Mapped[int | None]
    proposed_seat_id: Mapped[int | None] = mapped_column(sa.ForeignKey("seats.id"))
    seat_id: Mapped[int | None] = mapped_column(sa.ForeignKey("seats.id"))
    seated_at: Mapped[datetime | None]
    seat_basis: Mapped[str] = mapped_column(sa.String(120), default="")
    left_at: Mapped[datetime | None]
    __table_args__ = (sa.UniqueConstraint("alliance_id", "organisation_id"),)


_CERTAIN = sa.text("phone <> '' AND NOT phone_in_doubt")
CERTAIN = sa.text("NOT people.phone_in_doubt")
"""Whose phone is not in doubt, in the words by which SQLite finds the index of certain phones."""


class Person(Base):
    """Somebody of a unit, known to one alliance only.

    `spelling` holds what was set by hand over what the program works out: `pinyin`, `initials`,
    `strokes`. To be found by, `spelled` is the pinyin in a-z alone, `phone_end` the last four
    digits. A phone in doubt is somebody else's already, and tells nobody apart until the organiser
    has looked. A person merged into another stays as an empty sign-post, an erased one as a number
    without a name.
    """

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    alliance_id: Mapped[int] = mapped_column(sa.ForeignKey("alliances.id"))
    organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisations.id"), index=True
    )
    name: Mapped[str] = mapped_column(sa.String(60))
    titles: Mapped[str] = mapped_column(sa.String(160), default="")
    phone: Mapped[str] = mapped_column(sa.String(20), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    pinyin: Mapped[str] = mapped_column(sa.String(160), default="")
    initials: Mapped[str] = mapped_column(sa.String(40), default="")
    pinyin_key: Mapped[str] = mapped_column(sa.String(255), default="")
    stroke_key: Mapped[str] = mapped_column(sa.String(255), default="")
    spelling: Mapped[dict[str, Any]] = mapped_column(default=dict)
    spelled: Mapped[str] = mapped_column(sa.String(160), default="")
    phone_end: Mapped[str] = mapped_column(sa.String(4), default="")
    phone_in_doubt: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    erased_at: Mapped[datetime | None]
    __table_args__ = (
        *(
            sa.Index(
                f"ix_people_{column}",
                "alliance_id",
                column,
                postgresql_ops={column: "varchar_pattern_ops"},  # for beginnings of words
            )
            for column in ("name", "spelled", "initials", "phone_end")
        ),
        sa.Index(
            "uq_people_alliance_id_phone",
            "alliance_id",
            "phone",
            unique=True,
            sqlite_where=_CERTAIN,
            postgresql_where=_CERTAIN,
        ),
    )


class DistinctPeople(Base):
    """Somebody looked at two people who seemed to be one, and said that they are two."""

    __tablename__ = "distinct_people"
    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    second_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    decided_at: Mapped[datetime]
    __table_args__ = (
        sa.UniqueConstraint("first_id", "second_id"),
        sa.CheckConstraint("first_id < second_id", name="ordered"),
    )


class CouncilList(Base):
    """A list of units with their seats, in editions, frozen and hashed like a charter."""

    __tablename__ = "council_lists"
    id: Mapped[int] = mapped_column(primary_key=True)
    alliance_id: Mapped[int] = mapped_column(sa.ForeignKey("alliances.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(160))


class ListEdition(Base):
    """One edition of a list; a record from the moment it is tabled."""

    __tablename__ = "list_editions"
    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("council_lists.id"))
    number: Mapped[int]
    state: Mapped[ListState] = mapped_column(enum_text(ListState), default=ListState.DRAFT)
    body: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    tabled_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    basis: Mapped[str] = mapped_column(sa.String(120), default="")
    __table_args__ = (sa.UniqueConstraint("list_id", "number"),)


class ListEntry(Base):
    """A unit on an edition of a list, with the seat proposed for it."""

    __tablename__ = "list_entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("list_editions.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    seat_id: Mapped[int] = mapped_column(sa.ForeignKey("seats.id"))
    ordinal: Mapped[int]
    __table_args__ = (sa.UniqueConstraint("edition_id", "organisation_id"),)
