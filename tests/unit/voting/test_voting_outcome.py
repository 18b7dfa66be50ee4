"""Results: the cases worked by hand, and all small ones against another arithmetic."""

import json
import os
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.core.errors import Conflict, Invalid
from eventapp.voting.rules import (
    PRESETS,
    Base,
    Bound,
    Counts,
    PaperCount,
    Result,
    Rule,
    Threshold,
    acclaimed_counts,
    decide_outcome,
    ensure_quorum,
    paper_is_valid,
)

TWO_THIRDS = Threshold(Fraction(2, 3), Bound.AT_LEAST)
MAJORITY = Threshold(Fraction(1, 2), Bound.MORE_THAN)
CHARTER = Rule(None, TWO_THIRDS, Base.ALL)
TWO_THIRDS_OF_PRESENT = Rule(None, TWO_THIRDS, Base.PRESENT)
MAJORITY_OF_PRESENT = Rule(None, MAJORITY, Base.PRESENT)
GENERAL = Rule(TWO_THIRDS, MAJORITY, Base.PRESENT)
PASSED, FAILED, NO_QUORUM = Result.PASSED, Result.FAILED, Result.NO_QUORUM


@pytest.mark.parametrize(
    ("present", "yes", "no", "abstain", "rule", "needed", "result", "missing"),
    [
        (72, 71, 0, 1, CHARTER, 54, PASSED, 0),
        (72, 53, 10, 9, CHARTER, 54, FAILED, 1),
        (72, 48, 20, 4, TWO_THIRDS_OF_PRESENT, 48, PASSED, 0),
        (60, 40, 15, 5, TWO_THIRDS_OF_PRESENT, 40, PASSED, 0),
        (72, 36, 30, 6, MAJORITY_OF_PRESENT, 37, FAILED, 1),
        (72, 36, 30, 6, Rule(None, MAJORITY, Base.VALID), 34, PASSED, 0),
        (72, 36, 30, 6, Rule(None, MAJORITY, Base.CAST), 37, FAILED, 1),
        (53, 53, 0, 0, GENERAL, 27, NO_QUORUM, 0),
        (54, 28, 26, 0, GENERAL, 28, PASSED, 0),
        (60, 30, 30, 0, MAJORITY_OF_PRESENT, 31, FAILED, 1),
    ],
)
def test_cases_worked_by_hand(
    present: int,
    yes: int,
    no: int,
    abstain: int,
    rule: Rule,
    needed: int,
    result: Result,
    missing: int,
) -> None:
    outcome = decide_outcome(rule, Counts(80, present, yes, no, abstain))
    assert (outcome.result, outcome.needed, outcome.missing) == (result, needed, missing)


def test_one_short_of_the_quorum_is_told_how_many_were_needed() -> None:
    outcome = decide_outcome(GENERAL, Counts(80, 53, 53))
    assert (outcome.quorum_needed, outcome.quorum_missing) == (54, 1)
    assert decide_outcome(GENERAL, Counts(80, 54, 28, 26)).quorum_missing == 0


def test_quorum_of_more_than_two_thirds_is_not_met_by_two_thirds() -> None:
    congress = PRESETS["peoples_congress"].rule
    assert decide_outcome(congress, Counts(81, 54, 54)).result is NO_QUORUM
    assert decide_outcome(congress, Counts(81, 55, 41)).result is PASSED
    assert decide_outcome(congress, Counts(81, 55, 40)).result is FAILED


def _reaches(part: int, bound: str, numerator: int, denominator: int, whole: int) -> bool:
    """Compare part / whole with numerator / denominator by multiplying crosswise."""
    if bound == "at_least":
        return part * denominator >= numerator * whole
    return part * denominator > numerator * whole


def _expected(
    quorum: tuple[str, int, int] | None,
    threshold: tuple[str, int, int],
    base: str,
    votes: tuple[int, int, int, int, int],
) -> str:
    entitled, present, yes, no, abstain = votes
    if quorum and not (present > 0 and _reaches(present, *quorum, entitled)):
        return "no_quorum"
    whole = {
        "all": entitled,
        "present": present,
        "cast": yes + no + abstain,
        "valid": yes + no,
    }[base]
    return "passed" if yes > 0 and _reaches(yes, *threshold, whole) else "failed"


FRACTIONS = [
    ("at_least", 1, 2),
    ("more_than", 1, 2),
    ("at_least", 2, 3),
    ("more_than", 2, 3),
    ("at_least", 3, 4),
    ("more_than", 4, 5),
    ("at_least", 1, 1),
]
FULL = os.environ.get("MENGHUI_FULL") == "1"
# Electorates of every size up to the first number meet every present; those of the second list
# meet every split of votes as well.
SIZES = range(25) if FULL else (0, 1, 2, 3, 9, 24)


def _threshold(words: tuple[str, int, int]) -> Threshold:
    return Threshold(Fraction(words[1], words[2]), Bound(words[0]))


