"""What is different between two editions of an agenda, and how often each item has changed.

An item is the same one for as long as its number in the database is; where it stands in the list,
what it is called and who is named may all change. Two editions without a difference are equal.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from eventapp.agenda.rules.items import Kind
from eventapp.core.errors import N_


class PersonLike(Protocol):
    """Somebody whom an item names."""

    @property
    def role(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...


class ItemLike(Protocol):
    """An item of an edition, or of the draft: what a reader of the agenda sees of it."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def title(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def room(self) -> str: ...
    @property
    def people(self) -> Sequence[PersonLike]: ...


class What(StrEnum):
    """In what an item differs; the order is that in which differences of one item are told."""

    ADDED = "added"
    CANCELLED = "cancelled"
    RENAMED = "renamed"
    KIND = "kind"
    PLACE = "place"
    MOVED = "moved"
    LENGTH = "length"
    ROOM = "room"
    REPLACED = "replaced"
    JOINED = "joined"
    LEFT = "left"
    RETITLED = "retitled"
    PRECEDENCE = "precedence"
    DETAIL = "detail"


SENTENCE: dict[What, str] = {
    What.ADDED: N_("新增第 %(number)s 项“%(title)s”，%(after)s 开始。"),
    What.CANCELLED: N_("原第 %(number)s 项“%(title)s”（%(before)s）取消。"),
    What.RENAMED: N_("第 %(number)s 项的标题由“%(before)s”改为“%(after)s”。"),
    What.KIND: N_("第 %(number)s 项“%(title)s”的类型由%(before)s改为%(after)s。"),
    What.PLACE: N_("“%(title)s”由第 %(before)s 项调到第 %(after)s 项。"),
    What.MOVED: N_("第 %(number)s 项“%(title)s”由 %(before)s 改到 %(after)s。"),
    What.LENGTH: N_("第 %(number)s 项“%(title)s”的时长由 %(before)s 分钟改为 %(after)s 分钟。"),
    What.ROOM: N_("第 %(number)s 项“%(title)s”的会场由%(before)s改为%(after)s。"),
    What.REPLACED: N_("第 %(number)s 项“%(title)s”（%(role)s）由%(before)s改为%(after)s。"),
    What.JOINED: N_("第 %(number)s 项“%(title)s”（%(role)s）增加%(after)s。"),
    What.LEFT: N_("第 %(number)s 项“%(title)s”（%(role)s）不再安排%(before)s。"),
    What.RETITLED: N_(
        "第 %(number)s 项“%(title)s”中，%(name)s的职务由“%(before)s”改为“%(after)s”。"
    ),
    What.PRECEDENCE: N_("第 %(number)s 项“%(title)s”的人员顺序改为%(after)s。"),
    What.DETAIL: N_("第 %(number)s 项“%(title)s”的说明有修改。"),
}
_TOLD = list(What)


Value = str | int | datetime | tuple[str, ...]
Named = tuple[str, str]
"""A name with its title."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is different at an item.

    `number` counts from 1 in the later edition, for a cancelled item in the earlier one. What was
    and what is are texts, instants or whole numbers, as `what` asks; people are lists of names.
    """

    what: What
    item_id: int
    number: int
    title: str
    at: datetime
    before: Value = ""
    after: Value = ""
    role: str = ""


def compare(before: Sequence[ItemLike], after: Sequence[ItemLike]) -> list[Difference]:
    """Tell all that is different from one edition to another, in the order of the day."""
    old = {item.id: (number, item) for number, item in enumerate(before, start=1)}
    new = {item.id: (number, item) for number, item in enumerate(after, start=1)}
    moved = _moved({one: new[one][0] for one in old if one in new})
    found = [
        _difference(What.CANCELLED, number, item, item.starts_at)
        for number, item in old.values()
        if item.id not in new
    ]
    for number, item in new.values():
        if item.id not in old:
            found.append(_difference(What.ADDED, number, item, "", item.starts_at))
            continue
        stood, earlier = old[item.id]
        if item.id in moved:
            found.append(_difference(What.PLACE, number, item, stood, number))
        found += _at_item(number, earlier, item)
    return sorted(found, key=lambda one: (one.at, one.number, one.item_id, _TOLD.index(one.what)))


