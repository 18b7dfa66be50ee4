"""Items of an agenda: their words, their steps and their times."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.agenda.rules import (
    CHANGE_LABEL,
    CONFLICT_SEVERITY,
    ITEM_STATE_LABEL,
    KIND_LABEL,
    NEEDED_ROLES,
    NEXT,
    OFFERED_ROLES,
    REPAIR_LABEL,
    RESOURCE_KIND_LABEL,
    ROLE_LABEL,
    SEVERITY_LABEL,
    TURN_ROUND,
    ChangeVerb,
    ItemLength,
    ItemState,
    Kind,
    RepairKind,
    ResourceKind,
    Severity,
    ensure_may_become,
    is_undo,
    may_become,
    ripple,
    serials,
)
from eventapp.core.errors import Conflict

NINE = datetime(2024, 1, 19, 1, 0, tzinfo=UTC)


def after(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


def test_every_word_of_the_agenda_has_a_label() -> None:
    assert set(KIND_LABEL) == set(Kind)
    assert set(ITEM_STATE_LABEL) == set(NEXT) == set(ItemState)
    assert set(RESOURCE_KIND_LABEL) == set(CONFLICT_SEVERITY) == set(ResourceKind)
    assert set(TURN_ROUND) == set(ResourceKind)
    assert set(REPAIR_LABEL) == set(RepairKind)
    assert set(CHANGE_LABEL) == set(ChangeVerb)
    assert set(OFFERED_ROLES) == set(Kind)
    for roles in (*OFFERED_ROLES.values(), *NEEDED_ROLES.values()):
        assert set(roles) <= set(ROLE_LABEL)
    assert set(SEVERITY_LABEL) == set(Severity)


def test_an_item_runs_and_is_done_or_is_skipped() -> None:
    ensure_may_become(ItemState.PLANNED, ItemState.RUNNING)
    ensure_may_become(ItemState.RUNNING, ItemState.DONE)
    ensure_may_become(ItemState.PLANNED, ItemState.SKIPPED)
    for old, new in [("planned", "done"), ("running", "skipped"), ("skipped", "running")]:
        with pytest.raises(Conflict):
            ensure_may_become(ItemState(old), ItemState(new))


def test_every_step_can_be_taken_back_one_at_a_time() -> None:
    steps = [(old, new) for old in ItemState for new in NEXT[old] if not is_undo(old, new)]
    assert len(steps) == 3
    assert all(may_become(new, old) and is_undo(new, old) for old, new in steps)


def test_items_follow_one_another_from_the_start() -> None:
    times = ripple([ItemLength(n, timedelta(minutes=n * 5)) for n in (1, 2, 3)], NINE)
    assert [(time.start, time.end) for time in times] == [
        (after(0), after(5)),
        (after(5), after(15)),
        (after(15), after(30)),
    ]
    assert not any(time.slack for time in times)


def test_a_fixed_point_stays_and_shows_the_pause_before_it() -> None:
    items = [
        ItemLength(1, timedelta(minutes=10)),
        ItemLength(2, timedelta(minutes=5), fixed_start=after(30)),
        ItemLength(3, timedelta(minutes=5)),
    ]
    times = ripple(items, NINE)
    assert [time.start for time in times] == [after(0), after(30), after(35)]
    assert times[1].slack == timedelta(minutes=20)


def test_an_overrun_fixed_point_stays_and_shows_by_how_much() -> None:
    items = [
        ItemLength(1, timedelta(minutes=40)),
        ItemLength(2, timedelta(minutes=5), fixed_start=after(30)),
    ]
    fixed = ripple(items, NINE)[1]
    assert fixed.start == after(30)
    assert fixed.slack == -timedelta(minutes=10)


LENGTHS = st.lists(
    st.builds(
        ItemLength,
        st.integers(1, 99),
        st.integers(0, 90).map(lambda minutes: timedelta(minutes=minutes)),
        st.none() | st.integers(-60, 300).map(after),
    ),
    max_size=12,
)


@given(LENGTHS)
def test_each_item_keeps_its_length_and_its_slack_adds_up(items: list[ItemLength]) -> None:
    times = ripple(items, NINE)
    assert [time.end - time.start for time in times] == [item.duration for item in items]
    assert all(later.start == earlier.end + later.slack for earlier, later in pairwise(times))
    loose = [time.slack for time, item in zip(times, items, strict=True) if not item.fixed_start]
    assert not any(loose)


def test_a_printed_agenda_numbers_everything_but_breaks() -> None:
    kinds = [Kind.ADDRESS, Kind.BREAK, Kind.SPEECH, Kind.GROUP_PHOTO, Kind.BREAK]
    assert serials(kinds) == [1, 0, 2, 3, 0]


def test_the_clocks_going_forward_do_not_shorten_an_item() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2024, 3, 31, 1, 30, tzinfo=berlin)  # at two it becomes three
    (first, second) = ripple([ItemLength(n, timedelta(hours=1)) for n in (1, 2)], start)
    assert first.end.astimezone(berlin).hour == 3
    assert second.start - first.start == timedelta(hours=1)
    assert second.start == datetime(2024, 3, 31, 1, 30, tzinfo=UTC)
