"""Plans to check: drafts laid out as the application lays them out, and repairs done to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from eventapp.agenda.rules import (
    Engagement,
    Finding,
    ItemLength,
    Kind,
    Plan,
    PlanItem,
    Repair,
    RepairKind,
    ResourceKind,
    RoomItem,
    find_findings,
    lay_out,
)

NINE = datetime(2024, 1, 19, 1, 0, tzinfo=UTC)


def after(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


@dataclass(frozen=True)
class Draft:
    """An item before its time is known, with what it needs beside its room."""

    id: int
    minutes: int = 10
    fixed: datetime | None = None
    room: int = 1
    needs: tuple[tuple[ResourceKind, int], ...] = ()
    kind: Kind = Kind.OTHER
    over_by: datetime | None = None
    roles: frozenset[str] = frozenset()


def plan_of(
    drafts: Sequence[Draft],
    rooms: tuple[int, ...] = (1, 2, 3),
    start: datetime = NINE,
    hours: int = 200,
) -> Plan:
    lengths = [
        RoomItem(ItemLength(one.id, timedelta(minutes=one.minutes), one.fixed), one.room)
        for one in drafts
    ]
    times = lay_out(lengths, start)
    items = tuple(
        PlanItem(
            one.id,
            one.kind,
            f"环节{one.id}",
            times[one.id].start,
            times[one.id].end,
            one.room,
            fixed=one.fixed is not None,
            over_by=one.over_by,
            roles=one.roles,
        )
        for one in drafts
    )
    engaged = tuple(
        Engagement(times[one.id].start, times[one.id].end, kind, number, one.id, "", one.room)
        for one in drafts
        for kind, number in one.needs
    )
    return Plan(start, start + timedelta(hours=hours), items, engaged, rooms)


def check(drafts: Sequence[Draft], **more: object) -> list[Finding]:
    return find_findings(plan_of(drafts, **more))  # type: ignore[arg-type]


def mended(drafts: Sequence[Draft], repair: Repair) -> list[Draft]:
    """Do to drafts what a repair says."""
    done = list(drafts)
    place = next(n for n, one in enumerate(done) if one.id == repair.item_id)
    one = done[place]
    match repair.kind:
        case RepairKind.START_AT:
            done[place] = replace(one, fixed=repair.at)
        case RepairKind.CHANGE_ROOM:
            done[place] = replace(one, room=repair.other_id)
        case RepairKind.SHORTEN:
            done[place] = replace(one, minutes=repair.minutes)
        case RepairKind.MOVE_AFTER:
            del done[place]
            ids = [other.id for other in done]
            done.insert(ids.index(repair.other_id) + 1 if repair.other_id else 0, one)
        case RepairKind.ADD_BREAK:
            rest = Draft(10_000, repair.minutes, room=one.room, kind=Kind.BREAK)
            done.insert(place + 1, rest)
        case RepairKind.FILL_IN:
            done[place] = replace(one, roles=frozenset({"speaker", "presenter", "unveiler"}))
    return done
