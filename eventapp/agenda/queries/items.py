"""Reads of an agenda: its items with their times, and its editions."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from eventapp.agenda.models import AgendaEdition, AgendaItem, ItemPerson, PersonChange
from eventapp.agenda.rules import (
    ItemLength,
    ItemState,
    Kind,
    PlannedTime,
    RoomItem,
    edition_code,
    lay_out,
    serials,
)
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.meetings.models import Meeting, Room

_MEETING = sa.select(
    Meeting.id, Meeting.scope_id, Meeting.alliance_id, Meeting.starts_at, Meeting.state
).where(Meeting.id == sa.bindparam("meeting_id"))
_ITEMS = (
    sa.select(AgendaItem, Room.name)
    .outerjoin(Room, Room.id == AgendaItem.room_id)
    .where(AgendaItem.meeting_id == sa.bindparam("meeting_id"))
    .order_by(AgendaItem.ordinal, AgendaItem.id)
)
_PEOPLE = (
    sa.select(
        ItemPerson.item_id,
        ItemPerson.role,
        ItemPerson.name,
        ItemPerson.title,
        ItemPerson.person_id,
        ItemPerson.id,
    )
    .join(AgendaItem, AgendaItem.id == ItemPerson.item_id)
    .where(AgendaItem.meeting_id == sa.bindparam("meeting_id"))
    .order_by(ItemPerson.item_id, ItemPerson.ordinal)
)
_CHANGES = (
    sa.select(PersonChange)
    .join(AgendaItem, AgendaItem.id == PersonChange.item_id)
    .where(AgendaItem.meeting_id == sa.bindparam("meeting_id"))
    .order_by(PersonChange.id)
)
_EDITIONS = (
    sa.select(AgendaEdition)
    .where(AgendaEdition.meeting_id == sa.bindparam("meeting_id"))
    .order_by(AgendaEdition.number.desc())
)


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What an agenda must know of its meeting."""

    id: int
    scope_id: int
    alliance_id: int
    starts_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class ItemPersonRow:
    """Somebody whom an item needs, as the programme names them; `id` is 0 in an edition."""

    role: str
    name: str
    title: str
    person_id: int | None = None
    id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PersonChangeRow:
    """Somebody took another's part in an item; `by` names the actor as records do."""

    item_id: int
    role: str
    left_name: str
    left_title: str
    came_name: str
    came_title: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item with its planned times, rippled from the meeting's start, and its real ones.

    `number` is its place in the list, `serial` the number that a printed agenda gives it, 0 for
    none; `over_by` is when it must be over, because a guest leaves.
    """

    id: int
    ordinal: int
    number: int
    kind: Kind
    title: str
    detail: str
    minutes: int
    starts_at: datetime
    ends_at: datetime
    state: ItemState
    started_at: datetime | None
    ended_at: datetime | None
    reason: str
    people: tuple[ItemPersonRow, ...]
    room: str
    room_id: int | None
    fixed_at: datetime | None
    version: int
    slack: timedelta
    serial: int = 0
    over_by: datetime | None = None
    cue: str = ""
    responsible: str = ""

    @property
    def due_at(self) -> datetime:
        """When the item ends if it takes as long as planned from when it really began."""
        length = timedelta(minutes=self.minutes)
        return self.started_at + length if self.started_at else self.ends_at

    @property
    def lateness(self) -> timedelta:
        """By how much it began after its planned time; nothing before it began."""
        return self.started_at - self.starts_at if self.started_at else timedelta(0)


@dataclass(frozen=True, slots=True)
class EditionItem:
    """An item as an edition froze it."""

    id: int
    kind: Kind
    title: str
    detail: str
    starts_at: datetime
    ends_at: datetime
    room: str
    people: tuple[ItemPersonRow, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """A published agenda, read back from what was frozen."""

    id: int
    number: int
    digest: str
    published_at: datetime
    items: tuple[EditionItem, ...]

    @property
    def code(self) -> str:
        """The code to compare two papers by."""
        return edition_code(self.digest)


def facts_of(meeting_id: int) -> MeetingFacts:
    """Read what an agenda must know of its meeting; raises NotFound."""
    row = db.session.execute(_MEETING, {"meeting_id": meeting_id}).first()
    if row is None:
        raise NotFound("meeting_unknown", N_("没有找到这次会议。"))
    return MeetingFacts(row.id, row.scope_id, row.alliance_id, row.starts_at, row.state)


def items_of(meeting_id: int) -> list[Item]:
    """List the items in order with their rippled times; three statements in all."""
    start = facts_of(meeting_id).starts_at
    rows = [(item, room) for item, room in db.session.execute(_ITEMS, {"meeting_id": meeting_id})]
    times = _times([item for item, _ in rows], start)
    people = _people(meeting_id)
    numbers = enumerate(serials(row.kind for row, _ in rows), start=1)
    return [
        _item(row, room or "", number, times[row.id], people[row.id])
        for (row, room), number in zip(rows, numbers, strict=True)
    ]


def item_in(meeting_id: int, item_id: int) -> Item:
    """Find an item of this meeting; raises NotFound."""
    for item in items_of(meeting_id):
        if item.id == item_id:
            return item
    raise NotFound("item_unknown", N_("没有找到这个议程项，它可能已被删除。"))


def items_with(person_id: int) -> list[str]:
    """List the items of all meetings that name a person, each with its meeting's title."""
    rows = db.session.execute(
        sa.select(Meeting.title, AgendaItem.title.label("item"))
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .join(ItemPerson, ItemPerson.item_id == AgendaItem.id)
        .where(ItemPerson.person_id == person_id)
        .order_by(Meeting.id, AgendaItem.ordinal)
    )
    return [f"{row.title} · {row.item}" for row in rows]


