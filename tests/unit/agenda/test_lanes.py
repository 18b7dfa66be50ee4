"""Rooms side by side: every item stands once, in its room, from its start to its end."""

from dataclasses import dataclass
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from eventapp.agenda.rules import side_by_side
from tests.unit.agenda.plans import after


@dataclass(frozen=True)
class Piece:
    """Something with a place."""

    name: str
    starts_at: datetime
    ends_at: datetime
    room_id: int | None


def piece(name: str, start: int, end: int, room: int | None) -> Piece:
    return Piece(name, after(start), after(end), room)


def test_a_long_item_stands_beside_two_short_ones() -> None:
    items = [piece("a", 0, 30, 1), piece("b", 0, 10, 2), piece("c", 10, 20, 2)]
    rows = side_by_side(items, [1, 2])
    assert [row.at for row in rows] == [after(0), after(10), after(20)]
    shown = [
        [block and ("".join(one.name for one in block.items), block.rows) for block in row.blocks]
        for row in rows
    ]
    assert shown == [[("a", 3), ("b", 1)], [None, ("c", 1)], [None, ("", 1)]]


def test_what_overlaps_in_one_room_shares_a_cell() -> None:
    items = [piece("a", 0, 20, None), piece("b", 10, 30, None), piece("c", 30, 40, None)]
    (first, second, third, fourth) = side_by_side(items, [0])
    (block,) = first.blocks
    assert block
    assert ([one.name for one in block.items], block.rows) == (["a", "b"], 3)
    assert (second.blocks, third.blocks) == ((None,), (None,))
    assert fourth.blocks[0]
    assert [one.name for one in fourth.blocks[0].items] == ["c"]


def test_nothing_gives_no_rows() -> None:
    assert side_by_side([], [1, 2]) == []


PIECES = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 40), st.integers(1, 3)), max_size=12
).map(
    lambda rows: [
        piece(str(number), start, start + length, room)
        for number, (start, length, room) in enumerate(rows)
    ]
)


@given(PIECES)
def test_each_item_stands_once_and_each_column_is_full(pieces: list[Piece]) -> None:
    rows = side_by_side(pieces, [1, 2, 3])
    shown = [one.name for row in rows for block in row.blocks if block for one in block.items]
    assert sorted(shown) == sorted(one.name for one in pieces)
    for column in range(3):
        blocks = [row.blocks[column] for row in rows]
        assert sum(block.rows for block in blocks if block) == len(rows)
        for place, block in enumerate(blocks):
            if block:
                assert blocks[place + 1 : place + block.rows] == [None] * (block.rows - 1)
