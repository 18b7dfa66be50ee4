"""Items of an agenda: what they are, when they fall, and where they clash."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from eventapp.core.errors import N_, Conflict, Invalid


class Kind(StrEnum):
    """What happens in an item."""

    ADDRESS = "address"
    REPORT = "report"
    DELIBERATION = "deliberation"
    BALLOT = "ballot"
    ELECTION = "election"
    LAUNCH = "launch"
    PLAQUE = "plaque"
    APPOINTMENT = "appointment"
    SIGNING = "signing"
    UNVEILING = "unveiling"
    PUBLICATION = "publication"
    SPEECH = "speech"
    GROUP_PHOTO = "group_photo"
    BREAK = "break"
    TOUR = "tour"
    OTHER = "other"


KIND_LABEL: dict[Kind, str] = {
    Kind.ADDRESS: N_("致辞"),
    Kind.REPORT: N_("报告/说明"),
    Kind.DELIBERATION: N_("审议"),
    Kind.BALLOT: N_("表决"),
    Kind.ELECTION: N_("选举"),
    Kind.LAUNCH: N_("启动"),
    Kind.PLAQUE: N_("授牌"),
    Kind.APPOINTMENT: N_("颁发聘书"),
    Kind.SIGNING: N_("签约"),
    Kind.UNVEILING: N_("揭牌"),
    Kind.PUBLICATION: N_("发布"),
    Kind.SPEECH: N_("发言"),
    Kind.GROUP_PHOTO: N_("合影"),
    Kind.BREAK: N_("茶歇"),
    Kind.TOUR: N_("参观"),
    Kind.OTHER: N_("其他"),
}


class ItemState(StrEnum):
    """How far an item has come while the meeting runs."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"


ITEM_STATE_LABEL: dict[ItemState, str] = {
    ItemState.PLANNED: N_("未开始"),
    ItemState.RUNNING: N_("进行中"),
    ItemState.DONE: N_("已完成"),
    ItemState.SKIPPED: N_("已略过"),
}

FORWARD: dict[ItemState, frozenset[ItemState]] = {
    ItemState.PLANNED: frozenset({ItemState.RUNNING, ItemState.SKIPPED}),
    ItemState.RUNNING: frozenset({ItemState.DONE}),
    ItemState.DONE: frozenset(),
    ItemState.SKIPPED: frozenset(),
}

# Every step can be taken back, one at a time, by a further step that is itself recorded.
UNDO: dict[ItemState, frozenset[ItemState]] = {
    state: frozenset(old for old, news in FORWARD.items() if state in news) for state in ItemState
}

NEXT: dict[ItemState, frozenset[ItemState]] = {
    state: FORWARD[state] | UNDO[state] for state in ItemState
}


def may_become(old: ItemState, new: ItemState) -> bool:
    """Answer whether an item in state `old` may go to `new`, forward or by undoing."""
    return new in NEXT[old]


def ensure_may_become(old: ItemState, new: ItemState) -> None:
    """Refuse, with Conflict, a step that an item cannot take."""
    if not may_become(old, new):
        raise Conflict(
            "item_state", N_("这个环节现在的状态不允许这一步，请刷新页面后再看。"), old=old, new=new
        )


def is_undo(old: ItemState, new: ItemState) -> bool:
    """Answer whether the step takes an earlier one back."""
    return new in UNDO[old]


class ResourceKind(StrEnum):
    """What an item can occupy; one of each can be in one item at a time."""

    PERSON = "person"
    AUTHORITY = "authority"
    ROOM = "room"
    STAGE = "stage"
    TABLE = "table"
    HOST = "host"
    DOCUMENT = "document"


RESOURCE_KIND_LABEL: dict[ResourceKind, str] = {
    ResourceKind.PERSON: N_("人员"),
    ResourceKind.AUTHORITY: N_("唯一授权人"),
    ResourceKind.ROOM: N_("会场"),
    ResourceKind.STAGE: N_("舞台"),
    ResourceKind.TABLE: N_("签约台"),
    ResourceKind.HOST: N_("主持人"),
    ResourceKind.DOCUMENT: N_("文本"),
}


class Severity(StrEnum):
    """What a finding stops."""

    BLOCK = "block"
    BLOCK_PUBLISH = "block_publish"
    WARN = "warn"
    INFORM = "inform"


SEVERITY_LABEL: dict[Severity, str] = {
    Severity.BLOCK: N_("必须先解决"),
    Severity.BLOCK_PUBLISH: N_("发布前解决"),
    Severity.WARN: N_("请留意"),
    Severity.INFORM: N_("供参考"),
}


@dataclass(frozen=True, slots=True)
class ItemLength:
    """How long an item takes, and when it must begin if it cannot move."""

    item_id: int
    duration: timedelta
    fixed_start: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlannedTime:
    """When an item falls.

    `slack` is the time between the end of the item before and this one's start: positive
    is a pause, negative means that what comes before runs past this fixed point.
    """

    item_id: int
    start: datetime
    end: datetime
    slack: timedelta


def ripple(items: Iterable[ItemLength], start: datetime) -> list[PlannedTime]:
    """Lay the items one after another from `start`; fixed ones stay where they are.

    While a meeting runs, the same rule with what is left and the present moment gives the
    expected times. A fixed point that is overrun is not moved: it is shown, by its slack.
    """
    times: list[PlannedTime] = []
    free_from = start
    for item in items:
        begins = item.fixed_start or free_from
        ends = begins + item.duration
        times.append(PlannedTime(item.item_id, begins, ends, begins - free_from))
        free_from = ends
    return times


@dataclass(frozen=True, slots=True)
class RoomItem:
    """An item's length and the room in which it falls; 0 is the main one."""

    length: ItemLength
    room_id: int = 0


