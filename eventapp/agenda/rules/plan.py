"""A plan as the checks see it: items with their times, and what each of them occupies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from eventapp.agenda.rules.items import Kind
from eventapp.core.errors import N_, Invalid


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


@dataclass(frozen=True, slots=True)
class TurnRound:
    """How long a resource needs between two items; `between_rooms`: only where the room changes."""

    length: timedelta = timedelta(0)
    between_rooms: bool = False


_WALK = TurnRound(timedelta(minutes=5), between_rooms=True)
TURN_ROUND: Mapping[ResourceKind, TurnRound] = {
    ResourceKind.PERSON: _WALK,
    ResourceKind.AUTHORITY: _WALK,
    ResourceKind.ROOM: TurnRound(),
    ResourceKind.STAGE: TurnRound(),
    ResourceKind.TABLE: TurnRound(timedelta(minutes=2)),
    ResourceKind.HOST: _WALK,
    ResourceKind.DOCUMENT: _WALK,
}


def instant(moment: datetime) -> datetime:
    """Give the same moment in UTC, where times are counted and compared without clock changes."""
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Engagement:
    """An item occupies a resource from `start` until just before `end`.

    One that takes no time occupies nothing. Both instants are kept in UTC.
    """

    start: datetime
    end: datetime
    kind: ResourceKind
    resource_id: int
    item_id: int
    role: str = ""
    room_id: int = 0

    def __post_init__(self) -> None:
        """Refuse an engagement that ends before it starts."""
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            object.__setattr__(self, "start", instant(self.start))
            object.__setattr__(self, "end", instant(self.end))
        if self.start > self.end:
            raise Invalid("engagement_without_time", N_("结束时间必须晚于开始时间。"), field="end")


@dataclass(frozen=True, slots=True)
class PlanItem:
    """An item of a plan with its planned times; `roles` are the parts that somebody plays in it.

    `over_by` is when it must be over, because a guest leaves. `loose` items have not begun yet.
    """

    id: int
    kind: Kind
    title: str
    start: datetime
    end: datetime
    room_id: int = 0
    fixed: bool = False
    over_by: datetime | None = None
    roles: frozenset[str] = frozenset()
    loose: bool = True

    @property
    def length(self) -> timedelta:
        """How long the item takes."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the checks look at: one meeting's items in their order, frozen.

    `labels` name resources; `rooms` are all of the meeting's, in order, the used and the free.
    """

    starts_at: datetime
    ends_at: datetime
    items: tuple[PlanItem, ...]
    engagements: tuple[Engagement, ...] = ()
    rooms: tuple[int, ...] = ()
    labels: Mapping[tuple[ResourceKind, int], str] = field(
        default_factory=dict[tuple[ResourceKind, int], str]
    )
    turn_round: Mapping[ResourceKind, TurnRound] = field(default_factory=lambda: TURN_ROUND)

    def by_id(self) -> dict[int, PlanItem]:
        """Map the items by their ids."""
        return {item.id: item for item in self.items}

    def by_room(self) -> dict[int, list[PlanItem]]:
        """Give each room's items in their order."""
        found: dict[int, list[PlanItem]] = {}
        for item in self.items:
            found.setdefault(item.room_id, []).append(item)
        return found

    def wanted(self) -> Iterator[Engagement]:
        """Give what items occupy: what was noted, and each its room."""
        yield from self.engagements
        for item in self.items:
            yield Engagement(
                item.start, item.end, ResourceKind.ROOM, item.room_id, item.id, "", item.room_id
            )
