"""What is wrong with a signing: each hard check finds what was planted, and nothing else."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from eventapp.agenda.rules import Severity
from eventapp.ceremony.rules import (
    AgreementFacts,
    Capacity,
    Check,
    PartyFacts,
    Place,
    Somebody,
    StagedAgreement,
    Staging,
    find_problems,
    is_due,
    order_problems,
    ready_problems,
    signing_line,
    standing_line,
)

COLLEGE, STEEL, PORT = (Somebody(name, number) for number, name in enumerate("校钢港", 1))


def staged(number: int, place: Place | None, *people: Somebody, **more: object) -> StagedAgreement:
    one = StagedAgreement(number, f"协议{number}", place, people, ticked=frozenset(Check))
    return replace(one, **more)


def codes(*agreements: StagedAgreement, tables: int = 2, here: set[int] | None = None) -> list[str]:
    return [one.code for one in find_problems(Staging(agreements, tables, here))]


SOUND = (staged(1, Place(1, 1), COLLEGE, STEEL), staged(2, Place(2, 1), COLLEGE, PORT))


def test_a_sound_signing_has_nothing_to_find() -> None:
    assert codes(*SOUND) == []
    assert order_problems(SOUND, 1) == []


@pytest.mark.parametrize(
    ("planted", "code"),
    [
        ({"place": Place(1, 2)}, "two_tables"),
        ({"place": Place(1, 1), "signatories": (PORT,)}, "table_taken"),
        ({"place": Place(2, 3)}, "table_absent"),
        ({"place": None}, "not_placed"),
        ({"without_capacity": 2}, "capacity_untold"),
        ({"ticked": frozenset({Check.TEXTS})}, "list_unfinished"),
        ({"place": Place(1, 2), "signatories": (PORT,), "witnesses": (STEEL,)}, "witness_busy"),
    ],
)
def test_each_planted_fault_is_found_alone(planted: dict[str, object], code: str) -> None:
    assert codes(SOUND[0], replace(SOUND[1], **planted)) == [code]


def test_what_must_come_later_is_found_when_it_comes_first() -> None:
    early = replace(SOUND[0], after_id=2)
    assert codes(early, SOUND[1]) == ["too_early"]
    assert codes(replace(early, place=Place(3, 1)), SOUND[1]) == []


def test_a_signatory_without_an_account_is_told_by_name() -> None:
    nameless = Somebody("李敏")
    rows = staged(1, Place(1, 1), nameless), staged(2, Place(1, 2), Somebody("李敏"))
    assert codes(*rows) == ["two_tables"]


def test_who_has_not_arrived_is_named_once_and_only_when_asked() -> None:
    assert codes(*SOUND, here=None) == []
    found = find_problems(Staging(SOUND, 2, {STEEL.id or 0, PORT.id or 0}))
    assert [(one.code, one.params["who"]) for one in found] == [("not_arrived", "校")]
    assert codes(*(replace(one, unsigned=False) for one in SOUND), here=set()) == []


def test_people_should_be_there_fifteen_minutes_before() -> None:
    start = datetime.fromisoformat("2024-01-19T09:40:00+08:00")
    assert is_due(start, start - timedelta(minutes=15))
    assert not is_due(start, start - timedelta(minutes=15, seconds=1))


def test_what_stops_the_signing_stands_first_and_everything_says_what_mends_it() -> None:
    planted = replace(SOUND[1], place=Place(1, 2), ticked=frozenset(), without_capacity=1)
    found = find_problems(Staging((SOUND[0], planted), 2))
    assert [one.severity for one in found] == [Severity.BLOCK, Severity.WARN, Severity.WARN]
    assert all(one.fix and one.message % one.params for one in found)


def test_an_authorised_representative_needs_a_power_of_attorney() -> None:
    parties = (
        PartyFacts(1, 11, "甲", Capacity.AUTHORISED),
        PartyFacts(2, 12, "乙", Capacity.LEGAL),
    )
    facts = AgreementFacts(parties, 2, papers_checked=True)
    assert [one.code for one in ready_problems(facts)] == ["authority_missing"]
    given = replace(parties[0], has_authority=True), parties[1]
    assert ready_problems(replace(facts, parties=given)) == []


def test_a_witness_does_not_sign_the_same_agreement() -> None:
    parties = (PartyFacts(1, 11, "甲"), PartyFacts(2, None, "乙"))
    for witness in (Somebody("换了名字的甲", 11), Somebody("乙")):
        facts = AgreementFacts(parties, 2, papers_checked=True, witnesses=(witness,))
        assert [one.code for one in ready_problems(facts)] == ["witness_signs"]


def test_a_host_sits_on_its_own_left_which_the_hall_sees_on_the_right() -> None:
    assert signing_line(["主方", "客方"]) == ["客方", "主方"]
    assert signing_line(["甲", "乙", "丙", "丁"]) == ["丁", "丙", "乙", "甲"]


@pytest.mark.parametrize(
    ("ranked", "seen"), [(1, "1"), (2, "12"), (3, "312"), (7, "7531246"), (8, "75312468")]
)
def test_those_who_stand_spread_from_the_middle_by_rank(ranked: int, seen: str) -> None:
    assert "".join(standing_line("12345678"[:ranked])) == seen
