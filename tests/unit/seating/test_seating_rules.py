"""Places by protocol: the printed sequences of the sources, and what holds of every plan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.seating.rules import (
    CUSTOMS,
    Kind,
    Place,
    Preset,
    Seated,
    Shape,
    Sitter,
    View,
    hall_order,
    move,
    places_for,
    presets_for,
    rows_seen,
    seat,
)

P = Preset


def from_the_hall(count: int, preset: Preset) -> str:
    """Write the ranks of a row from left to right, as sources print them."""
    ranks = {at: rank for rank, at in enumerate(hall_order(count, preset), start=1)}
    return " ".join(str(ranks[at]) for at in range(count))


@pytest.mark.parametrize(
    ("preset", "printed"),
    [
        # how234.com prints seven people as the hall sees them.
        (P.DOMESTIC, "7 5 3 1 2 4 6"),
        # wendadaohang.com, dybbs8.com, meipian.cn/50nz5vzx and zuankewang.com print eight.
        (P.DOMESTIC, "7 5 3 1 2 4 6 8"),
        # dybbs8.com doc-217065196: of exactly two the first sits at the left, seen by themselves.
        (P.DOMESTIC, "2 1"),
        # laomiw.com tid=27679: odd as everywhere …
        (P.DOMESTIC_FIRST_LEFT, "7 5 3 1 2 4 6"),
        # … and even with the first in the left one of both middle seats, the second in the right.
        (P.DOMESTIC_FIRST_LEFT, "8 6 4 2 1 3 5 7"),
        (P.DOMESTIC_FIRST_LEFT, "2 1"),
        # xuewenya.com, sjtang.com.cn: abroad the right is above the left.
        (P.INTERNATIONAL, "1 2"),
        (P.INTERNATIONAL, "2 1 3"),
        # jingyanzongjie.com, cdrsksw.com/d/24134: the host at the left, the guest at the host's
        # right as they sit; the hall sees the guest at its left.
        (P.SIGNING, "2 1"),
        (P.SIGNING, "4 2 1 3"),
        # laomiw.com tid=27610: from the middle of the hall to both sides.
        (P.ROWS_MIDDLE, "5 3 1 2 4"),
        # unjs.com, zbfsgm.com: facing the podium, from the left to the right.
        (P.ROWS_LEFT, "1 2 3 4 5"),
        (P.COLUMNS_LEFT, "1 2 3 4"),
        (P.COLUMNS_MIDDLE, "3 1 2 4"),
    ],
)
def test_printed_sequences_of_the_sources_are_reproduced(preset: Preset, printed: str) -> None:
    assert from_the_hall(len(printed.split()), preset) == printed


def test_every_preset_names_its_source_and_every_kind_has_a_usual_one() -> None:
    assert set(CUSTOMS) == set(Preset)
    assert all(custom.source and custom.kinds for custom in CUSTOMS.values())
    assert {kind: presets_for(kind)[0] for kind in Kind} == {
        Kind.PODIUM: P.DOMESTIC,
        Kind.SIGNING: P.SIGNING,
        Kind.PHOTO: P.DOMESTIC,
        Kind.AUDIENCE: P.ROWS_MIDDLE,
    }


def drawn(kind: Kind, preset: Preset, shape: Shape, people: int, view: View) -> list[str]:
    places = places_for(kind, preset, shape, people)
    rows = rows_seen(kind, places, view)
    return [" ".join(str(place.number) for place in row) for row in rows]


def test_a_photo_has_its_leaders_in_the_front_row_which_its_photographer_sees_lowest() -> None:
    # meipian.cn/50nz5vzx: a group photo as on the podium, the front row first.
    seen = drawn(Kind.PHOTO, P.DOMESTIC, Shape(5), 12, View.HALL)
    assert seen == ["12 11", "10 8 6 7 9", "5 3 1 2 4"]
    turned = drawn(Kind.PHOTO, P.DOMESTIC, Shape(5), 12, View.PODIUM)
    assert turned == ["4 2 1 3 5", "9 7 6 8 10", "11 12"]


def test_an_audience_has_its_front_row_below_the_podium() -> None:
    shape = Shape(3, rows=2, capacity=4)
    assert drawn(Kind.AUDIENCE, P.ROWS_MIDDLE, shape, 0, View.HALL) == ["3 1 2", "6 4 5"]
    assert drawn(Kind.AUDIENCE, P.COLUMNS_MIDDLE, shape, 0, View.HALL) == ["5 1 3", "6 2 4"]
    assert drawn(Kind.AUDIENCE, P.ROWS_LEFT, shape, 0, View.PODIUM) == ["6 5 4", "3 2 1"]


def test_units_stay_whole_and_in_their_order_and_large_ones_go_on() -> None:
    units = [Sitter("a", 3), Sitter("b", 2), Sitter("c", 6), Sitter("d", 1)]
    found = seat(units, 6, 4)
    assert found == Seated(
        {1: (("a", 3),), 2: (("b", 2),), 3: (("c", 4),), 4: (("c", 2), ("d", 1))}
    )
    assert seat(units, 3, 4).left == {"c": 2, "d": 1}


def test_a_move_changes_two_people_and_stays_when_the_list_grows() -> None:
    people = [Sitter(key) for key in "abcde"]
    moved = move(people, 5, 1, "a", 4)
    assert [(one.key, one.pin) for one in moved if one.pin] == [("a", 4), ("d", 1)]
    assert {n: who[0][0] for n, who in seat(moved, 5).at.items()} == dict(
        zip(range(1, 6), "dbcae", strict=True)
    )
    grown = [moved[0], Sitter("new"), *moved[1:]]
    after = seat(grown, 6)
    assert (after.place_of("a"), after.place_of("d")) == (4, 1)
    assert after.place_of("new") == 2


def test_a_pin_to_a_place_that_is_no_more_is_told_and_the_person_still_sits() -> None:
    people = [Sitter("a"), Sitter("b", pin=9), Sitter("c", pin=1), Sitter("d", pin=1)]
    found = seat(people, 4)
    assert found.astray == {"b", "d"}
    assert {found.place_of(key) for key in "abcd"} == {1, 2, 3, 4}


def test_a_unit_moved_by_hand_to_a_full_block_takes_its_room_from_whoever_is_not_pinned() -> None:
    units = [Sitter("a", 2), Sitter("b", 2), Sitter("c", 2)]
    assert seat(units, 2, 4).at == {1: (("a", 2), ("b", 2)), 2: (("c", 2),)}
    moved = move(units, 2, 4, "c", 1)
    assert seat(moved, 2, 4).at == {1: (("c", 2), ("a", 2)), 2: (("b", 2),)}


single = st.sampled_from([Kind.PODIUM, Kind.PHOTO, Kind.SIGNING])


@st.composite
def arranged(draw: st.DrawFn) -> tuple[Kind, Preset, tuple[Place, ...], list[Sitter]]:
    kind = draw(single)
    preset = draw(st.sampled_from(presets_for(kind)))
    count = draw(st.integers(1, 40))
    places = places_for(kind, preset, Shape(draw(st.integers(1, 20))), count)
    sitters = [Sitter(f"r{number}") for number in range(count)]
    for _ in range(draw(st.integers(0, 6))):
        who, to = draw(st.sampled_from(sitters)), draw(st.integers(1, count))
        sitters = move(sitters, count, 1, who.key, to)
    return kind, preset, places, sitters


@given(arranged())
def test_everybody_has_exactly_one_place_and_the_views_mirror_each_other(
    plan: tuple[Kind, Preset, tuple[Place, ...], list[Sitter]],
) -> None:
    kind, _preset, places, sitters = plan
    found = seat(sitters, len(places))
    seated = [key for who in found.at.values() for key, _count in who]
    assert sorted(seated) == sorted(one.key for one in sitters)
    assert all(len(who) == 1 for who in found.at.values())
    assert not found.left
    assert not found.astray
    hall, podium = (rows_seen(kind, places, view) for view in (View.HALL, View.PODIUM))
    assert podium == [row[::-1] for row in hall[::-1]]
    assert sorted(place.number for row in hall for place in row) == list(range(1, len(places) + 1))


@given(single, st.integers(1, 30), st.integers(1, 12), st.data())
def test_the_first_has_the_middle_of_the_front_row(
    kind: Kind, count: int, columns: int, data: st.DataObject
) -> None:
    preset = data.draw(st.sampled_from(presets_for(kind)))
    first = places_for(kind, preset, Shape(columns), count)[0]
    assert (first.number, first.row) == (1, 1)
    # In the middle, or in one of the two middle places: half a place from the line at most.
    assert abs(2 * first.column - (first.wide + 1)) <= 1


@given(
    st.lists(st.integers(0, 30), max_size=40),
    st.integers(1, 8),
    st.integers(1, 8),
    st.integers(1, 20),
    st.sampled_from(presets_for(Kind.AUDIENCE)),
    st.data(),
)
def test_of_an_audience_nobody_is_lost_counted_twice_or_put_where_no_room_is(
    sizes: list[int], columns: int, rows: int, capacity: int, preset: Preset, data: st.DataObject
) -> None:
    blocks = len(places_for(Kind.AUDIENCE, preset, Shape(columns, rows, capacity), 0))
    assert blocks == columns * rows
    pins = st.none() | st.integers(1, blocks + 1)
    units = [Sitter(f"o{n}", size, data.draw(pins)) for n, size in enumerate(sizes)]
    found = seat(units, blocks, capacity)
    for unit in units:
        seated = sum(count for who in found.at.values() for key, count in who if key == unit.key)
        assert seated + found.left.get(unit.key, 0) == unit.size
    assert all(sum(count for _key, count in who) <= capacity for who in found.at.values())


@given(st.lists(st.integers(1, 9), max_size=30), st.integers(1, 12), st.integers(1, 30))
def test_without_hands_no_unit_sits_before_one_of_higher_rank(
    sizes: list[int], capacity: int, blocks: int
) -> None:
    units = [Sitter(f"o{n}", size) for n, size in enumerate(sizes)]
    found = seat(units, blocks, capacity)
    firsts = [place for unit in units if (place := found.place_of(unit.key)) is not None]
    assert firsts == sorted(firsts)


@given(arranged(), st.data())
def test_a_move_swaps_two_and_leaves_all_others(
    plan: tuple[Kind, Preset, tuple[Place, ...], list[Sitter]], data: st.DataObject
) -> None:
    _kind, _preset, places, sitters = plan
    count = len(places)
    who, to = data.draw(st.sampled_from(sitters)), data.draw(st.integers(1, count))
    before = seat(sitters, count)
    after = seat(move(sitters, count, 1, who.key, to), count)
    assert after.place_of(who.key) == to
    ((other, _),) = before.at[to]
    assert after.place_of(other) == (before.place_of(who.key) if other != who.key else to)
    for one in sitters:
        if one.key not in (who.key, other):
            assert after.place_of(one.key) == before.place_of(one.key)
