"""Sizes of badges, how they lie on a sheet, and the order in which people are named on paper."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from eventapp.alliance.rules import Ordering
from eventapp.core.errors import N_
from eventapp.registration.rules import Category

KEPT = timedelta(days=7)
"""How long a printed file stays: it holds names and passes."""
SHEET_MM = (210, 297)


class Paper(StrEnum):
    """What is printed for everybody at once, in the background."""

    BADGES = "badges"
    CARDS = "cards"


PAPER_LABEL: dict[Paper, str] = {Paper.BADGES: N_("胸卡"), Paper.CARDS: N_("桌签")}


class Size(StrEnum):
    """The size of a badge, width × height in millimetres."""

    SMALL = "90x54"
    MIDDLE = "86x120"
    LARGE = "105x148"

    @property
    def millimetres(self) -> tuple[int, int]:
        """Tell width and height."""
        width, height = self.value.split("x")
        return int(width), int(height)

    @property
    def on_a4(self) -> tuple[int, int]:
        """Tell how many lie beside each other on an A4 sheet, and how many below."""
        width, height = self.millimetres
        return SHEET_MM[0] // width, SHEET_MM[1] // height


SIZE_LABEL: dict[Size, str] = {
    Size.SMALL: N_("90×54 毫米（名片大小）"),
    Size.MIDDLE: N_("86×120 毫米（挂绳证件）"),
    Size.LARGE: N_("105×148 毫米（A6）"),
}
COLOUR: dict[Category, str] = {
    Category.LEADER: "#b8342b",
    Category.GUEST: "#8a5a00",
    Category.DELEGATE: "#2f6f5e",
    Category.OBSERVER: "#3d5a80",
    Category.PRESS: "#6b4c8a",
    Category.STAFF: "#44403c",
}
"""The colour of a category's band; white words on it keep a contrast of 4.5 (WCAG 2.2, 1.4.3)."""


@dataclass(frozen=True, slots=True)
class Options:
    """How badges are wanted: their size, a back or none, one to a page or many on A4."""

    size: Size = Size.MIDDLE
    back: bool = True
    on_sheets: bool = False

    @property
    def on_a4(self) -> tuple[int, int]:
        """Tell how many lie side by side on a sheet and how many below; 0 on pages of their own."""
        return self.size.on_a4 if self.on_sheets else (0, 0)


@dataclass(frozen=True, slots=True)
class Named:
    """What a person's place on a list depends on.

    `unit_place` is the place of the unit in the alliance's protocol order, None for a unit that
    is not one of its members.
    """

    registration_id: int
    category: Category
    unit_place: int | None
    unit: str
    strokes: str
    pinyin: str


_RANK = {category: rank for rank, category in enumerate(Category)}


def _by_protocol(one: Named) -> tuple[Any, ...]:
    stranger = one.unit_place is None
    return (
        _RANK[one.category],
        stranger,
        one.unit_place or 0,
        one.unit if stranger else "",
        one.registration_id,
    )


def _by_strokes(one: Named) -> tuple[Any, ...]:
    return (one.strokes, one.registration_id)


def _by_pinyin(one: Named) -> tuple[Any, ...]:
    return (one.pinyin, one.registration_id)


_KEYS: dict[Ordering, Callable[[Named], tuple[Any, ...]]] = {
    Ordering.PROTOCOL: _by_protocol,
    Ordering.STROKES: _by_strokes,
    Ordering.PINYIN: _by_pinyin,
}


def order_by_unit(people: Iterable[Named]) -> list[int]:
    """Return the registrations unit by unit, as a sheet to sign is laid out.

    Members by their seats, other units after them by name, whoever names none at the end; within
    a unit by category and then as they were registered.
    """
    return [one.registration_id for one in sorted(people, key=_by_unit)]


def _by_unit(one: Named) -> tuple[Any, ...]:
    stranger = one.unit_place is None
    return (
        not one.unit,
        stranger,
        one.unit_place or 0,
        one.unit if stranger else "",
        _RANK[one.category],
        one.registration_id,
    )


ORDER_LABEL: dict[Ordering, str] = {
    Ordering.PROTOCOL: N_("礼宾次序"),
    Ordering.STROKES: N_("姓氏笔画"),
    Ordering.PINYIN: N_("姓名拼音"),
}
ORDER_WORDS: dict[Ordering, str] = {
    Ordering.PROTOCOL: N_("按礼宾次序排列"),
    Ordering.STROKES: N_("按姓氏笔画排列"),
    Ordering.PINYIN: N_("按姓名拼音排列"),
}


def order_people(people: Iterable[Named], ordering: Ordering) -> list[int]:
    """Return the registrations in the order of the custom; equal ones always fall the same way.

    By protocol: leaders, guests, delegates, observers, press, staff; within a category the units
    by their seats, others after them by name; within a unit as they were registered, for offices
    name their first person first.
    """
    return [one.registration_id for one in sorted(people, key=_KEYS[ordering])]
