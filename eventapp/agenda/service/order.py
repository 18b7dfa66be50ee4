"""Positions in an agenda: dense, from 1."""

from collections.abc import Sequence

import sqlalchemy as sa

from eventapp.agenda.models import AgendaItem
from eventapp.core.db import db
from eventapp.core.errors import N_, Conflict


def place(meeting_id: int, item_id: int, position: int) -> None:
    """Put an item at a position; what lies outside becomes first or last."""
    ids = ordered(meeting_id)
    ids.remove(item_id)
    ids.insert(min(max(position, 1), len(ids) + 1) - 1, item_id)
    arrange(meeting_id, ids)


def place_after(meeting_id: int, item_id: int, other_id: int) -> None:
    """Put an item behind another, 0 for the first place; raises Conflict when that one is gone."""
    ids = ordered(meeting_id)
    if other_id == item_id:
        return
    ids.remove(item_id)
    if other_id and other_id not in ids:
        raise Conflict("neighbour_gone", N_("旁边的环节刚被删除，没有移动。请看最新的议程。"))
    ids.insert(ids.index(other_id) + 1 if other_id else 0, item_id)
    arrange(meeting_id, ids)


def arrange(meeting_id: int, ids: Sequence[int]) -> None:
    """Number the items in this order; those not named come last, as they stood."""
    present = ordered(meeting_id)
    wanted = [one for one in ids if one in set(present)]
    wanted += [one for one in present if one not in set(wanted)]
    session = db.session
    session.flush()
    held = session.execute(
        sa.select(AgendaItem.id, AgendaItem.ordinal).where(AgendaItem.meeting_id == meeting_id)
    )
    now = {row.id: row.ordinal for row in held}
    moved = [
        {"id": item_id, "ordinal": ordinal}
        for ordinal, item_id in enumerate(wanted, start=1)
        if now[item_id] != ordinal
    ]
    if moved:
        session.execute(sa.update(AgendaItem), moved)


def renumber(meeting_id: int) -> None:
    """Close the gap that an item left."""
    arrange(meeting_id, ordered(meeting_id))


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


def ordered(meeting_id: int) -> list[int]:
    """List the items of an agenda in their order."""
    return list(
        db.session.scalars(
            sa.select(AgendaItem.id)
            .where(AgendaItem.meeting_id == meeting_id)
            .order_by(AgendaItem.ordinal, AgendaItem.id)
        )
    )
