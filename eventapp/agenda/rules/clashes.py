"""Resources that two items want at once, found by a sweep along the time of each."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from operator import attrgetter

from eventapp.agenda.rules.findings import Finding, Repair, RepairKind, Severity, Subject
from eventapp.agenda.rules.plan import Engagement, Plan, PlanItem, ResourceKind, TurnRound
from eventapp.core.errors import N_

CONFLICT_SEVERITY: dict[ResourceKind, Severity] = {
    ResourceKind.PERSON: Severity.BLOCK_PUBLISH,
    ResourceKind.AUTHORITY: Severity.BLOCK_PUBLISH,
    ResourceKind.ROOM: Severity.BLOCK_PUBLISH,
    ResourceKind.STAGE: Severity.BLOCK_PUBLISH,
    ResourceKind.TABLE: Severity.BLOCK_PUBLISH,
    ResourceKind.HOST: Severity.WARN,
    ResourceKind.DOCUMENT: Severity.BLOCK_PUBLISH,
}

_TWICE: dict[ResourceKind, tuple[str, str]] = {
    ResourceKind.PERSON: (
        N_("同一个人在同一时间有两项安排。"),
        N_("请错开时间，或改由他人出席其中一项。"),
    ),
    ResourceKind.AUTHORITY: (
        N_("这个单位只有一位授权人，却要同时出席两项。"),
        N_("请错开时间，或请该单位再授权一人。"),
    ),
    ResourceKind.ROOM: (
        N_("同一个会场在同一时间有两项安排。"),
        N_("请错开时间，或换一个会场。"),
    ),
    ResourceKind.STAGE: (
        N_("同一个舞台在同一时间有两项安排。"),
        N_("请错开时间，或换一个舞台。"),
    ),
    ResourceKind.TABLE: (
        N_("同一张签约台在同一时间有两项安排。"),
        N_("请错开批次，或换一张签约台。"),
    ),
    ResourceKind.HOST: (
        N_("同一位主持人要同时主持两项。"),
        N_("请错开时间，或换一位主持人。"),
    ),
    ResourceKind.DOCUMENT: (
        N_("同一套文本要同时用在两处。"),
        N_("请错开时间，或多备一套文本。"),
    ),
}
_FIXED_MISSED = (
    N_("“%(second)s”的时间是固定的，前面的“%(first)s”那时还没有结束。"),
    N_("请改动固定时间，或调整前面的环节。"),
)
_TOO_CLOSE = (
    N_("前后两项之间只有 %(minutes)s 分钟，少于预留的 %(buffer)s 分钟。"),
    N_("请在两项之间多留一些时间。"),
)
Pair = tuple[Engagement, Engagement]


def find_clashes(plan: Plan) -> Iterator[Finding]:
    """Find every resource that two different items want at once, or too soon one after the other.

    Stretches are half-open: what ends at nine leaves the room free at nine. One finding for each
    resource and pair of items. A clash refuses publishing, a gap that is too short is a warning.
    """
    items = plan.by_id()
    for earlier, later in meeting_pairs(plan.wanted(), plan.turn_round):
        if earlier.end > later.start:
            yield _twice(plan, items, earlier, later)
        else:
            yield _too_close(plan, items, earlier, later)


def meeting_pairs(
    engagements: Iterable[Engagement], turn_round: Mapping[ResourceKind, TurnRound]
) -> list[Pair]:
    """Give the pairs of engagements of one resource that overlap or leave less than its turn-round.

    The same person twice in one item (speaks and signs) is no pair. One pair for each resource
    and two items; a real clash is told before a narrow gap. A sweep by start per resource:
    O(n log n + k) for k pairs.
    """
    by_kind: defaultdict[ResourceKind, list[Engagement]] = defaultdict(list)
    for one in engagements:
        by_kind[one.kind].append(one)
    # Hosts are people: who hosts one item and speaks in another is wanted twice.
    by_kind[ResourceKind.PERSON].extend(by_kind.pop(ResourceKind.HOST, ()))
    found: list[Pair] = []
    for kind, of_kind in by_kind.items():
        turn = turn_round.get(kind, TurnRound())
        by_resource: defaultdict[int, list[Engagement]] = defaultdict(list)
        for one in of_kind:
            by_resource[one.resource_id].append(one)
        for wanted in by_resource.values():
            if len(wanted) > 1:
                found.extend(_sweep(sorted(wanted, key=_order), turn))
    return found


def _bucket(kind: ResourceKind) -> ResourceKind:
    return ResourceKind.PERSON if kind is ResourceKind.HOST else kind


_order = attrgetter("start", "end", "item_id", "kind", "role", "room_id")


def _sweep(wanted: list[Engagement], turn: TurnRound) -> Iterable[Pair]:
    pairs: dict[tuple[int, int], Pair] = {}
    still_open: list[tuple[datetime, int, Engagement]] = []
    for place, later in enumerate(wanted):
        start, item_id = later.start, later.item_id
        if start == later.end:
            continue
        while still_open and still_open[0][0] <= start:
            heapq.heappop(still_open)
        for _, _, earlier in still_open:
            if earlier.item_id == item_id:
                continue
            gap = start - earlier.end
            if gap >= turn.length or (gap >= _NONE and _same_place(turn, earlier, later)):
                continue
            key = (min(earlier.item_id, item_id), max(earlier.item_id, item_id))
            if key not in pairs or (gap < _NONE and not _overlap(pairs[key])):
                pairs[key] = (earlier, later)
        heapq.heappush(still_open, (later.end + turn.length, place, later))
    return pairs.values()


_NONE = timedelta(0)


def _same_place(turn: TurnRound, earlier: Engagement, later: Engagement) -> bool:
    return turn.between_rooms and earlier.room_id == later.room_id


def _overlap(pair: Pair) -> bool:
    return pair[0].end > pair[1].start


def _twice(
    plan: Plan, items: Mapping[int, PlanItem], earlier: Engagement, later: Engagement
) -> Finding:
    kind = earlier.kind if earlier.kind is later.kind else ResourceKind.PERSON
    first, second = items[earlier.item_id], items[later.item_id]
    message, fix = _TWICE[kind]
    code = f"{kind}_twice"
    if kind is ResourceKind.ROOM and second.fixed:
        code, (message, fix) = "fixed_missed", _FIXED_MISSED
    return Finding(
        code,
        CONFLICT_SEVERITY[kind],
        _subjects(kind, earlier, later),
        (later.start, min(earlier.end, later.end)),
        message,
        fix,
        {**_names(plan, kind, earlier, later, items), **_roles(earlier, later)},
        _apart(plan, kind, first, second),
    )


def _too_close(
    plan: Plan, items: Mapping[int, PlanItem], earlier: Engagement, later: Engagement
) -> Finding:
    kind = earlier.kind if earlier.kind is later.kind else ResourceKind.PERSON
    buffer = plan.turn_round[_bucket(kind)].length
    message, fix = _TOO_CLOSE
    second = items[later.item_id]
    at = items[earlier.item_id].end + buffer
    return Finding(
        f"{kind}_too_close",
        Severity.WARN,
        _subjects(kind, earlier, later),
        (earlier.end, later.start),
        message,
        fix,
        {
            **_names(plan, kind, earlier, later, items),
            "minutes": int((later.start - earlier.end) / _MINUTE),
            "buffer": int(buffer / _MINUTE),
        },
        (Repair(RepairKind.START_AT, second.id, at=at),) if second.loose else (),
    )


_MINUTE = timedelta(minutes=1)


def _subjects(kind: ResourceKind, earlier: Engagement, later: Engagement) -> tuple[Subject, ...]:
    return (
        Subject(kind, earlier.resource_id),
        Subject("item", earlier.item_id),
        Subject("item", later.item_id),
    )


def _names(
    plan: Plan,
    kind: ResourceKind,
    earlier: Engagement,
    later: Engagement,
    items: Mapping[int, PlanItem],
) -> dict[str, object]:
    label = plan.labels.get((kind, earlier.resource_id), "")
    return {
        "who": label,
        "first": items[earlier.item_id].title,
        "second": items[later.item_id].title,
    }


def _roles(earlier: Engagement, later: Engagement) -> dict[str, object]:
    return {"first_role": earlier.role, "second_role": later.role}


def _apart(plan: Plan, kind: ResourceKind, first: PlanItem, second: PlanItem) -> tuple[Repair, ...]:
    """Say how two items that overlap are set apart; each way clears this clash.

    Of two items the fixed one is moved, for the other follows what lies before it: it begins when
    the other ends. Neither's time can hang on the other's, or they would not overlap.
    """
    moved, stays = (first, second) if first.fixed and not second.fixed else (second, first)
    if not moved.loose:
        return ()
    at = stays.end + plan.turn_round.get(_bucket(kind), TurnRound()).length
    if kind is ResourceKind.ROOM:
        at = max(at, _free_from(plan, moved))
    repairs = [Repair(RepairKind.START_AT, moved.id, at=at)]
    if kind is ResourceKind.ROOM:
        if moved.fixed and (free := _free_room(plan, moved)) is not None:
            repairs.append(Repair(RepairKind.CHANGE_ROOM, moved.id, free))
        if moved is second and stays.loose and not stays.fixed:
            repairs.append(Repair(RepairKind.MOVE_AFTER, stays.id, moved.id))
    return tuple(repairs)


def _free_from(plan: Plan, item: PlanItem) -> datetime:
    """Tell when everything before an item in its room is over: there it fits without a push."""
    ends = item.start
    for one in plan.items:
        if one.id == item.id:
            break
        if one.room_id == item.room_id:
            ends = max(ends, one.end)
    return ends


def _free_room(plan: Plan, item: PlanItem) -> int | None:
    """Tell the first room that nobody wants while the item lasts."""
    taken = {one.room_id for one in plan.items if one.start < item.end and item.start < one.end} | {
        item.room_id
    }
    return next((room for room in plan.rooms if room not in taken), None)
