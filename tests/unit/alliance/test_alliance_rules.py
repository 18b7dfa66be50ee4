"""Seats, editions of lists and the order of units."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.alliance.rules import (
    DEFAULT_SEATS,
    LIST_STATE_LABEL,
    NEXT,
    EntryKind,
    ListEntry,
    ListState,
    OrderedUnit,
    Ordering,
    edition_record,
    ensure_may_become,
    may_become,
    order_units,
)
from eventapp.core.errors import Conflict

UNITS = st.lists(
    st.builds(
        OrderedUnit,
        unit_id=st.integers(1, 10_000),
        seat_order=st.integers(1, 4),
        set_order=st.none() | st.integers(0, 3),
        strokes=st.tuples(st.integers(1, 9)),
        pinyin=st.sampled_from(["an", "bei", "chen"]),
    ),
    unique_by=lambda unit: unit.unit_id,
)


def test_only_a_plain_member_has_no_vote_in_the_council() -> None:
    assert [seat.key for seat in DEFAULT_SEATS if not seat.votes_in_council] == ["member"]
    assert DEFAULT_SEATS[0].label == "轮值理事长单位"
    assert DEFAULT_SEATS[-1].label == "会员单位"


def test_a_tabled_list_is_decided_or_replaced_and_then_stays_so() -> None:
    decided = {ListState.ADOPTED, ListState.REJECTED, ListState.SUPERSEDED}
    assert NEXT[ListState.TABLED] == decided
    assert not any(NEXT[state] for state in decided)
    assert set(NEXT) == set(LIST_STATE_LABEL) == set(ListState)


def test_a_draft_list_cannot_be_adopted_without_being_tabled() -> None:
    assert may_become(ListState.DRAFT, ListState.TABLED)
    with pytest.raises(Conflict):
        ensure_may_become(ListState.DRAFT, ListState.ADOPTED)


def unit(number: int, seat: int, given: int | None, pinyin: str, strokes: int) -> OrderedUnit:
    return OrderedUnit(number, seat, given, (strokes,), pinyin)


HALL = [
    unit(1, 2, None, "dongying", 5),
    unit(2, 1, 2, "wanda", 3),
    unit(3, 1, 1, "zhongguo", 4),
    unit(4, 2, 9, "yatong", 6),
    unit(5, 2, None, "bohai", 12),
]


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        (Ordering.PROTOCOL, [3, 2, 4, 5, 1]),
        (Ordering.STROKES, [2, 3, 1, 4, 5]),
        (Ordering.PINYIN, [5, 1, 2, 4, 3]),
    ],
)
def test_units_fall_into_the_order_of_the_custom(ordering: Ordering, expected: list[int]) -> None:
    assert [one.unit_id for one in order_units(HALL, ordering)] == expected


def test_a_set_order_of_zero_is_an_order() -> None:
    first, second = unit(1, 1, 0, "z", 1), unit(2, 1, None, "a", 1)
    assert order_units([second, first], Ordering.PROTOCOL) == [first, second]


@given(UNITS, st.sampled_from(Ordering))
def test_the_order_does_not_depend_on_how_the_units_came(
    units: list[OrderedUnit], ordering: Ordering
) -> None:
    assert order_units(units, ordering) == order_units(reversed(units), ordering)


def test_an_edition_says_every_line_in_its_place() -> None:
    record = edition_record(
        "第一届理事会成员单位名单",
        1,
        [
            ListEntry(EntryKind.UNIT, 7, "东营职业学院", "chair"),
            ListEntry(EntryKind.UNIT, 3, "万达石化集团", None),
        ],
    )
    assert json.loads(json.dumps(record)) == record
    assert [(line["place"], line["subject_id"], line["seat"]) for line in record["entries"]] == [
        (1, 7, "chair"),
        (2, 3, None),
    ]


def test_two_editions_with_swapped_lines_differ() -> None:
    lines = [ListEntry(EntryKind.UNIT, n, f"单位{n}", "council") for n in (1, 2)]
    assert edition_record("名单", 1, lines) != edition_record("名单", 1, lines[::-1])
