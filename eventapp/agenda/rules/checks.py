"""The registry of checks: each looks at the whole plan and says what is wrong with it.

A check is a pure function. Nothing it says is stored: the whole plan is looked at again after
each change, so no mark outlives its cause.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

from eventapp.agenda.rules.clashes import find_clashes
from eventapp.agenda.rules.findings import Finding, Repair, RepairKind, Severity, Subject
from eventapp.agenda.rules.items import NEEDED_ROLES, SHORTEST, Kind
from eventapp.agenda.rules.plan import Plan, PlanItem
from eventapp.core.errors import N_

Check = Callable[[Plan], Iterable[Finding]]
CHECKS: list[Check] = [find_clashes]
LONGEST_SITTING = timedelta(hours=2)
"""How long people sit before they need a break."""
BREAK_MINUTES = 15
RESTS = frozenset({Kind.BREAK, Kind.TOUR})
"""Items in which people stand up."""
MINUTE = timedelta(minutes=1)


def check(function: Check) -> Check:
    """Register a check."""
    CHECKS.append(function)
    return function


def find_findings(plan: Plan) -> list[Finding]:
    """Look at a plan with every check; findings come in order of time."""
    found = [finding for look in CHECKS for finding in look(plan)]
    return sorted(found, key=_place)


def _place(finding: Finding) -> tuple[Any, ...]:
    return (finding.when, finding.code, finding.subjects)


def _about(
    item: PlanItem,
    code: str,
    severity: Severity,
    words: tuple[str, str],
    *repairs: Repair,
    **params: object,
) -> Finding:
    subjects, when = (Subject("item", item.id),), (item.start, item.end)
    message, fix = words
    given = {"first": item.title, **params}
    return Finding(code, severity, subjects, when, message, fix, given, repairs)


@check
def find_missing_people(plan: Plan) -> Iterator[Finding]:
    """Find items that nobody speaks or hands over in."""
    for item in plan.items:
        needed = NEEDED_ROLES.get(item.kind, ())
        if needed and item.loose and not item.roles.intersection(needed):
            severe = "speaker" in needed
            yield _about(
                item,
                "speaker_missing" if severe else "presenter_missing",
                Severity.WARN if severe else Severity.INFORM,
                _NO_SPEAKER if severe else _NO_PRESENTER,
                Repair(RepairKind.FILL_IN, item.id),
            )


_NO_SPEAKER = (N_("还没有写明谁来讲。"), N_("请填写致辞或发言的人。"))
_NO_PRESENTER = (N_("还没有写明由谁颁授或揭牌。"), N_("请填写颁授人或揭牌人。"))


@check
def find_leaving_guests(plan: Plan) -> Iterator[Finding]:
    """Find items that last longer than a guest stays."""
    for room_items in plan.by_room().values():
        for place, item in enumerate(room_items):
            if item.over_by is not None and item.end > item.over_by:
                yield _about(
                    item,
                    "over_by_missed",
                    Severity.BLOCK_PUBLISH,
                    _LEAVES,
                    *_earlier(plan, room_items[:place], item),
                    minutes=int((item.end - item.over_by) / MINUTE),
                )


_LEAVES = (
    N_("嘉宾要先离场，这一项会晚 %(minutes)s 分钟结束。"),
    N_("请把它提前，或缩短前面的环节。"),
)


def _earlier(plan: Plan, before: list[PlanItem], item: PlanItem) -> tuple[Repair, ...]:
    """Bring an item forward just as far as it must be."""
    if not item.loose or item.over_by is None:
        return ()
    latest = item.over_by - item.length
    if item.fixed:
        return (Repair(RepairKind.START_AT, item.id, at=latest),)
    for other in reversed(before):
        if other.end <= latest:
            return (Repair(RepairKind.MOVE_AFTER, item.id, other.id),)
    if plan.starts_at <= latest and all(one.loose for one in plan.items):
        return (Repair(RepairKind.MOVE_AFTER, item.id, 0),)
    return ()


@check
def find_early_starts(plan: Plan) -> Iterator[Finding]:
    """Find items that are fixed before the meeting begins."""
    for item in plan.items:
        if item.start < plan.starts_at and item.loose:
            at = plan.starts_at
            repair = Repair(RepairKind.START_AT, item.id, at=at)
            yield _about(item, "early_start", Severity.WARN, _EARLY, repair)


_EARLY = (N_("这一项在会议开始之前。"), N_("请改动固定时间，或会议的开始时间。"))


@check
def find_late_ends(plan: Plan) -> Iterator[Finding]:
    """Find the items that end last in a room, after the meeting is to be over."""
    for room_items in plan.by_room().values():
        last = max(room_items, key=lambda item: item.end)
        if last.end > plan.ends_at:
            late = int(-((plan.ends_at - last.end) // MINUTE))
            yield _about(
                last,
                "over_end",
                Severity.WARN,
                _LATE,
                *_shorter(room_items[: room_items.index(last) + 1], late),
                minutes=late,
            )


_LATE = (
    N_("这一项要到会议结束时间之后 %(minutes)s 分钟才结束。"),
    N_("请缩短或删去一些环节，或推迟会议的结束时间。"),
)


def _shorter(chain: list[PlanItem], late: int) -> tuple[Repair, ...]:
    """Shorten the longest item on which the last one's time hangs, to no less than half."""
    tail: list[PlanItem] = []
    for item in reversed(chain):
        tail.append(item)
        if item.fixed:
            break
    for item in sorted(tail, key=lambda one: one.length, reverse=True):
        minutes = int(item.length / MINUTE) - late
        if item.loose and minutes >= max(SHORTEST, item.length / MINUTE / 2):
            return (Repair(RepairKind.SHORTEN, item.id, minutes=minutes),)
    return ()


