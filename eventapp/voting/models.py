"""Tables of motions, ballots and the record of votes."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from eventapp.core.db import Base, enum_text
from eventapp.core.ledger import Chained
from eventapp.voting.rules import (
    BallotState,
    Choice,
    ElectorateSource,
    Mode,
    MotionKind,
    Result,
)


class Electorate(Base):
    """A frozen, hashed list of the units that may vote, and where it comes from."""

    __tablename__ = "electorates"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    source: Mapped[ElectorateSource] = mapped_column(enum_text(ElectorateSource))
    body: Mapped[str]
    digest: Mapped[str] = mapped_column(sa.String(64))
    frozen_at: Mapped[datetime]


class ElectorateUnit(Base):
    """A unit of an electorate under the name it had when the list was frozen."""

    __tablename__ = "electorate_units"
    electorate_id: Mapped[int] = mapped_column(sa.ForeignKey("electorates.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisations.id"), primary_key=True
    )
    name: Mapped[str] = mapped_column(sa.String(120))
    seat: Mapped[str] = mapped_column(sa.String(40), default="")
    ordinal: Mapped[int]


class Motion(Base):
    """The question put, with a snapshot and the SHA-256 of what it is about."""

    __tablename__ = "motions"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    number: Mapped[int]
    kind: Mapped[MotionKind] = mapped_column(enum_text(MotionKind))
    title: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(sa.String(64))
    charter_edition_id: Mapped[int | None] = mapped_column(sa.ForeignKey("charter_editions.id"))
    list_edition_id: Mapped[int | None] = mapped_column(sa.ForeignKey("list_editions.id"))
    item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agenda_items.id"))
    __table_args__ = (sa.UniqueConstraint("meeting_id", "number"),)


class Ballot(Base):
    """One taking of votes on a motion; rule, electorate and mode are frozen at opening.

    `body` is the frozen definition in canonical JSON and `definition` its SHA-256; `counted`
    names the count of presence that stands: "opening", or the latest recount.
    """

    __tablename__ = "ballots"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    motion_id: Mapped[int] = mapped_column(sa.ForeignKey("motions.id"))
    mode: Mapped[Mode] = mapped_column(enum_text(Mode))
    rule: Mapped[dict[str, Any]]
    source: Mapped[ElectorateSource] = mapped_column(enum_text(ElectorateSource))
    source_list_id: Mapped[int | None] = mapped_column(sa.ForeignKey("list_editions.id"))
    source_units: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[BallotState] = mapped_column(enum_text(BallotState), default=BallotState.DRAFT)
    electorate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("electorates.id"))
    body: Mapped[str] = mapped_column(default="")
    definition: Mapped[str] = mapped_column(sa.String(64), default="")
    counted: Mapped[str] = mapped_column(sa.String(20), default="")
    override_reason: Mapped[str] = mapped_column(sa.String(200), default="")
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    annul_asked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    annulled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    declared_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    repeats_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ballots.id"))
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    declared_at: Mapped[datetime | None]


class Attendance(Base):
    """A unit of the electorate that was here at a count, itself or by a proxy.

    `moment` is "opening", "recount-1" and so on, or "closing"; the record of that moment names
    the head of the door's ledger up to which it was counted.
    """

    __tablename__ = "ballot_attendances"
    ballot_id: Mapped[int] = mapped_column(sa.ForeignKey("ballots.id"), primary_key=True)
    moment: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisations.id"), primary_key=True
    )
    by_proxy: Mapped[bool] = mapped_column(default=False)


class VoteHolder(Base):
    """The claim "this unit's vote in this ballot": one row, one counted vote."""

    __tablename__ = "vote_holders"
    ballot_id: Mapped[int] = mapped_column(sa.ForeignKey("ballots.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisations.id"), primary_key=True
    )
    mandate_id: Mapped[int] = mapped_column(sa.ForeignKey("mandates.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    by_proxy: Mapped[bool] = mapped_column(default=False)
    choice: Mapped[Choice] = mapped_column(enum_text(Choice))
    record_seq: Mapped[int]
    cast_at: Mapped[datetime]


class HandCount(Base):
    """Hands or papers as counted by one person and confirmed by another.

    `issued`, `returned` and `invalid` are papers, and stay empty for a show of hands.
    """

    __tablename__ = "hand_counts"
    ballot_id: Mapped[int] = mapped_column(sa.ForeignKey("ballots.id"), primary_key=True)
    yes: Mapped[int]
    no: Mapped[int]
    abstain: Mapped[int]
    issued: Mapped[int | None]
    returned: Mapped[int | None]
    invalid: Mapped[int | None]
    counted_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class VotingRecord(Chained, Base):
    """What happened in voting: opened, cast, counted, closed, declared, annulled."""

    __tablename__ = "voting_records"
    ledger = "votes"
    act: Mapped[str] = mapped_column(sa.String(20))
    ballot_id: Mapped[int] = mapped_column(sa.ForeignKey("ballots.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"))
    mandate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mandates.id"))
    client_key: Mapped[str | None] = mapped_column(sa.String(40))
    at: Mapped[datetime]

    @declared_attr.directive
    def __table_args__(cls) -> Any:  # noqa: N805 - SQLAlchemy calls it on the class
        """One record for each place in the chain, and one vote for each key of a browser."""
        return (
            sa.UniqueConstraint("scope_id", "seq"),
            sa.UniqueConstraint("ballot_id", "client_key"),
        )


class Outcome(Base):
    """What a ballot decided: the frozen figures and the sum that decided it."""

    __tablename__ = "outcomes"
    id: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column(sa.ForeignKey("ballots.id"), unique=True)
    result: Mapped[Result] = mapped_column(enum_text(Result))
    entitled: Mapped[int]
    present: Mapped[int]
    yes: Mapped[int]
    no: Mapped[int]
    abstain: Mapped[int]
    needed: Mapped[int]
    missing: Mapped[int]
    body: Mapped[str]
    digest: Mapped[str] = mapped_column(sa.String(64))
    record_hash: Mapped[str] = mapped_column(sa.String(64))
    closed_at: Mapped[datetime]


class Resolution(Base):
    """A passed outcome under its number of the year, without gaps."""

    __tablename__ = "resolutions"
    id: Mapped[int] = mapped_column(primary_key=True)
    alliance_id: Mapped[int] = mapped_column(sa.ForeignKey("alliances.id"))
    outcome_id: Mapped[int] = mapped_column(sa.ForeignKey("outcomes.id"), unique=True)
    year: Mapped[int]
    number: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(200))
    __table_args__ = (sa.UniqueConstraint("alliance_id", "year", "number"),)
