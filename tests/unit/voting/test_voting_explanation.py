"""What is said about a rule and its outcome, word for word."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.voting.rules import (
    BASE_LABELS,
    BOUND_LABELS,
    CHOICE_LABELS,
    COUNTED_AT_LABELS,
    ELECTION_KIND_LABELS,
    ELECTORATE_SOURCE_LABELS,
    MODE_LABELS,
    MOTION_KIND_LABELS,
    PRESETS,
    RESULT_LABELS,
    Base,
    Bound,
    Choice,
    CountedAt,
    Counts,
    ElectionKind,
    ElectorateSource,
    Mode,
    MotionKind,
    PaperCount,
    Result,
    Rule,
    Sentence,
    Threshold,
    decide_outcome,
    explain_in_short,
    explain_need,
    explain_outcome,
    fraction_in_words,
    quorum_in_words,
    rule_in_words,
    threshold_in_words,
)

TWO_THIRDS = Threshold(Fraction(2, 3), Bound.AT_LEAST)
MAJORITY = Threshold(Fraction(1, 2), Bound.MORE_THAN)
CHARTER = Rule(None, TWO_THIRDS, Base.ALL)
GENERAL = Rule(TWO_THIRDS, MAJORITY, Base.PRESENT)


@pytest.mark.parametrize(
    ("fraction", "words"),
    [
        ("1/2", "二分之一"),
        ("1/3", "三分之一"),
        ("2/3", "三分之二"),
        ("3/4", "四分之三"),
        ("4/5", "五分之四"),
        ("5/7", "7分之5"),
    ],
)
def test_fractions_are_said_in_words(fraction: str, words: str) -> None:
    assert fraction_in_words(Fraction(fraction)).render() == words


@pytest.mark.parametrize(
    ("fraction", "bound", "base", "words"),
    [
        ("2/3", Bound.AT_LEAST, Base.ALL, "须全体的三分之二以上（含本数）赞成"),
        ("2/3", Bound.AT_LEAST, Base.PRESENT, "须到会的三分之二以上（含本数）赞成"),
        ("1/2", Bound.AT_LEAST, Base.PRESENT, "须到会的二分之一以上（含本数）赞成"),
        ("1/2", Bound.MORE_THAN, Base.PRESENT, "须到会的过半数赞成"),
        ("1/2", Bound.MORE_THAN, Base.ALL, "须全体的过半数赞成"),
        ("1/2", Bound.MORE_THAN, Base.VALID, "须有效票的过半数赞成"),
        ("1/2", Bound.MORE_THAN, Base.CAST, "须所投票的过半数赞成"),
        ("2/3", Bound.MORE_THAN, Base.ALL, "须超过全体的三分之二赞成"),
        ("3/4", Bound.MORE_THAN, Base.CAST, "须超过所投票的四分之三赞成"),
        ("1/1", Bound.AT_LEAST, Base.ALL, "须全体一致赞成"),
    ],
)
def test_a_threshold_is_said_as_a_charter_says_it(
    fraction: str, bound: Bound, base: Base, words: str
) -> None:
    assert threshold_in_words(Threshold(Fraction(fraction), bound), base).render() == words


@pytest.mark.parametrize(
    ("quorum", "words"),
    [
        (None, "到会多少不限"),
        (TWO_THIRDS, "须有全体的三分之二以上（含本数）到会"),
        (Threshold(Fraction(2, 3), Bound.MORE_THAN), "须有超过全体的三分之二到会"),
        (MAJORITY, "须有全体的过半数到会"),
        (Threshold(Fraction(1), Bound.AT_LEAST), "须全体到会"),
    ],
)
def test_a_quorum_is_said_as_a_charter_says_it(quorum: Threshold | None, words: str) -> None:
    assert quorum_in_words(quorum).render() == words


def test_a_rule_is_said_in_one_sentence() -> None:
    assert rule_in_words(GENERAL).render() == (
        "须有全体的三分之二以上（含本数）到会；须到会的过半数赞成。"
    )


@pytest.mark.parametrize(
    ("rule", "present", "words"),
    [
        (CHARTER, 72, "应到80，实到72；须全体的三分之二以上（含本数）赞成，即54票。"),
        (GENERAL, 72, "应到80，实到72；须到会的过半数赞成，即37票。"),
        (
            replace(GENERAL, counted_at=CountedAt.CLOSING),
            72,
            "应到80，实到72；须到会的过半数赞成，按现在的到会数即37票，以表决结束时的到会数为准。",
        ),
        (
            replace(CHARTER, counted_at=CountedAt.CLOSING),
            72,
            "应到80，实到72；须全体的三分之二以上（含本数）赞成，即54票。",
        ),
        (
            replace(GENERAL, base=Base.VALID),
            72,
            "应到80，实到72；须有效票的过半数赞成，所需票数待表决结束后算出。",
        ),
        (
            GENERAL,
            53,
            "应到80，实到53；须有全体的三分之二以上（含本数）到会，即54，差1，不能表决。",
        ),
    ],
)
def test_before_the_vote_it_is_said_what_is_needed(rule: Rule, present: int, words: str) -> None:
    assert explain_need(rule, 80, present).render() == words


COUNTED = "应到80，实到72；赞成36票，反对30票，弃权6票。"


@pytest.mark.parametrize(
    ("base", "words"),
    [
        (Base.ALL, "须全体的过半数赞成，全体80，即41票；得36票，差5票，未通过。"),
        (Base.PRESENT, "须到会的过半数赞成，到会72，即37票；得36票，差1票，未通过。"),
        (Base.VALID, "须有效票的过半数赞成，有效票66票（弃权不计），即34票；得36票，通过。"),
        (Base.CAST, "须所投票的过半数赞成，所投票72票（含弃权），即37票；得36票，差1票，未通过。"),
    ],
)
def test_after_the_vote_the_sum_is_said(base: Base, words: str) -> None:
    outcome = decide_outcome(Rule(None, MAJORITY, base), Counts(80, 72, 36, 30, 6))
    assert explain_outcome(outcome).render() == COUNTED + words


def test_one_line_is_enough_for_the_projector() -> None:
    passed = decide_outcome(CHARTER, Counts(80, 72, 71, 0, 1))
    assert explain_in_short(passed).render() == "应到80，实到72，须54票，赞成71票，通过。"
    failed = decide_outcome(CHARTER, Counts(80, 72, 53, 10, 9))
    assert explain_in_short(failed).render() == "应到80，实到72，须54票，赞成53票，未通过。"


def test_without_a_vote_the_reason_is_said_in_both_lengths() -> None:
    no_quorum = decide_outcome(GENERAL, Counts(80, 53, 53))
    assert explain_outcome(no_quorum).render() == (
        "应到80，实到53；须有全体的三分之二以上（含本数）到会，即54，差1，不能表决。"
    )
    void = decide_outcome(GENERAL, Counts(80, 72), PaperCount(72, 73))
    assert explain_outcome(void).render() == (
        "发出选票72张，收回73张，收回多于发出，表决无效，须重新表决。"
    )
    for outcome in (no_quorum, void):
        assert explain_in_short(outcome) == explain_outcome(outcome)


def test_a_sentence_inside_a_sentence_is_translated_too() -> None:
    english = {
        "须到会的%(fraction)s以上（含本数）赞成": "at least %(fraction)s of those present",
        "三分之二": "two thirds",
    }
    sentence = threshold_in_words(TWO_THIRDS, Base.PRESENT)
    assert sentence.render(english.__getitem__) == "at least two thirds of those present"


def test_a_sentence_without_numbers_may_hold_a_percent_sign() -> None:
    assert Sentence("100%").render() == "100%"


fractions = st.integers(2, 99).flatmap(
    lambda n: st.integers(1, n - 1).map(lambda m: Fraction(m, n))
)
thresholds = st.builds(Threshold, fractions, st.sampled_from(Bound)) | st.just(
    Threshold(Fraction(1), Bound.AT_LEAST)
)


@given(
    st.builds(Rule, st.none() | thresholds, thresholds, st.sampled_from(Base)),
    st.integers(0, 80),
    st.data(),
)
def test_every_case_has_a_sentence_without_gaps(
    rule: Rule, present: int, data: st.DataObject
) -> None:
    yes = data.draw(st.integers(0, present))
    outcome = decide_outcome(rule, Counts(80, present, yes, present - yes))
    said = [
        rule_in_words(rule),
        explain_need(rule, 80, present),
        explain_outcome(outcome),
        explain_in_short(outcome),
    ]
    for sentence in said:
        assert re.fullmatch(r"[^%{]+。", sentence.render())


def test_every_word_that_is_stored_has_one_that_is_shown() -> None:
    for words, labels in (
        (Choice, CHOICE_LABELS),
        (Mode, MODE_LABELS),
        (Base, BASE_LABELS),
        (Bound, BOUND_LABELS),
        (CountedAt, COUNTED_AT_LABELS),
        (MotionKind, MOTION_KIND_LABELS),
        (ElectorateSource, ELECTORATE_SOURCE_LABELS),
        (Result, RESULT_LABELS),
        (ElectionKind, ELECTION_KIND_LABELS),
    ):
        assert list(labels) == list(words)
        assert len(set(labels.values())) == len(labels)
    assert len({preset.title for preset in PRESETS.values()}) == len(PRESETS)
