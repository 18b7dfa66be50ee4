"""What the wall shows, where somebody is, and who spoke for how long."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from eventapp.hall.rules import (
    ARRIVAL_LABEL,
    SCREEN_LABEL,
    Arrival,
    OnStage,
    Page,
    Screen,
    Speech,
    arrival_of,
    decide_page,
    speaking_times,
)

stages = st.builds(OnStage, *(st.booleans() for _ in range(7)))


def test_every_word_has_its_label():
    assert set(SCREEN_LABEL) == set(Screen)
    assert set(ARRIVAL_LABEL) == set(Arrival)


def test_the_agenda_is_followed_from_ballot_to_welcome():
    everything = {"running": True, "acting": True, "fresh_outcome": True, "ballot": True}
    wanted = (
        ("ballot", Page.BALLOT),
        ("fresh_outcome", Page.RESULT),
        ("acting", Page.CEREMONY),
        ("running", Page.ITEM),
    )
    for gone, page in wanted:
        assert decide_page(Screen.FOLLOW, OnStage(**everything)) is page
        del everything[gone]
    assert decide_page(Screen.FOLLOW, OnStage()) is Page.WELCOME


def test_what_was_chosen_stands_over_an_open_ballot():
    stage = OnStage(running=True, ballot=True, any_outcome=True)
    assert decide_page(Screen.WELCOME, stage) is Page.WELCOME
    assert decide_page(Screen.RESULT, stage) is Page.RESULT
    assert decide_page(Screen.CEREMONY, stage) is Page.BALLOT  # there is none


@given(st.sampled_from(Screen), stages)
def test_a_page_is_never_chosen_that_has_nothing_to_show(screen, stage):
    page = decide_page(screen, stage)
    has = {
        Page.WELCOME: True,
        Page.ITEM: stage.running,
        Page.NOW_NEXT: stage.running or stage.following,
        Page.COUNTDOWN: stage.running or stage.following,
        Page.CEREMONY: stage.acting or stage.acts_ahead,
        Page.BALLOT: stage.ballot,
        Page.RESULT: stage.fresh_outcome or stage.any_outcome,
    }
    assert has[page]


def test_where_somebody_is_comes_from_any_of_their_registrations():
    inside, came = frozenset({1}), frozenset({1, 2})
    assert arrival_of([5, 1], inside, came) is Arrival.INSIDE
    assert arrival_of([2], inside, came) is Arrival.LEFT
    assert arrival_of([3], inside, came) is Arrival.MISSING
    assert arrival_of([], inside, came) is Arrival.UNLISTED


def test_speakers_of_one_item_share_its_time():
    ten = timedelta(minutes=10)
    rows = speaking_times([Speech(("甲",), ten, ten), Speech(("甲", "乙"), 2 * ten, ten)])
    assert [(row.unit, row.items, row.spoken, row.shared) for row in rows] == [
        ("甲", 2, 2 * ten, 1),
        ("乙", 1, ten, 1),
    ]
    (alone,) = speaking_times([Speech(("甲", "甲"), ten, ten)])
    assert (alone.items, alone.spoken, alone.shared) == (1, ten, 0)


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from("甲乙丙丁"), min_size=1, max_size=4), st.integers(0, 9000)
        )
    )
)
def test_no_time_is_lost_or_made(speeches):
    rows = speaking_times(
        Speech(tuple(units), timedelta(seconds=12 * seconds), timedelta(0))
        for units, seconds in speeches
    )
    total = sum((row.spoken for row in rows), timedelta(0))
    assert total == timedelta(seconds=12 * sum(seconds for _, seconds in speeches))
