"""Tables of charters and their editions."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.charter.rules import ClauseKind, EditionState
from eventapp.core.db import Base, enum_text


class Charter(Base):
    """The text that an alliance gives itself."""

    __tablename__ = "charters"
    id: Mapped[int] = mapped_column(primary_key=True)
    alliance_id: Mapped[int] = mapped_column(sa.ForeignKey("alliances.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(160))


class CharterEdition(Base):
    """One edition; a record from the moment it is tabled, when body and digest are frozen."""

    __tablename__ = "charter_editions"
    id: Mapped[int] = mapped_column(primary_key=True)
    charter_id: Mapped[int] = mapped_column(sa.ForeignKey("charters.id"))
    number: Mapped[int]
    state: Mapped[EditionState] = mapped_column(enum_text(EditionState), default=EditionState.DRAFT)
    body: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    version: Mapped[int] = mapped_column(default=1)
    tabled_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    basis: Mapped[str] = mapped_column(sa.String(120), default="")
    __table_args__ = (sa.UniqueConstraint("charter_id", "number"),)


class Clause(Base):
    """A chapter, an article or a paragraph of an edition; its uid never changes in a charter.

    `ordinal` is its place in reading order, `number` what is written: 第三条 has the number 3.
    """

    __tablename__ = "clauses"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("charter_editions.id"))
    uid: Mapped[str] = mapped_column(sa.String(20))
    parent_uid: Mapped[str] = mapped_column(sa.String(20), default="")
    kind: Mapped[ClauseKind] = mapped_column(enum_text(ClauseKind))
    ordinal: Mapped[int]
    number: Mapped[int | None]
    label: Mapped[str] = mapped_column(sa.String(40), default="")
    text: Mapped[str] = mapped_column(default="")
    __table_args__ = (sa.UniqueConstraint("edition_id", "uid"),)