@pytest.mark.parametrize("base", [str(base) for base in Base])
@pytest.mark.parametrize("threshold", FRACTIONS)
def test_every_small_ballot_agrees_with_cross_multiplication(
    threshold: tuple[str, int, int], base: str
) -> None:
    quorum = ("at_least", 2, 3)
    rule = Rule(_threshold(quorum), _threshold(threshold), Base(base))
    for entitled in SIZES:
        for present in range(entitled + 1):
            for yes in range(present + 1):
                for no in range(present - yes + 1):
                    for abstain in range(present - yes - no + 1):
                        votes = (entitled, present, yes, no, abstain)
                        result = decide_outcome(rule, Counts(*votes)).result
                        assert result == _expected(quorum, threshold, base, votes), votes


@pytest.mark.parametrize("quorum", [None, *FRACTIONS])
def test_every_quorum_agrees_with_cross_multiplication(
    quorum: tuple[str, int, int] | None,
) -> None:
    majority = ("more_than", 1, 2)
    rule = Rule(_threshold(quorum) if quorum else None, _threshold(majority), Base.PRESENT)
    for entitled, present in product(range(241 if FULL else 91), repeat=2):
        if present <= entitled:
            votes = (entitled, present, present, 0, 0)
            result = decide_outcome(rule, Counts(*votes)).result
            assert result == _expected(quorum, majority, "present", votes), votes


thresholds = st.builds(
    Threshold,
    st.integers(2, 99).flatmap(lambda n: st.integers(1, n - 1).map(lambda m: Fraction(m, n))),
    st.sampled_from(Bound),
)
rules = st.builds(Rule, st.none() | thresholds, thresholds, st.sampled_from(Base))


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    """Any counts that do not contradict themselves, up to a thousand units."""
    entitled = draw(st.integers(0, 1000))
    present = draw(st.integers(0, entitled))
    yes = draw(st.integers(0, present))
    no = draw(st.integers(0, present - yes))
    return Counts(entitled, present, yes, no, draw(st.integers(0, present - yes - no)))


def _with(given_counts: Counts, **change: int) -> Counts:
    return Counts(**{**given_counts.to_record(), **change})


@given(rules, counts())
def test_a_further_yes_never_turns_passed_into_failed(rule: Rule, before: Counts) -> None:
    if before.raised_none and decide_outcome(rule, before).result is PASSED:
        assert decide_outcome(rule, _with(before, yes=before.yes + 1)).result is PASSED


@given(rules, counts())
def test_a_no_that_becomes_a_yes_never_harms(rule: Rule, before: Counts) -> None:
    if before.no and decide_outcome(rule, before).result is PASSED:
        after = _with(before, yes=before.yes + 1, no=before.no - 1)
        assert decide_outcome(rule, after).result is PASSED


@given(rules, counts())
def test_the_numbers_of_an_outcome_agree_with_its_result(rule: Rule, some: Counts) -> None:
    outcome = decide_outcome(rule, some)
    assert (outcome.result is NO_QUORUM) == (outcome.quorum_missing > 0)
    if outcome.result is FAILED:
        assert outcome.got + outcome.missing == outcome.needed
        assert outcome.missing > 0
    if outcome.result is PASSED:
        assert outcome.missing == 0
        assert outcome.got >= outcome.needed


@given(rules, counts())
def test_exactly_the_needed_votes_decide_where_the_base_is_fixed(rule: Rule, some: Counts) -> None:
    outcome = decide_outcome(rule, some)
    if rule.base in (Base.ALL, Base.PRESENT) and outcome.result is not NO_QUORUM:
        if outcome.needed <= some.present:
            enough = Counts(some.entitled, some.present, outcome.needed)
            assert decide_outcome(rule, enough).result is PASSED
        one_less = Counts(some.entitled, some.present, min(outcome.needed - 1, some.present))
        assert decide_outcome(rule, one_less).result is FAILED


@given(rules, st.lists(st.sampled_from(["yes", "no", "abstain"]), max_size=60), st.randoms())
def test_the_order_of_votes_does_not_matter(rule: Rule, votes: list[str], chance: object) -> None:
    shuffled = votes.copy()
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    outcomes = [
        decide_outcome(rule, Counts(60, 60, *(pile.count(c) for c in ("yes", "no", "abstain"))))
        for pile in (votes, shuffled)
    ]
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("base", list(Base))
@pytest.mark.parametrize("threshold", [TWO_THIRDS, MAJORITY])
def test_a_motion_without_a_single_vote_fails(base: Base, threshold: Threshold) -> None:
    outcome = decide_outcome(Rule(None, threshold, base), Counts(80, 60))
    assert outcome.result is FAILED
    assert outcome.missing >= 1


def test_only_abstentions_leave_an_empty_valid_base_and_fail() -> None:
    outcome = decide_outcome(Rule(None, TWO_THIRDS, Base.VALID), Counts(80, 60, 0, 0, 60))
    assert (outcome.base_number, outcome.needed, outcome.result) == (0, 1, FAILED)


def test_an_electorate_of_nobody_has_no_quorum() -> None:
    assert decide_outcome(GENERAL, Counts(0, 0)).result is NO_QUORUM


