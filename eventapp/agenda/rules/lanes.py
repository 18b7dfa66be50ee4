"""Rooms side by side: a grid of time by room in which every item stands once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar


class Placed(Protocol):
    """What has a place in the grid."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def room_id(self) -> int | None: ...


T = TypeVar("T", bound=Placed)


@dataclass(frozen=True, slots=True)
class Block(Generic[T]):
    """A cell of the grid over `rows` rows: free, or shared by items that overlap in one room."""

    items: tuple[T, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class GridRow(Generic[T]):
    """What begins at a moment, by room; None where a cell from above goes on."""

    at: datetime
    blocks: tuple[Block[T] | None, ...]


def side_by_side(items: Iterable[T], rooms: Iterable[int]) -> list[GridRow[T]]:
    """Draw a grid: a row for each moment at which something begins or ends, a column each room."""
    placed = list(items)
    moments = sorted({at for item in placed for at in (item.starts_at, item.ends_at)})
    row_of = {at: row for row, at in enumerate(moments)}
    columns = [
        _column([item for item in placed if (item.room_id or 0) == room], row_of) for room in rooms
    ]
    return [
        GridRow(at, tuple(column[row] for column in columns)) for row, at in enumerate(moments[:-1])
    ]


def _column(items: list[T], row_of: dict[datetime, int]) -> list[Block[T] | None]:
    """Give a room's cell in each row."""
    free: Block[T] = Block((), 1)
    cells: list[Block[T] | None] = []
    for first, last, group in _groups(items, row_of):
        cells.extend([free] * (first - len(cells)))
        cells.append(Block(tuple(group), last - first))
        cells.extend([None] * (last - first - 1))
    cells.extend([free] * (len(row_of) - len(cells)))
    return cells


def _groups(items: list[T], row_of: dict[datetime, int]) -> list[tuple[int, int, list[T]]]:
    """Put together what overlaps, in order of time."""
    groups: list[tuple[int, int, list[T]]] = []
    for item in sorted(items, key=lambda one: (one.starts_at, one.ends_at)):
        first, last = row_of[item.starts_at], row_of[item.ends_at]
        if groups and first < groups[-1][1]:
            start, end, group = groups[-1]
            groups[-1] = (start, max(end, last), [*group, item])
        else:
            groups.append((first, last, [item]))
    return groups