def lay_out(items: Iterable[RoomItem], start: datetime) -> dict[int, PlannedTime]:
    """Lay the items of a list out, each room by its own clock, and map them by item.

    Within a room an item follows the one before it in that room. Where a room is used for the
    first time, its item follows the item before it in the list: the meeting moves over there.
    A fixed start opens a strand of its own, beside what runs elsewhere.
    """
    times: dict[int, PlannedTime] = {}
    free_from: dict[int, datetime] = {}
    before = start
    for item in items:
        placed = ripple([item.length], free_from.get(item.room_id, before))[0]
        times[item.length.item_id] = placed
        free_from[item.room_id] = before = placed.end
    return times


SHORTEST, LONGEST = 1, 600
"""Minutes that an item may take."""

OVER = frozenset({"archived", "cancelled"})
"""States of a meeting in which its agenda no longer changes."""


def ensure_length(minutes: int) -> None:
    """Refuse an item that takes no time or longer than a day's work; raises Invalid."""
    if not SHORTEST <= minutes <= LONGEST:
        raise Invalid(
            "item_length",
            N_("时长应在 %(shortest)s 到 %(longest)s 分钟之间。"),
            field="minutes",
            shortest=SHORTEST,
            longest=LONGEST,
        )


def refuses_publishing(severity: Severity) -> bool:
    """Answer whether a finding of this severity keeps an agenda from being published."""
    return severity in {Severity.BLOCK, Severity.BLOCK_PUBLISH}


def edition_code(digest: str) -> str:
    """Give the first eight hex digits of an edition's digest in two groups, "7F3A-91C2"."""
    return f"{digest[:4]}-{digest[4:8]}".upper()


@dataclass(frozen=True, slots=True, order=True)
class Engagement:
    """An item occupies a resource from `start` until just before `end`."""

    start: datetime
    end: datetime
    kind: ResourceKind
    resource_id: int
    item_id: int
    role: str = ""

    def __post_init__(self) -> None:
        """Refuse an engagement that takes no time: it could clash with nothing."""
        if self.start >= self.end:
            raise Invalid("engagement_without_time", N_("结束时间必须晚于开始时间。"), field="end")


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a finding is about: `item`, or the kind of a resource, and its id."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a plan, where, how badly, and what would mend it.

    `message` and `fix` are message ids; the page puts the subjects' names beside them.
    `when` is the half-open stretch of the clash, or the gap that is too short.
    """

    code: str
    severity: Severity
    subjects: tuple[Subject, ...]
    when: tuple[datetime, datetime]
    message: str
    fix: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])


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
_TOO_CLOSE = (
    N_("前后两项之间只有 %(minutes)s 分钟，少于预留的 %(buffer)s 分钟。"),
    N_("请在两项之间多留一些时间。"),
)


def find_conflicts(
    engagements: Iterable[Engagement], buffer: timedelta = timedelta(0)
) -> list[Finding]:
    """Find every resource that two different items want at once.

    Stretches are half-open: what ends at nine leaves the room free at nine. With `buffer`,
    two items that leave less than that between them are a warning. The same person twice in
    one item (speaks and signs) is no clash. One finding for each resource and pair of items,
    in order of time. A sweep by start per resource: O(n log n + k) for k clashing pairs.
    """
    by_resource: defaultdict[tuple[ResourceKind, int], list[Engagement]] = defaultdict(list)
    for engagement in engagements:
        by_resource[engagement.kind, engagement.resource_id].append(engagement)
    found: dict[tuple[Any, ...], Finding] = {}
    for resource, wanted in by_resource.items():
        for earlier, later in _meeting_pairs(sorted(wanted), buffer):
            finding = _finding(earlier, later, buffer)
            pair = (*resource, *sorted((earlier.item_id, later.item_id)))
            # A real clash between two items says more than a narrow gap between them.
            if pair not in found or (_is_gap(found[pair]) and not _is_gap(finding)):
                found[pair] = finding
    return sorted(found.values(), key=_place)


def _meeting_pairs(
    wanted: list[Engagement], buffer: timedelta
) -> Iterator[tuple[Engagement, Engagement]]:
    """Yield the pairs of different items that meet, from engagements sorted by start."""
    still_open: list[tuple[datetime, Engagement]] = []
    for later in wanted:
        while still_open and still_open[0][0] + buffer <= later.start:
            heapq.heappop(still_open)
        for _, earlier in still_open:
            if earlier.item_id != later.item_id:
                yield earlier, later
        heapq.heappush(still_open, (later.end, later))


def _finding(earlier: Engagement, later: Engagement, buffer: timedelta) -> Finding:
    kind = earlier.kind
    subjects = (
        Subject(kind.value, earlier.resource_id),
        Subject("item", earlier.item_id),
        Subject("item", later.item_id),
    )
    if earlier.end > later.start:
        message, fix = _TWICE[kind]
        when = (later.start, min(earlier.end, later.end))
        params = {"first_role": earlier.role, "second_role": later.role}
        return Finding(
            f"{kind.value}_twice", CONFLICT_SEVERITY[kind], subjects, when, message, fix, params
        )
    message, fix = _TOO_CLOSE
    when = (earlier.end, later.start)
    params = {"minutes": _minutes(when[1] - when[0]), "buffer": _minutes(buffer)}
    return Finding(f"{kind.value}{_GAP}", Severity.WARN, subjects, when, message, fix, params)


_GAP = "_too_close"


def _is_gap(finding: Finding) -> bool:
    return finding.code.endswith(_GAP)


def _minutes(length: timedelta) -> int:
    return int(length / timedelta(minutes=1))


def _place(finding: Finding) -> tuple[Any, ...]:
    return (finding.when, finding.code, [subject.id for subject in finding.subjects])
