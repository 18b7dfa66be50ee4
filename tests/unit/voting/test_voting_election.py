"""Elections: marks and seats."""

from fractions import Fraction

import pytest

from eventapp.core.errors import Invalid
from eventapp.voting.rules import (
    Base,
    Bound,
    Counts,
    Election,
    ElectionKind,
    Rule,
    Threshold,
    decide_election,
)

MAJORITY = Rule(None, Threshold(Fraction(1, 2), Bound.MORE_THAN), Base.PRESENT)
FIVE_FOR_THREE = Election((1, 2, 3, 4, 5), seats=3)


def _counts(*yes: int, present: int = 60) -> dict[int, Counts]:
    return {place: Counts(80, present, votes) for place, votes in enumerate(yes, start=1)}


def test_as_many_candidates_as_seats_is_equal_and_more_is_competitive() -> None:
    assert Election((1, 2, 3), 3).kind is ElectionKind.EQUAL
    assert FIVE_FOR_THREE.kind is ElectionKind.COMPETITIVE


@pytest.mark.parametrize(
    ("candidates", "seats", "code"),
    [
        ((1, 2), 3, "candidates_missing"),
        ((1, 1, 2), 2, "candidate_twice"),
        ((1, 2), 0, "seats_missing"),
    ],
)
def test_an_election_that_cannot_be_held_is_refused(
    candidates: tuple[int, ...], seats: int, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        Election(candidates, seats)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("marked", "valid"),
    [
        ((), True),
        ((1,), True),
        ((1, 2, 5), True),
        ((1, 2, 3, 4), False),
        ((1, 1), False),
        ((1, 6), False),
    ],
)
def test_more_marks_than_seats_void_the_paper(marked: tuple[int, ...], valid: bool) -> None:
    assert FIVE_FOR_THREE.paper_is_valid(marked) is valid


@pytest.mark.parametrize(
    ("yes", "elected", "tied", "seats_left"),
    [
        ((50, 40, 35, 32, 31), (1, 2, 3), (), 0),
        ((31, 32, 35, 40, 50), (5, 4, 3), (), 0),
        ((50, 40, 30, 30, 30), (1, 2), (), 1),
        ((30, 30, 30, 30, 30), (), (), 3),
        ((50, 40, 35, 35, 31), (1, 2), (3, 4), 1),
        ((50, 35, 35, 35, 31), (1,), (2, 3, 4), 2),
        ((40, 40, 50, 35, 31), (3, 1, 2), (), 0),
        ((40, 40, 50, 0, 0), (3, 1, 2), (), 0),
    ],
)
def test_the_most_votes_are_elected_and_a_tie_for_the_last_seat_is_left_open(
    yes: tuple[int, ...], elected: tuple[int, ...], tied: tuple[int, ...], seats_left: int
) -> None:
    outcome = decide_election(FIVE_FOR_THREE, MAJORITY, _counts(*yes))
    assert (outcome.elected, outcome.tied, outcome.seats_left) == (elected, tied, seats_left)


def test_every_candidate_needs_a_count() -> None:
    with pytest.raises(Invalid):
        decide_election(FIVE_FOR_THREE, MAJORITY, _counts(50, 40))
