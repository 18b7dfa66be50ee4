"""The steps of minutes, who may take them, and their number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.core.errors import Conflict, Invalid
from eventapp.minutes.rules import (
    NEXT,
    STATE_LABEL,
    State,
    ensure_different_person,
    ensure_may_become,
    is_return,
    may_become,
    number_text,
)

BEFORE_RELEASE = [State.CHECKING, State.COMMENTS, State.SIGNED]


def test_every_state_has_a_label_and_an_entry() -> None:
    assert set(STATE_LABEL) == set(NEXT) == set(State)


def test_minutes_pass_every_step_in_order() -> None:
    steps = list(State)
    for place, old in enumerate(steps):
        onward = [new for new in State if may_become(old, new) and not is_return(old, new)]
        assert onward == steps[place + 1 : place + 2]


@pytest.mark.parametrize("old", BEFORE_RELEASE)
def test_minutes_can_be_sent_back_from_any_step_with_a_word(old: State) -> None:
    ensure_may_become(old, State.DRAFTING, "请补列席人员")
    with pytest.raises(Invalid) as refusal:
        ensure_may_become(old, State.DRAFTING, " ")
    assert refusal.value.field == "word"


def test_a_step_onward_needs_no_word() -> None:
    ensure_may_become(State.DRAFTING, State.CHECKING)


def test_released_minutes_go_nowhere() -> None:
    for new in State:
        with pytest.raises(Conflict):
            ensure_may_become(State.RELEASED, new, "更正")


@pytest.mark.parametrize("three", [(1, 2, 3), (1, None, None), (None, 2, 3), (None, None, None)])
def test_different_persons_may_take_the_steps(three: tuple[int | None, ...]) -> None:
    ensure_different_person(*three)


@pytest.mark.parametrize("three", [(1, 1, 2), (1, 2, 1), (2, 1, 1), (1, None, 1), (7, 7, 7)])
def test_one_person_in_two_steps_is_refused(three: tuple[int | None, ...]) -> None:
    with pytest.raises(Conflict):
        ensure_different_person(*three)


def test_a_number_is_printed_as_official_papers_print_it() -> None:
    assert number_text(2024, 1) == "〔2024〕1号"


@pytest.mark.parametrize(("year", "number"), [(24, 1), (2024, 0), (20240, 1)])
def test_an_impossible_number_is_a_mistake_of_the_program(year: int, number: int) -> None:
    with pytest.raises(ValueError, match="four digits"):
        number_text(year, number)


@given(st.integers(1000, 9999), st.integers(1, 10**6))
def test_two_different_numbers_never_print_alike(year: int, number: int) -> None:
    inside, after = number_text(year, number).removeprefix("〔").removesuffix("号").split("〕")
    assert (int(inside), int(after)) == (year, number)
