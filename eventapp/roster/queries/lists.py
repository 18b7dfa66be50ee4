"""Reads of lists as they were sent, and of their rows."""

from collections.abc import Sequence

import sqlalchemy as sa

from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.roster.models import ANSWERS, Roster, RosterRow
from eventapp.roster.rules import Fate, ReadRow, RosterState, note_of


def roster_in(meeting_id: int, roster_id: int) -> Roster:
    """Find an organiser's list of a meeting; raises NotFound."""
    found = db.session.get(Roster, roster_id)
    if found is None or found.meeting_id != meeting_id or found.delegation_id is not None:
        raise NotFound("not_found", N_("没有找到您要的内容。"))
    return found


def rosters_of(meeting_id: int) -> list[Roster]:
    """List the organiser's lists of a meeting that are not discarded, the newest first."""
    return list(
        db.session.scalars(
            sa.select(Roster)
            .where(
                Roster.meeting_id == meeting_id,
                Roster.delegation_id.is_(None),
                Roster.state != RosterState.DISCARDED,
            )
            .order_by(Roster.id.desc())
        )
    )


def rows_of(
    roster_id: int, fate: Fate | None = None, *, offset: int = 0, most: int | None = None
) -> list[ReadRow]:
    """List rows of a list in its order, all or those of one fate."""
    query = sa.select(RosterRow).where(RosterRow.roster_id == roster_id)
    if fate is not None:
        query = query.where(RosterRow.fate == fate)
    query = query.order_by(RosterRow.number).offset(offset).limit(most)
    return read_back(db.session.scalars(query).all())


def read_back(rows: Sequence[RosterRow]) -> list[ReadRow]:
    """Return kept rows as they were read."""
    return [
        ReadRow(
            row.number,
            tuple(row.cells),
            {key: text for key, text in row.values.items() if key != ANSWERS},
            row.fate,
            tuple(note_of(note) for note in row.notes),
            {int(key): texts for key, texts in row.values.get(ANSWERS, {}).items()},
        )
        for row in rows
    ]


def fates_of(roster_id: int) -> dict[str, int]:
    """Count the rows of a list by their fates."""
    rows = db.session.execute(
        sa.select(RosterRow.fate, sa.func.count())
        .where(RosterRow.roster_id == roster_id)
        .group_by(RosterRow.fate)
    )
    return {str(fate): count for fate, count in rows}
