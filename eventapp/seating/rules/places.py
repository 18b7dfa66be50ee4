"""Places in rank, who has which, and how both sides see them. Pure; numbers count from 1."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from eventapp.core.errors import N_
from eventapp.seating.rules.presets import CUSTOMS, Even, Fill, Hand, Kind, Preset, Start


class View(StrEnum):
    """From where a plan is seen."""

    HALL = "hall"
    PODIUM = "podium"


VIEW_LABEL: dict[View, str] = {View.HALL: N_("从台下看"), View.PODIUM: N_("从台上看")}


@dataclass(frozen=True, slots=True)
class Place:
    """A seat, a standing place or a block of seats.

    `number` is its rank among the places of the plan, `row` counts from the front, `column` from
    the left as the hall sees it; `wide` is how many places its row has.
    """

    number: int
    row: int
    column: int
    wide: int


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a plan is: places in a row, and for an audience rows and seats in a block."""

    columns: int
    rows: int = 1
    capacity: int = 1


def hall_order(count: int, preset: Preset) -> list[int]:
    """Tell for each rank the position in a row of `count`, 0 at the left as the hall sees it."""
    custom = CUSTOMS[preset]
    if custom.start is Start.LEFT:
        return list(range(count))
    even = custom.two if count == 2 else custom.even
    shared = count % 2 == 0
    towards_hand = -1 if shared and even is Even.FIRST else 1
    at = count // 2 if shared and even is Even.FIRST else (count - 1) // 2
    order: list[int] = []
    for step in range(count):
        at += step * towards_hand
        towards_hand = -towards_hand if step else towards_hand
        order.append(at)
    # The left hand of those who sit is at the right as the hall sees it.
    return order if custom.hand is Hand.LEFT else [count - 1 - at for at in order]


def places_for(kind: Kind, preset: Preset, shape: Shape, people: int) -> tuple[Place, ...]:
    """List the places in rank: as many as people, or all blocks of an audience."""
    if kind is Kind.AUDIENCE:
        spots = list(_blocks(preset, shape))
    else:
        spots = [spot for row in _rows(shape.columns, people) for spot in _row(preset, *row)]
    return tuple(replace(spot, number=number) for number, spot in enumerate(spots, start=1))


def _rows(columns: int, people: int) -> Iterator[tuple[int, int]]:
    """Cut people into full rows, front row first, and what is left over into the last."""
    for row, start in enumerate(range(0, people, columns), start=1):
        yield row, min(columns, people - start)


def _row(preset: Preset, row: int, wide: int) -> Iterator[Place]:
    for at in hall_order(wide, preset):
        yield Place(0, row, at + 1, wide)


def _blocks(preset: Preset, shape: Shape) -> Iterator[Place]:
    columns, rows = hall_order(shape.columns, preset), range(1, shape.rows + 1)
    if CUSTOMS[preset].fill is Fill.COLUMNS:
        pairs = [(row, at) for at in columns for row in rows]
    else:
        pairs = [(row, at) for row in rows for at in columns]
    for row, at in pairs:
        yield Place(0, row, at + 1, shape.columns)


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody, or a unit of `size` people, in the order of rank; `pin` is a place by hand."""

    key: str
    size: int = 1
    pin: int | None = None


@dataclass(frozen=True, slots=True)
class Seated:
    """Who has which place, with how many people; who has none, and whose pin leads nowhere."""

    at: Mapping[int, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    astray: frozenset[str] = frozenset()

    def place_of(self, key: str) -> int | None:
        """Tell the first place of a sitter."""
        found = [place for place, sitters in self.at.items() if key in dict(sitters)]
        return min(found, default=None)


def seat(sitters: Sequence[Sitter], places: int, capacity: int = 1) -> Seated:
    """Give places: pinned sitters theirs, then all others in rank what is free.

    A unit stays whole where a place can hold it; a larger one takes the next places too. Nobody
    comes before somebody of higher rank, unless by hand.
    """
    room = dict.fromkeys(range(1, places + 1), capacity)
    at: dict[int, list[tuple[str, int]]] = {}

    def put(key: str, place: int, count: int) -> None:
        room[place] -= count
        at.setdefault(place, []).append((key, count))

    waiting = {one.key: one.size for one in sitters}
    astray: set[str] = set()
    for one in sitters:
        if one.pin is None:
            continue
        taken = min(one.size, room.get(one.pin, 0))
        if taken:
            put(one.key, one.pin, taken)
            waiting[one.key] -= taken
        else:
            astray.add(one.key)
    here = 1
    for one in sitters:
        while waiting[one.key]:
            needed = min(waiting[one.key], capacity)
            free = next((n for n in range(here, places + 1) if room[n] >= needed), None)
            if free is None:
                break
            here = free
            put(one.key, free, needed)
            waiting[one.key] -= needed
    left = {key: count for key, count in waiting.items() if count}
    return Seated({n: tuple(at[n]) for n in sorted(at)}, left, frozenset(astray))


def move(sitters: Sequence[Sitter], places: int, capacity: int, key: str, to: int) -> list[Sitter]:
    """Pin a sitter at a place; whoever sat there alone gets the place that becomes free."""
    before = seat(sitters, places, capacity)
    pins = {key: to}
    old = before.place_of(key)
    if capacity == 1 and old is not None:
        pins |= {other: old for other, _count in before.at.get(to, ()) if other != key}
    return [replace(one, pin=pins.get(one.key, one.pin)) for one in sitters]


def rows_seen(kind: Kind, places: Iterable[Place], view: View) -> list[list[Place]]:
    """Lay places out as one side sees them: rows from the farthest to the nearest, left to right.

    The hall looks at the podium's front row nearest, and at its own front row farthest; from the
    podium everything is turned by half a circle.
    """
    rows: dict[int, list[Place]] = {}
    for place in places:
        rows.setdefault(place.row, []).append(place)
    seen = [sorted(rows[row], key=lambda place: place.column) for row in sorted(rows)]
    if (kind is Kind.AUDIENCE) != (view is View.HALL):
        seen.reverse()
    return seen if view is View.HALL else [row[::-1] for row in seen]
