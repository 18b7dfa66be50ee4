"""When what is left falls: by hand, and against a slow clock that walks minute by minute."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from eventapp.agenda.rules import (
    ItemLength,
    ItemState,
    RoomItem,
    Running,
    drift_of,
    expect,
    lay_out,
)

NINE = datetime(2024, 1, 19, 1, 0, tzinfo=UTC)
DONE, RUNS, PLANNED, SKIPPED = (
    ItemState.DONE,
    ItemState.RUNNING,
    ItemState.PLANNED,
    ItemState.SKIPPED,
)


def at(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


def item(number: int, minutes: int = 10, state: ItemState = PLANNED, **more) -> Running:
    return Running(number, timedelta(minutes=minutes), state, **more)


def spans(items, now: int) -> dict[int, tuple[int, int]]:
    """Give what is expected in minutes after nine."""

    def minute(instant: datetime) -> int:
        return int((instant - NINE) / timedelta(minutes=1))

    found = expect(items, NINE, at(now))
    return {key: (minute(one.start), minute(one.end)) for key, one in found.items()}


def test_before_the_day_begins_it_is_as_planned():
    assert spans([item(1), item(2)], now=-30) == {1: (0, 10), 2: (10, 20)}


def test_a_day_that_does_not_begin_in_time_moves_on_with_the_clock():
    assert spans([item(1), item(2)], now=7) == {1: (7, 17), 2: (17, 27)}


def test_an_overrun_moves_the_rest_at_once_and_on_with_the_clock():
    day = [item(1, state=RUNS, started_at=at(0)), item(2), item(3)]
    assert spans(day, now=4) == {1: (0, 10), 2: (10, 20), 3: (20, 30)}
    assert spans(day, now=14) == {1: (0, 14), 2: (14, 24), 3: (24, 34)}


def test_who_ends_early_lets_the_rest_begin_early():
    day = [item(1, state=DONE, started_at=at(0), ended_at=at(6)), item(2), item(3)]
    assert spans(day, now=6) == {1: (0, 6), 2: (6, 16), 3: (16, 26)}


def test_what_is_left_out_takes_no_time():
    day = [
        item(1, state=DONE, started_at=at(0), ended_at=at(10)),
        item(2, state=SKIPPED),
        item(3),
    ]
    assert spans(day, now=10) == {1: (0, 10), 3: (10, 20)}


def test_a_fixed_point_stays_and_tells_by_how_much_it_is_overrun():
    day = [item(1, state=RUNS, started_at=at(0)), item(2, fixed_start=at(12)), item(3)]
    assert spans(day, now=5) == {1: (0, 10), 2: (12, 22), 3: (22, 32)}
    late = expect(day, NINE, at(15))
    assert late[2].start == at(15)  # the past cannot be kept
    day[0] = item(1, 30, state=RUNS, started_at=at(0))
    squeezed = expect(day, NINE, at(5))
    assert squeezed[2].start == at(12)
    assert squeezed[2].overrun == timedelta(minutes=18)


def test_what_was_passed_over_comes_last():
    day = [item(1), item(2, state=RUNS, started_at=at(0)), item(3)]
    assert spans(day, now=0) == {1: (20, 30), 2: (0, 10), 3: (10, 20)}


def test_rooms_run_by_their_own_clocks():
    day = [
        item(1, state=RUNS, started_at=at(0)),
        item(2, 5, state=RUNS, room_id=7, started_at=at(0)),
        item(3),
        item(4, room_id=7),
    ]
    assert spans(day, now=12) == {1: (0, 12), 2: (0, 12), 3: (12, 22), 4: (12, 22)}


def test_the_day_is_late_by_its_end():
    ends = [at(10), at(20)]
    day = [item(1, state=RUNS, started_at=at(3)), item(2)]
    assert drift_of(ends, expect(day, NINE, at(4))) == timedelta(minutes=3)
    early = [item(1, state=DONE, started_at=at(0), ended_at=at(8)), item(2)]
    assert drift_of(ends, expect(early, NINE, at(8))) == timedelta(minutes=-2)
    passed = [item(1), item(2, state=RUNS, started_at=at(0))]
    assert drift_of(ends, expect(passed, NINE, at(0))) == timedelta(0)
    assert drift_of([], {}) == timedelta(0)


days = st.lists(
    st.tuples(
        st.integers(1, 40),
        st.sampled_from(["done", "skipped", "planned"]),
        st.integers(0, 9),
        st.one_of(st.none(), st.integers(0, 200)),
    ),
    max_size=12,
)


def run_so_far(day, running: bool) -> tuple[list[Running], int]:
    """Hold a day up to a point: what is marked done ran one after another; tell the time."""
    clock, items = 0, []
    for number, (minutes, state, late, fixed) in enumerate(day):
        fixed_start = None if fixed is None else at(fixed)
        if state == "done":
            begun, clock = clock, clock + minutes + late
            run = {"started_at": at(begun), "ended_at": at(clock)}
            items.append(item(number, minutes, DONE, fixed_start=fixed_start, **run))
        else:
            items.append(item(number, minutes, ItemState(state), fixed_start=fixed_start))
    if running:
        items.append(item(len(items), 15, RUNS, started_at=at(clock)))
        clock += 20
    return items, clock


def slowly(items: list[Running], now: int) -> dict[int, int]:
    """Tell when what is planned begins, by walking through the minutes one at a time."""
    begun = [place for place, one in enumerate(items) if one.started_at]
    last = max(begun, default=0)
    left = [one for one in items if one.state is PLANNED]
    turn = sorted(left, key=lambda one: items.index(one) < last and bool(begun))
    begins, minute = {}, now
    for one in turn:
        fixed = one.fixed_start
        if fixed is None:
            begins[one.item_id] = minute
        else:
            begins[one.item_id] = now
            while at(begins[one.item_id]) < fixed:
                begins[one.item_id] += 1
        minute = begins[one.item_id]
        for _ in range(int(one.duration / timedelta(minutes=1))):
            minute += 1
    return begins


@given(days, st.booleans(), st.integers(0, 30))
def test_it_agrees_with_a_clock_that_walks(day, running, later):
    items, clock = run_so_far(day, running)
    found = spans(items, clock + later)
    planned = {one.item_id for one in items if one.state is PLANNED}
    assert {key: found[key][0] for key in planned} == slowly(items, clock + later)


@given(days, st.booleans(), st.integers(0, 30))
def test_nothing_is_expected_in_the_past_and_real_times_stay(day, running, later):
    items, clock = run_so_far(day, running)
    now = at(clock + later)
    found = expect(items, NINE, now)
    for one in items:
        if one.state is SKIPPED:
            assert one.item_id not in found
        elif one.state is DONE:
            assert (found[one.item_id].start, found[one.item_id].end) == (
                one.started_at,
                one.ended_at,
            )
        elif one.state is RUNS:
            assert found[one.item_id].end >= now
        else:
            assert found[one.item_id].start >= now
            assert found[one.item_id].end - found[one.item_id].start == one.duration


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 2)), max_size=15))
def test_a_day_that_has_not_begun_is_as_it_was_laid_out(day):
    items = [item(number, minutes, room_id=room) for number, (minutes, room) in enumerate(day)]
    rows = [RoomItem(ItemLength(one.item_id, one.duration), one.room_id) for one in items]
    planned, found = lay_out(rows, NINE), expect(items, NINE, NINE)
    assert {key: one.start for key, one in found.items()} == {
        key: one.start for key, one in planned.items()
    }


@given(days, st.integers(0, 20), st.integers(0, 20))
def test_waiting_longer_never_brings_anything_forward(day, first, more):
    items, clock = run_so_far(day, running=True)
    sooner, later = (expect(items, NINE, at(clock + m)) for m in (first, first + more))
    for before, after in pairwise((sooner, later)):
        assert all(before[key].start <= after[key].start for key in before)
