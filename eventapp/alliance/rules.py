"""Seats, lists and the order in which units are named."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.names import name_key
from eventapp.core.variants import loose_key


@dataclass(frozen=True, slots=True)
class SeatDefault:
    """A seat that a new alliance starts with; it may rename, add and reorder them."""

    key: str
    label: str
    votes_in_council: bool


DEFAULT_SEATS: tuple[SeatDefault, ...] = (
    SeatDefault("rotating_chair", N_("轮值理事长单位"), True),
    SeatDefault("chair", N_("理事长单位"), True),
    SeatDefault("executive_vice_chair", N_("常务副理事长单位"), True),
    SeatDefault("vice_chair", N_("副理事长单位"), True),
    SeatDefault("council", N_("理事单位"), True),
    SeatDefault("member", N_("会员单位"), False),
)


class ListState(StrEnum):
    """Where an edition of a list stands between draft and decision."""

    DRAFT = "draft"
    TABLED = "tabled"
    ADOPTED = "adopted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


LIST_STATE_LABEL: dict[ListState, str] = {
    ListState.DRAFT: N_("草案"),
    ListState.TABLED: N_("审议稿"),
    ListState.ADOPTED: N_("通过稿"),
    ListState.REJECTED: N_("未通过"),
    ListState.SUPERSEDED: N_("已被新稿取代"),
}

# An adopted list stays adopted: that it was once decided remains true, and the newest
# adopted one is in force.
NEXT: dict[ListState, frozenset[ListState]] = {
    ListState.DRAFT: frozenset({ListState.TABLED}),
    ListState.TABLED: frozenset({ListState.ADOPTED, ListState.REJECTED, ListState.SUPERSEDED}),
    ListState.ADOPTED: frozenset(),
    ListState.REJECTED: frozenset(),
    ListState.SUPERSEDED: frozenset(),
}


def may_become(old: ListState, new: ListState) -> bool:
    """Answer whether an edition of a list in state `old` may go to `new`."""
    return new in NEXT[old]


def ensure_may_become(old: ListState, new: ListState) -> None:
    """Refuse, with Conflict, a step that an edition of a list cannot take."""
    if not may_become(old, new):
        raise Conflict(
            "list_state",
            N_("名单这一稿现在的状态不允许这一步，请刷新页面后再看。"),
            old=old,
            new=new,
        )


class Ordering(StrEnum):
    """By which custom a list is ordered."""

    PROTOCOL = "protocol"
    STROKES = "strokes"
    PINYIN = "pinyin"


ORDERING_LABEL: dict[Ordering, str] = {
    Ordering.PROTOCOL: N_("按席位"),
    Ordering.STROKES: N_("按笔画"),
    Ordering.PINYIN: N_("按拼音"),
}


class EntryKind(StrEnum):
    """What a line of a list names."""

    UNIT = "unit"
    PERSON = "person"


ENTRY_KIND_LABEL: dict[EntryKind, str] = {
    EntryKind.UNIT: N_("单位"),
    EntryKind.PERSON: N_("人员"),
}


@dataclass(frozen=True, slots=True)
class OrderedUnit:
    """What the order of one unit depends on.

    `seat_order` counts the alliance's seats from the highest; `set_order` is the place that
    somebody gave by hand among equals (None: none given). `strokes` and `pinyin` are sort
    keys made where names are known; this room only compares them.
    """

    unit_id: int
    seat_order: int
    set_order: int | None
    strokes: tuple[Any, ...]
    pinyin: str


def _by_protocol(unit: OrderedUnit) -> tuple[Any, ...]:
    unset = unit.set_order is None
    return (unit.seat_order, unset, unit.set_order or 0, unit.pinyin, unit.unit_id)


def _by_strokes(unit: OrderedUnit) -> tuple[Any, ...]:
    return (unit.strokes, unit.unit_id)


def _by_pinyin(unit: OrderedUnit) -> tuple[Any, ...]:
    return (unit.pinyin, unit.unit_id)


_KEYS = {
    Ordering.PROTOCOL: _by_protocol,
    Ordering.STROKES: _by_strokes,
    Ordering.PINYIN: _by_pinyin,
}


def order_units(units: Iterable[OrderedUnit], ordering: Ordering) -> list[OrderedUnit]:
    """Return the units in the order of the custom; equal ones always fall the same way.

    By protocol: the higher seat first, then the order set by hand, then those without one
    by pinyin. The last key is the unit's id, so two printings of a list never differ.
    """
    return sorted(units, key=_KEYS[ordering])


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One line of a list as it is voted on.

    `name` is the unit's name as printed. For a person the caller gives a salted digest
    instead: an edition is kept for ever, and a person's name must be erasable.
    """

    kind: EntryKind
    subject_id: int
    name: str
    seat_key: str | None


def edition_record(title: str, number: int, entries: Sequence[ListEntry]) -> dict[str, Any]:
    """Return what is hashed when an edition of a list is tabled: the lines, in their order."""
    return {
        "what": "list_edition",
        "title": title,
        "number": number,
        "entries": [
            {
                "place": place,
                "kind": entry.kind.value,
                "subject_id": entry.subject_id,
                "name": entry.name,
                "seat": entry.seat_key,
            }
            for place, entry in enumerate(entries, start=1)
        ],
    }


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one pasted row, counted from 1; a message id and what fills it."""

    row: int
    message: str
    params: Mapping[str, Any]


class RowsRefused(Invalid):
    """Pasted rows that were not taken, none of them, with what is wrong at each."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        super().__init__(
            "rows_refused",
            N_("有 %(count)s 行需要改，这一次一行也没有保存。"),
            field="rows",
            count=len(problems),
        )
        self.problems = tuple(problems)


def ensure_rows(problems: Sequence[RowProblem]) -> None:
    """Refuse all rows when some have problems: half a list is worse than none."""
    if problems:
        raise RowsRefused(problems)


def split_rows(text: str) -> list[list[str]]:
    """Read what was copied from a spreadsheet: lines of cells between tabs; empty lines go."""
    lines = (line.split("\t") for line in text.splitlines())
    return [[cell.strip() for cell in line] for line in lines if "".join(line).strip()]


@dataclass(frozen=True, slots=True)
class Described:
    """Somebody as known or as typed: name, unit, and the phone as it is kept; empty for none."""

    name: str
    unit: str = ""
    phone: str = ""


class Likeness(StrEnum):
    """What speaks for two descriptions being one person."""

    PHONE = "phone"
    NAME = "name"
    WRITING = "writing"


LIKENESS_LABEL: dict[Likeness, str] = {
    Likeness.PHONE: N_("手机号相同"),
    Likeness.NAME: N_("同单位、同姓名"),
    Likeness.WRITING: N_("同单位，姓名只是写法不同"),
}


def likely_same(one: Described, other: Described) -> Likeness | None:
    """Say what speaks for two descriptions being one person, None where nothing does.

    The same phone; or the same name in the same unit, where traditional and simplified
    characters, width, case, spaces and dots make no difference. Namesakes of different units are
    two people, and so is everybody whose name differs by a character. Whether they are one is
    for a person to say.
    """
    if one.phone and one.phone == other.phone:
        return Likeness.PHONE
    if not one.unit or not other.unit or loose_key(one.name) != loose_key(other.name):
        return None
    if loose_key(one.unit) != loose_key(other.unit) or not loose_key(one.name):
        return None
    is_same = name_key(one.name) == name_key(other.name)
    return Likeness.NAME if is_same else Likeness.WRITING
