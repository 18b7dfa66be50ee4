"""Tables of lists of people, as they were sent."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.db import Base, enum_text
from eventapp.roster.rules import Fate, RosterState

ANSWERS = "answers"
_OPEN = sa.text("state = 'open' AND delegation_id IS NOT NULL")


class Roster(Base):
    """A list of people for a meeting: an organiser's sheet, or a unit's own rows.

    `columns` says what each column of the file means (a name, or empty for one that is left
    out), `header_row` where the headings stand (0: nowhere). A unit has one open list.
    """

    __tablename__ = "rosters"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    delegation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("delegations.id"))
    state: Mapped[RosterState] = mapped_column(enum_text(RosterState), default=RosterState.OPEN)
    file_name: Mapped[str] = mapped_column(sa.String(160), default="")
    file_digest: Mapped[str] = mapped_column(sa.String(64), default="")
    sheet: Mapped[str] = mapped_column(sa.String(60), default="")
    header_row: Mapped[int] = mapped_column(default=0)
    columns: Mapped[list[Any]] = mapped_column(default=list)
    totals: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor: Mapped[str] = mapped_column(sa.String(40))
    created_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    __table_args__ = (
        sa.Index(
            "uq_rosters_open",
            "delegation_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )


class RosterRow(Base):
    """A row as it was sent, what it means, and what is wrong with which cell.

    `cells` are the texts as sent, `values` what they were read as, by name of the column, and
    under `answers` those to the meeting's questions by the field's id;
    `notes` are findings: column, code, severity and what the sentence needs.
    """

    __tablename__ = "roster_rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    roster_id: Mapped[int] = mapped_column(sa.ForeignKey("rosters.id"))
    number: Mapped[int]
    cells: Mapped[list[Any]]
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    fate: Mapped[Fate] = mapped_column(enum_text(Fate), default=Fate.NEW)
    notes: Mapped[list[Any]] = mapped_column(default=list)
    registration_id: Mapped[int | None] = mapped_column(sa.ForeignKey("registrations.id"))
    __table_args__ = (sa.UniqueConstraint("roster_id", "number"),)
