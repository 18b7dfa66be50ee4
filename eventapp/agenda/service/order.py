"""Positions in an agenda: dense, from 1."""

import sqlalchemy as sa

from eventapp.agenda.models import AgendaItem
from eventapp.core.db import db


def place(meeting_id: int, item_id: int, position: int) -> None:
    """Put an item at a position; what lies outside becomes first or last."""
    rows = _ordered(meeting_id)
    moved = next(row for row in rows if row.id == item_id)
    rows.remove(moved)
    rows.insert(min(max(position, 1), len(rows) + 1) - 1, moved)
    for ordinal, row in enumerate(rows, start=1):
        row.ordinal = ordinal
    db.session.flush()


def renumber(meeting_id: int) -> None:
    """Close the gap that an item left."""
    for ordinal, row in enumerate(_ordered(meeting_id), start=1):
        row.ordinal = ordinal
    db.session.flush()


def last_ordinal(meeting_id: int) -> int:
    """Tell the last position taken, 0 in an empty agenda."""
    return (
        db.session.scalar(
            sa.select(sa.func.coalesce(sa.func.max(AgendaItem.ordinal), 0)).where(
                AgendaItem.meeting_id == meeting_id
            )
        )
        or 0
    )


def _ordered(meeting_id: int) -> list[AgendaItem]:
    return list(
        db.session.scalars(
            sa.select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting_id)
            .order_by(AgendaItem.ordinal, AgendaItem.id)
        )
    )