def test_hands_not_raised_count_as_present_and_not_as_cast() -> None:
    some = Counts(80, 72, 36, 20, 6)
    assert some.raised_none == 10
    assert decide_outcome(MAJORITY_OF_PRESENT, some).base_number == 72
    assert decide_outcome(Rule(None, MAJORITY, Base.CAST), some).base_number == 62
    assert decide_outcome(Rule(None, MAJORITY, Base.VALID), some).base_number == 56


def test_proxies_that_do_not_count_as_present_vote_without_widening_the_base() -> None:
    some = Counts(80, 50, 54, 0, 0, by_proxy_only=6)
    outcome = decide_outcome(MAJORITY_OF_PRESENT, some)
    assert (outcome.base_number, outcome.got, outcome.result) == (50, 54, PASSED)
    assert decide_outcome(GENERAL, some).result is NO_QUORUM


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ((80, 81), "counts_present_exceed_entitled"),
        ((80, 72, 71, 1, 1), "counts_cast_exceed_present"),
        ((80, 72, -1), "counts_negative"),
        ((-1, -1), "counts_negative"),
        ((80, 72, 0, 0, 0, -1), "counts_negative"),
        ((80, 79, 0, 0, 0, 2), "counts_present_exceed_entitled"),
        ((80, 70, 73, 0, 0, 2), "counts_cast_exceed_present"),
    ],
)
def test_counts_that_contradict_each_other_are_refused(numbers: tuple[int, ...], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        Counts(*numbers)
    assert caught.value.code == code
    assert "%(" not in str(caught.value)


def test_counts_at_the_very_edge_are_accepted() -> None:
    assert Counts(80, 80, 40, 30, 10).raised_none == 0
    assert Counts(80, 78, 80, 0, 0, 2).raised_none == 0
    assert Counts(0, 0).valid == 0


def test_a_paper_too_many_voids_the_whole_ballot() -> None:
    assert paper_is_valid(72, 72)
    assert paper_is_valid(72, 71)
    assert not paper_is_valid(72, 73)
    outcome = decide_outcome(CHARTER, Counts(80, 72, 71), PaperCount(72, 73))
    assert outcome.result is Result.VOID


def test_papers_kept_back_or_invalid_do_not_count_as_cast() -> None:
    papers = PaperCount(issued=72, returned=70, invalid=4)
    outcome = decide_outcome(
        Rule(None, MAJORITY, Base.CAST), Counts(80, 72, 34, 30, 2), paper=papers
    )
    assert (papers.valid, outcome.base_number, outcome.needed) == (66, 66, 34)
    assert outcome.result is PASSED


def test_without_quorum_the_papers_are_not_asked() -> None:
    assert decide_outcome(GENERAL, Counts(80, 53), PaperCount(53, 54)).result is NO_QUORUM


@pytest.mark.parametrize(
    ("papers", "code"),
    [
        ((-1, 0), "papers_negative"),
        ((5, -1), "papers_negative"),
        ((5, 5, -1), "papers_negative"),
        ((5, 4, 5), "papers_invalid_exceed_returned"),
    ],
)
def test_paper_counts_that_contradict_each_other_are_refused(
    papers: tuple[int, ...], code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        PaperCount(*papers)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("papers", "code"),
    [
        (PaperCount(73, 71), "papers_exceed_present"),
        (PaperCount(72, 72), "papers_not_all_counted"),
        (PaperCount(72, 71, 1), "papers_not_all_counted"),
    ],
)
def test_papers_that_contradict_the_counts_are_refused(papers: PaperCount, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        decide_outcome(CHARTER, Counts(80, 72, 60, 10, 1), papers)
    assert caught.value.code == code


def test_an_outcome_is_recorded_as_plain_numbers() -> None:
    outcome = decide_outcome(CHARTER, Counts(80, 72, 53, 10, 8), PaperCount(72, 72, 1))
    record = outcome.to_record()
    assert json.loads(json.dumps(record)) == {
        "result": "failed",
        "rule": CHARTER.to_record(),
        "counts": {
            "entitled": 80,
            "present": 72,
            "yes": 53,
            "no": 10,
            "abstain": 8,
            "by_proxy_only": 0,
        },
        "quorum_needed": 0,
        "base_number": 80,
        "needed": 54,
        "got": 53,
        "missing": 1,
        "paper": {"issued": 72, "returned": 72, "invalid": 1, "valid": 71},
    }
    assert decide_outcome(CHARTER, Counts(80, 72)).to_record()["paper"] is None


def test_a_ballot_is_not_opened_without_a_quorum() -> None:
    ensure_quorum(GENERAL, 80, 54)
    ensure_quorum(CHARTER, 80, 0)
    with pytest.raises(Conflict) as caught:
        ensure_quorum(GENERAL, 80, 53)
    assert caught.value.code == "no_quorum"
    assert str(caught.value) == "应到80，实到53，须到会54方可表决。"


def test_applause_counts_everybody_here_as_yes_unless_somebody_objects() -> None:
    assert acclaimed_counts(80, 72, objections=0) == Counts(80, 72, 72)
    with pytest.raises(Conflict):
        acclaimed_counts(80, 72, objections=1)