def _difference(
    what: What, number: int, item: ItemLike, before: Value = "", after: Value = "", role: str = ""
) -> Difference:
    return Difference(what, item.id, number, item.title, item.starts_at, before, after, role)


def _moved(places: Mapping[int, int]) -> set[int]:
    """Tell the fewest items whose moving explains the new order: all but a longest rising run.

    `places` are the new ones, in the old order.
    """
    ends: list[int] = []
    lengths: dict[int, int] = {}
    for one, place in places.items():
        length = bisect_left(ends, place)
        ends[length : length + 1] = [place]
        lengths[one] = length + 1
    moved, wanted, ceiling = set[int](), len(ends), max(places.values(), default=0) + 1
    for one in reversed(places):
        if lengths[one] == wanted and places[one] < ceiling:
            wanted, ceiling = wanted - 1, places[one]
        else:
            moved.add(one)
    return moved


def _at_item(number: int, old: ItemLike, new: ItemLike) -> Iterator[Difference]:
    pairs: tuple[tuple[What, Value, Value], ...] = (
        (What.RENAMED, old.title, new.title),
        (What.KIND, old.kind.value, new.kind.value),
        (What.MOVED, old.starts_at, new.starts_at),
        (What.LENGTH, _minutes(old), _minutes(new)),
        (What.ROOM, old.room, new.room),
    )
    for what, before, after in pairs:
        if before != after:
            yield _difference(what, number, new, before, after)
    people = list(_people(number, old, new))
    yield from people
    if not people and _all(old) != _all(new):
        names = tuple(one.name for one in new.people)
        yield _difference(What.PRECEDENCE, number, new, after=names)
    if old.detail != new.detail:
        yield _difference(What.DETAIL, number, new)


def _minutes(item: ItemLike) -> int:
    return int((item.ends_at - item.starts_at).total_seconds() // 60)


def _all(item: ItemLike) -> list[tuple[str, str, str]]:
    return [(one.role, one.name, one.title) for one in item.people]


def _people(number: int, old: ItemLike, new: ItemLike) -> Iterator[Difference]:
    """Compare whom an item names, role by role; one for one in a role is a replacement."""
    for role in dict.fromkeys(one.role for one in (*old.people, *new.people)):
        left = [(one.name, one.title) for one in old.people if one.role == role]
        joined: list[Named] = []
        for one in new.people:
            named = (one.name, one.title)
            if one.role == role and named in left:
                left.remove(named)
            elif one.role == role:
                joined.append(named)
        for what, before, after in _in_role(left, joined):
            yield _difference(what, number, new, before, after, role)


def _in_role(left: list[Named], joined: list[Named]) -> Iterator[tuple[What, Value, Value]]:
    titles = dict(left)
    for name, title in joined:
        if name in titles:
            yield What.RETITLED, (name, titles[name]), (name, title)
    gone = tuple(name for name, _title in left if name not in dict(joined))
    come = tuple(name for name, _title in joined if name not in titles)
    if len(gone) == len(come) == 1:
        yield What.REPLACED, gone, come
    elif gone or come:
        if come:
            yield What.JOINED, "", come
        if gone:
            yield What.LEFT, gone, ""


@dataclass(frozen=True, slots=True)
class Course:
    """An item over all editions: as it stood last, how often it changed, whether it is off."""

    item: ItemLike
    changes: int = 0
    cancelled: bool = False


def courses(editions: Iterable[Sequence[ItemLike]]) -> dict[int, Course]:
    """Follow every item through the editions, the oldest first; none that was ever in is lost.

    How often it changed rises with each edition in which anything of it is different.
    """
    found: dict[int, Course] = {}
    before: Sequence[ItemLike] = ()
    for edition in editions:
        items = {item.id: item for item in edition}
        for one in {one.item_id for one in compare(before, edition)}:
            known = found.get(one)
            item = items.get(one) or (known.item if known else None)
            if item is not None:
                changes = known.changes + 1 if known else 0
                found[one] = Course(item, changes, cancelled=one not in items)
        before = edition
    return found
