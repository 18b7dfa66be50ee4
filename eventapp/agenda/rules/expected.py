"""When the items that are left fall, as it looks while the meeting runs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventapp.agenda.rules.items import ItemState

WARNING = timedelta(minutes=3)
"""How long before the end a speaker is warned."""


@dataclass(frozen=True, slots=True)
class Running:
    """An item as the clock sees it: how long it takes, what it has done, where it is bound."""

    item_id: int
    duration: timedelta
    state: ItemState
    room_id: int = 0
    fixed_start: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """When an item really ran, or is expected to.

    `overrun` is by how much what comes before runs past the item's fixed start; a fixed point
    stays where it is, and somebody has to decide what gives way.
    """

    start: datetime
    end: datetime
    overrun: timedelta = timedelta(0)


def expect(items: Sequence[Running], starts_at: datetime, now: datetime) -> dict[int, Expected]:
    """Map each item but those left out to when it ran or, as it looks now, will run.

    What ran has its real times. What runs ends when its time is up, and no earlier than now. What
    is left follows within its room as `lay_out` places it, from where that room is free: never
    before now, and at its fixed start where it has one. What was passed over comes last.
    """
    found: dict[int, Expected] = {}
    free: dict[int, datetime] = {}
    for item in items:
        if item.started_at is not None:
            due = item.ended_at or max(item.started_at + item.duration, now)
            found[item.item_id] = Expected(item.started_at, due)
            free[item.room_id] = max(due, free.get(item.room_id, due))
    before = starts_at
    for item in _in_turn(items):
        if item.state is not ItemState.PLANNED:
            before = found[item.item_id].end if item.item_id in found else before
            continue
        free_from = max(free.get(item.room_id, before), now)
        begins = free_from if item.fixed_start is None else max(item.fixed_start, now)
        placed = Expected(begins, begins + item.duration, max(free_from - begins, timedelta(0)))
        found[item.item_id] = placed
        free[item.room_id] = before = placed.end
    return found


def _in_turn(items: Sequence[Running]) -> list[Running]:
    """Order the items as they are likely to be called: passed over ones after all others."""
    begun = [place for place, item in enumerate(items) if item.started_at is not None]
    last = max(begun, default=0)
    passed = [item for item in items[:last] if item.state is ItemState.PLANNED]
    ids = {item.item_id for item in passed}
    return [item for item in items if item.item_id not in ids] + passed


def drift_of(planned: Iterable[datetime], expected: Mapping[int, Expected]) -> timedelta:
    """Tell by how much later than planned the day is expected to end, earlier where negative.

    `planned` are the planned ends of all items, those that are left out too.
    """
    ends = [one.end for one in expected.values()]
    return max(ends) - max(planned) if ends else timedelta(0)
