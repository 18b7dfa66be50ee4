"""Items of an agenda: what they are, how far they have come, and when they fall."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

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


ROLE_LABEL: dict[str, str] = {
    "speaker": N_("致辞/发言"),
    "host": N_("主持"),
    "presenter": N_("颁授"),
    "recipient": N_("领受"),
    "unveiler": N_("揭牌"),
    "witness": N_("见证"),
    "guest": N_("嘉宾"),
}
"""Parts that somebody plays in an item; the plan takes any other word as it is."""


NEEDED_ROLES: dict[Kind, tuple[str, ...]] = {
    Kind.ADDRESS: ("speaker",),
    Kind.REPORT: ("speaker",),
    Kind.SPEECH: ("speaker",),
    Kind.PLAQUE: ("presenter",),
    Kind.APPOINTMENT: ("presenter",),
    Kind.UNVEILING: ("unveiler",),
}
"""Parts without which an item of a kind cannot be held; any one of them is enough."""

OFFERED_ROLES: dict[Kind, tuple[str, ...]] = {
    Kind.ADDRESS: ("speaker",),
    Kind.REPORT: ("speaker",),
    Kind.SPEECH: ("speaker",),
    Kind.DELIBERATION: ("host", "speaker"),
    Kind.BALLOT: ("host",),
    Kind.ELECTION: ("host",),
    Kind.LAUNCH: ("host", "guest", "guest"),
    Kind.PLAQUE: ("presenter", "recipient"),
    Kind.APPOINTMENT: ("presenter", "recipient"),
    Kind.SIGNING: ("host", "witness", "witness"),
    Kind.UNVEILING: ("unveiler", "unveiler"),
    Kind.PUBLICATION: ("speaker",),
    Kind.GROUP_PHOTO: (),
    Kind.BREAK: (),
    Kind.TOUR: ("guest",),
    Kind.OTHER: ("speaker",),
}
"""Parts that the form of a new item offers, by its kind."""

UNNUMBERED = frozenset({Kind.BREAK})
"""Kinds that a printed agenda leaves out of its numbering."""


def serials(kinds: Iterable[Kind]) -> list[int]:
    """Number the items as a printed agenda does: from 1, breaks left out (0)."""
    count, found = 0, list[int]()
    for kind in kinds:
        count += kind not in UNNUMBERED
        found.append(0 if kind in UNNUMBERED else count)
    return found


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
    Times are counted in UTC, so that a change of the clocks neither stretches nor shrinks an item.
    """
    times: list[PlannedTime] = []
    free_from = start.astimezone(UTC)
    for item in items:
        begins = (item.fixed_start or free_from).astimezone(UTC)
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
    before = start.astimezone(UTC)
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


def edition_code(digest: str) -> str:
    """Give the first eight hex digits of an edition's digest in two groups, "7F3A-91C2"."""
    return f"{digest[:4]}-{digest[4:8]}".upper()
