"""Agreements on their way to the table, and acts that are done once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.ceremony.rules import (
    ACT_NEXT,
    ACT_STATE_LABEL,
    AGREEMENT_STATE_LABEL,
    NEXT,
    ActState,
    AgreementFacts,
    AgreementState,
    PartyFacts,
    ensure_act_may_become,
    ensure_may_become,
    ensure_ready,
    may_become,
    party_role,
    ready_problems,
)
from eventapp.core.errors import Conflict

FOUR = tuple(PartyFacts(organisation_id=n, signatory_id=10 + n) for n in range(1, 5))


def problems(
    parties: tuple[PartyFacts, ...] = FOUR, copies: int = 4, papers_checked: bool = True
) -> list[str]:
    facts = AgreementFacts(parties, copies, papers_checked)
    return [problem.code for problem in ready_problems(facts)]


def test_every_state_has_a_label_and_a_next_step_or_none() -> None:
    assert set(AGREEMENT_STATE_LABEL) == set(NEXT) == set(AgreementState)
    assert set(ACT_STATE_LABEL) == set(ACT_NEXT) == set(ActState)


def test_an_agreement_is_signed_only_when_it_was_ready() -> None:
    signable = [old for old in AgreementState if may_become(old, AgreementState.SIGNED)]
    assert signable == [AgreementState.READY]


@pytest.mark.parametrize("ended", [AgreementState.SIGNED, AgreementState.WITHDRAWN])
def test_a_signed_or_withdrawn_agreement_stays_so(ended: AgreementState) -> None:
    for new in AgreementState:
        with pytest.raises(Conflict):
            ensure_may_become(ended, new)


def test_an_act_is_done_once_and_can_be_taken_back() -> None:
    ensure_act_may_become(ActState.PLANNED, ActState.DONE)
    ensure_act_may_become(ActState.DONE, ActState.PLANNED)
    with pytest.raises(Conflict):
        ensure_act_may_become(ActState.DONE, ActState.DONE)


@pytest.mark.parametrize(
    ("position", "role"), [(1, "甲方"), (2, "乙方"), (4, "丁方"), (10, "癸方"), (11, "第11方")]
)
def test_parties_are_called_by_the_heavenly_stems(position: int, role: str) -> None:
    assert party_role(position) == role


def test_there_is_no_party_before_the_first() -> None:
    with pytest.raises(ValueError, match="from 1"):
        party_role(0)


def test_four_parties_with_four_signatories_and_four_copies_are_ready() -> None:
    assert problems() == []
    ensure_ready(AgreementFacts(FOUR, 5, papers_checked=True))


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        (["too_few_parties"], problems(parties=FOUR[:1])),
        (["too_few_parties"], problems(parties=(), copies=0)),
        (["too_few_copies"], problems(copies=3)),
        (["papers_unchecked"], problems(papers_checked=False)),
        (["no_signatory"], problems(parties=(*FOUR[:3], PartyFacts(4)))),
        (["party_twice"], problems(parties=(*FOUR[:3], PartyFacts(1, 99)))),
        (["signatory_twice"], problems(parties=(*FOUR[:3], PartyFacts(4, 11)))),
    ],
)
def test_each_thing_that_is_missing_is_named(codes: list[str], found: list[str]) -> None:
    assert found == codes


def test_the_sentence_says_which_party_and_how_many_copies() -> None:
    parties = (FOUR[0], PartyFacts(2))
    found = ready_problems(AgreementFacts(parties, copies=1, papers_checked=True))
    assert [problem.message % problem.params for problem in found] == [
        "乙方还没有签署人。",
        "协议文本有 1 份，至少需要 2 份。",
    ]


def test_an_agreement_that_lacks_something_is_refused_with_the_first_thing() -> None:
    with pytest.raises(Conflict) as refusal:
        ensure_ready(AgreementFacts((FOUR[0], PartyFacts(2)), copies=1, papers_checked=False))
    assert str(refusal.value) == "乙方还没有签署人。"


PARTIES = st.lists(
    st.builds(PartyFacts, st.integers(1, 5), st.none() | st.integers(1, 5)), max_size=5
).map(tuple)


@given(PARTIES, st.integers(0, 6), st.booleans())
def test_an_agreement_is_ready_exactly_when_nothing_is_missing(
    parties: tuple[PartyFacts, ...], copies: int, papers_checked: bool
) -> None:
    units = {party.organisation_id for party in parties}
    people = {party.signatory_id for party in parties} - {None}
    ready = (
        papers_checked
        and len(parties) >= 2
        and len(units) == len(people) == len(parties)
        and copies >= len(parties)
    )
    assert (not problems(parties, copies, papers_checked)) is ready