@check
def find_missing_breaks(plan: Plan) -> Iterator[Finding]:
    """Find rooms in which people sit for more than two hours; what clashes is told first."""
    for room_items in plan.by_room().values():
        for sitting in _sittings(room_items):
            long = sitting[-1].end - sitting[0].start > LONGEST_SITTING
            if long and len(sitting) > 1 and _follow(sitting):
                yield _long_sitting(sitting)


_NO_BREAK = (
    N_("从“%(first)s”起连续 %(minutes)s 分钟没有休息。"),
    N_("请在中间安排茶歇。"),
)


def _sittings(room_items: list[PlanItem]) -> Iterator[list[PlanItem]]:
    """Give the runs of items without a rest or a pause of ten minutes between them."""
    sitting: list[PlanItem] = []
    for item in sorted(room_items, key=lambda one: (one.start, one.kind not in RESTS, one.end)):
        paused = sitting and item.start - max(one.end for one in sitting[-1:]) >= _PAUSE
        if item.kind in RESTS or paused:
            if sitting:
                yield sitting
            sitting = []
        if item.kind not in RESTS:
            sitting.append(item)
    if sitting:
        yield sitting


_PAUSE = timedelta(minutes=10)


def _follow(sitting: list[PlanItem]) -> bool:
    return all(item.end <= following.start for item, following in pairwise(sitting))


def _long_sitting(sitting: list[PlanItem]) -> Finding:
    """Offer a break as late as it may be, where nothing fixed is pushed."""
    first, last = sitting[0], sitting[-1]
    places = [
        item
        for item, following in pairwise(sitting)
        if following.loose
        and not following.fixed
        and (item is first or item.end - first.start <= LONGEST_SITTING)
    ]
    return _about(
        first,
        "break_missing",
        Severity.INFORM,
        _NO_BREAK,
        *(Repair(RepairKind.ADD_BREAK, one.id, minutes=BREAK_MINUTES) for one in places[-1:]),
        minutes=int((last.end - first.start) / MINUTE),
    )
