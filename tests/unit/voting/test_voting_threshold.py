"""How many votes a fraction of a number is, and how a rule is written down."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.core.errors import Invalid
from eventapp.voting.rules import (
    PRESETS,
    Base,
    Bound,
    CountedAt,
    Rule,
    Threshold,
    needed_votes,
    quorum_needed,
)

AT_LEAST, MORE_THAN = Bound.AT_LEAST, Bound.MORE_THAN
CHARTER_RECORD = {
    "quorum": None,
    "threshold": {"fraction": "2/3", "bound": "at_least"},
    "base": "all",
    "counted_at": "opening",
    "proxy_counts_as_present": True,
}


@pytest.mark.parametrize(
    ("fraction", "bound", "number", "needed"),
    [
        ("2/3", AT_LEAST, 80, 54),
        ("1/2", MORE_THAN, 80, 41),
        ("2/3", AT_LEAST, 81, 54),
        ("2/3", MORE_THAN, 81, 55),
        ("2/3", AT_LEAST, 60, 40),
        ("1/2", AT_LEAST, 80, 40),
        ("1/2", MORE_THAN, 81, 41),
        ("3/4", AT_LEAST, 80, 60),
        ("4/5", MORE_THAN, 80, 65),
        ("1/1", AT_LEAST, 80, 80),
        ("1/2", AT_LEAST, 1, 1),
        ("1/2", MORE_THAN, 1, 1),
    ],
)
def test_needed_votes_are_exact(fraction: str, bound: Bound, number: int, needed: int) -> None:
    assert needed_votes(Threshold(Fraction(fraction), bound), number) == needed


@pytest.mark.parametrize("bound", list(Bound))
def test_of_an_empty_base_one_vote_is_still_needed(bound: Bound) -> None:
    assert needed_votes(Threshold(Fraction(1, 2), bound), 0) == 1


# Written out from the charters and regulations, not from the code: for 81 units of which all
# are present, (key, quorum needed, votes needed).
IN_REAL_USE = [
    ("association_council", 54, 54),
    ("foundation_ordinary", 54, 41),
    ("foundation_important", 54, 54),
    ("private_non_enterprise_ordinary", 41, 41),
    ("private_non_enterprise_important", 41, 54),
    ("general_meeting", 54, 41),
    ("alliance_charter", 0, 54),
    ("alliance_council", 54, 54),
    ("peoples_congress", 55, 41),
    ("procedure", 0, 41),
]


@pytest.mark.parametrize(("key", "quorum", "needed"), IN_REAL_USE)
def test_every_rule_in_real_use_can_be_stated(key: str, quorum: int, needed: int) -> None:
    rule = PRESETS[key].rule
    assert (quorum_needed(rule, 81), needed_votes(rule.threshold, 81)) == (quorum, needed)


def test_the_table_names_every_preset_and_the_bases_are_as_the_law_has_them() -> None:
    assert {key for key, _, _ in IN_REAL_USE} == set(PRESETS)
    of_all = {key for key, preset in PRESETS.items() if preset.rule.base is Base.ALL}
    assert of_all == {
        "alliance_charter",
        "peoples_congress",
        "private_non_enterprise_important",
        "private_non_enterprise_ordinary",
    }
    assert {preset.rule.base for preset in PRESETS.values()} == {Base.ALL, Base.PRESENT}
    assert all(preset.key == key and preset.title for key, preset in PRESETS.items())


def test_a_rule_is_recorded_in_this_form() -> None:
    assert PRESETS["alliance_charter"].rule.to_record() == CHARTER_RECORD
    assert Rule.from_record(CHARTER_RECORD) == PRESETS["alliance_charter"].rule


thresholds = st.builds(
    Threshold,
    st.integers(2, 99).flatmap(lambda n: st.integers(1, n - 1).map(lambda m: Fraction(m, n))),
    st.sampled_from(Bound),
)
rules = st.builds(
    Rule,
    st.none() | thresholds,
    thresholds,
    st.sampled_from(Base),
    st.sampled_from(CountedAt),
    st.booleans(),
)


@given(rules)
def test_a_rule_survives_being_recorded_and_read(rule: Rule) -> None:
    assert Rule.from_record(rule.to_record()) == rule


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": {"fraction": "4/6", "bound": "at_least"}},
        {"threshold": {"fraction": "0.5", "bound": "at_least"}},
        {"threshold": {"fraction": "1e999999999", "bound": "at_least"}},
        {"threshold": {"fraction": " 2/3", "bound": "at_least"}},
        {"threshold": {"fraction": "1/0", "bound": "at_least"}},
        {"threshold": {"fraction": 0.5, "bound": "at_least"}},
        {"threshold": {"fraction": "2/3", "bound": "about"}},
        {"threshold": {"fraction": "2/3", "bound": "at_least", "more": 1}},
        {"threshold": {"fraction": "2/3"}},
        {"threshold": None},
        {"quorum": "2/3"},
        {"base": "everybody"},
        {"counted_at": "noon"},
        {"proxy_counts_as_present": 1},
        {"unknown": True},
    ],
)
def test_a_record_in_any_other_form_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(Invalid) as caught:
        Rule.from_record(CHARTER_RECORD | change)
    assert caught.value.code == "rule_unreadable"


@pytest.mark.parametrize("record", [{"fraction": "4/6"}, {"fraction": "2/3", "more": 1}])
def test_a_threshold_alone_is_read_as_strictly(record: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        Threshold.from_record({"bound": "at_least"} | record)


def test_a_record_that_lacks_a_key_is_refused() -> None:
    for key in CHARTER_RECORD:
        with pytest.raises(Invalid):
            Rule.from_record({k: v for k, v in CHARTER_RECORD.items() if k != key})


@pytest.mark.parametrize(
    ("fraction", "bound", "code"),
    [
        (Fraction(0), AT_LEAST, "fraction_out_of_range"),
        (Fraction(-1, 2), AT_LEAST, "fraction_out_of_range"),
        (Fraction(4, 3), AT_LEAST, "fraction_out_of_range"),
        (Fraction(1), MORE_THAN, "fraction_unreachable"),
    ],
)
def test_a_threshold_that_decides_nothing_is_refused(
    fraction: Fraction, bound: Bound, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        Threshold(fraction, bound)
    assert caught.value.code == code
