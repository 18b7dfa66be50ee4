"""The plan as the checks see it, and what they find; worked out anew each time it is asked for."""

from collections.abc import Sequence

import sqlalchemy as sa

from eventapp.agenda.models import Engagement
from eventapp.agenda.queries.items import Item, items_of
from eventapp.agenda.rules import Engagement as Stretch
from eventapp.agenda.rules import (
    Finding,
    ItemState,
    Plan,
    PlanItem,
    ResourceKind,
    find_findings,
)
from eventapp.core.db import db
from eventapp.meetings.queries import meeting_of, rooms_of

_ENGAGEMENTS = sa.select(
    Engagement.item_id,
    Engagement.resource,
    Engagement.resource_id,
    Engagement.label,
    Engagement.role,
).where(Engagement.meeting_id == sa.bindparam("meeting_id"))


def plan_of(meeting_id: int, items: Sequence[Item] | None = None) -> Plan:
    """Read a meeting's plan; `items` as they were just read save reading them again.

    Somebody is engaged for as long as the item takes; a room is wanted by every item in it.
    Items that were left out want nothing.
    """
    meeting, rooms = meeting_of(meeting_id), rooms_of(meeting_id)
    shown = items_of(meeting_id) if items is None else items
    kept = {item.id: item for item in shown if item.state != ItemState.SKIPPED}
    labels = {(ResourceKind.ROOM, room.id): room.name for room in rooms}
    stretches: list[Stretch] = []
    for row in db.session.execute(_ENGAGEMENTS, {"meeting_id": meeting_id}):
        if (item := kept.get(row.item_id)) is not None:
            labels[row.resource, row.resource_id] = row.label
            stretches.append(
                Stretch(
                    item.starts_at,
                    item.ends_at,
                    row.resource,
                    row.resource_id,
                    item.id,
                    row.role,
                    item.room_id or 0,
                )
            )
    return Plan(
        meeting.starts_at,
        meeting.ends_at,
        tuple(_plan_item(item) for item in kept.values()),
        tuple(stretches),
        tuple(room.id for room in rooms),
        labels,
    )


def _plan_item(item: Item) -> PlanItem:
    return PlanItem(
        item.id,
        item.kind,
        item.title,
        item.starts_at,
        item.ends_at,
        item.room_id or 0,
        fixed=item.fixed_at is not None,
        over_by=item.over_by,
        roles=frozenset(one.role for one in item.people),
        loose=item.state == ItemState.PLANNED,
    )


def findings_of(meeting_id: int, items: Sequence[Item] | None = None) -> list[Finding]:
    """Find what is wrong with a meeting's plan; `params` name who or where, and the items."""
    return find_findings(plan_of(meeting_id, items))