def _times(rows: Iterable[AgendaItem], start: datetime) -> dict[int, PlannedTime]:
    lengths = [
        RoomItem(ItemLength(row.id, timedelta(minutes=row.minutes), row.fixed_at), row.room_id or 0)
        for row in rows
    ]
    return lay_out(lengths, start)


def _people(meeting_id: int) -> defaultdict[int, tuple[ItemPersonRow, ...]]:
    found: defaultdict[int, tuple[ItemPersonRow, ...]] = defaultdict(tuple)
    for row in db.session.execute(_PEOPLE, {"meeting_id": meeting_id}):
        one = ItemPersonRow(row.role, row.name, row.title, row.person_id, row.id)
        found[row.item_id] += (one,)
    return found


def _item(
    row: AgendaItem,
    room: str,
    number: tuple[int, int],
    time: PlannedTime,
    people: tuple[ItemPersonRow, ...],
) -> Item:
    return Item(
        id=row.id,
        ordinal=row.ordinal,
        number=number[0],
        serial=number[1],
        kind=row.kind,
        title=row.title,
        detail=row.detail,
        minutes=row.minutes,
        starts_at=time.start,
        ends_at=time.end,
        state=row.state,
        started_at=row.started_at,
        ended_at=row.ended_at,
        reason=row.reason,
        people=people,
        room=room,
        room_id=row.room_id,
        fixed_at=row.fixed_at,
        version=row.version,
        slack=time.slack,
        over_by=row.over_by,
        cue=row.cue,
        responsible=row.responsible,
    )


def person_changes_of(meeting_id: int) -> list[PersonChangeRow]:
    """List who took whose part in the items of a meeting, in the order in which it happened."""
    return [
        PersonChangeRow(
            row.item_id,
            row.role,
            row.left_name,
            row.left_title,
            row.came_name,
            row.came_title,
            row.reason,
            row.changed_at,
            row.changed_by,
        )
        for row in db.session.scalars(_CHANGES, {"meeting_id": meeting_id})
    ]


def running_item(meeting_id: int) -> Item | None:
    """Tell what runs now; with parallel rooms, what stands first in the list."""
    return _first(items_of(meeting_id), ItemState.RUNNING)


def next_item(meeting_id: int) -> Item | None:
    """Tell what comes next: the first planned item after all that was begun."""
    return next_of(items_of(meeting_id))


def next_of(items: list[Item], room_id: int | None = None) -> Item | None:
    """Choose the next item of a list, of one room where it is named."""
    begun = [item.ordinal for item in items if item.started_at is not None]
    planned = [item for item in items if item.state == ItemState.PLANNED]
    if room_id is not None:
        planned = [item for item in planned if item.room_id == room_id]
    later = [item for item in planned if item.ordinal > max(begun, default=0)]
    return next(iter(later or planned), None)


def _first(items: list[Item], state: ItemState) -> Item | None:
    return next((item for item in items if item.state == state), None)


_DELIBERATED = sa.select(AgendaItem.id).where(
    AgendaItem.id == sa.bindparam("item_id"),
    AgendaItem.meeting_id == sa.bindparam("meeting_id"),
    AgendaItem.kind.in_([Kind.DELIBERATION, Kind.REPORT]),
    AgendaItem.state.in_([ItemState.RUNNING, ItemState.DONE]),
)


def was_deliberated(meeting_id: int, item_id: int) -> bool:
    """Tell whether a deliberation or report of this meeting has been begun."""
    found = db.session.execute(_DELIBERATED, {"meeting_id": meeting_id, "item_id": item_id})
    return found.first() is not None


def latest_edition(meeting_id: int) -> Edition | None:
    """Read the agenda as it was last published."""
    row = db.session.scalars(_EDITIONS.limit(1), {"meeting_id": meeting_id}).first()
    return _edition(row) if row else None


def editions_of(meeting_id: int) -> list[Edition]:
    """List the published editions, newest first."""
    rows = db.session.scalars(_EDITIONS, {"meeting_id": meeting_id})
    return [_edition(row) for row in rows]


def _edition(row: AgendaEdition) -> Edition:
    items = tuple(
        EditionItem(
            item["id"],
            Kind(item["kind"]),
            item["title"],
            item["detail"],
            datetime.fromisoformat(item["starts_at"]),
            datetime.fromisoformat(item["ends_at"]),
            item["room"],
            tuple(ItemPersonRow(one["role"], one["name"], one["title"]) for one in item["people"]),
        )
        for item in json.loads(row.body)["items"]
    )
    return Edition(row.id, row.number, row.digest, row.published_at, items)
