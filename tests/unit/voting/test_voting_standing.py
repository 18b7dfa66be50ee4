"""Who counts as present and who may vote, with five units: 1 to 4 in the electorate, 9 not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.core.errors import Conflict, Forbidden
from eventapp.voting.rules import (
    STANDING_SENTENCES,
    Attendance,
    BallotState,
    Floor,
    Holding,
    Proxy,
    Standing,
    Voter,
    decide_may_vote,
    ensure_may_vote,
    present_units,
    units_by_proxy,
    units_in_person,
)

ELECTORATE = frozenset({1, 2, 3, 4})
PROXY = Proxy(principal=3, holder=2)
AT_OPENING = Attendance(frozenset({1, 2, 9}), (PROXY,))
FLOOR = Floor(BallotState.OPEN, ELECTORATE, counted=AT_OPENING, now=AT_OPENING)
OWN = Voter(unit=1, person=10)
HOLDER = Voter(unit=3, person=20, holder=2)
PRINCIPAL = Voter(unit=3, person=30)
LATE = Voter(unit=4, person=40)


def _inside(*units: int, proxies: tuple[Proxy, ...] = (PROXY,)) -> Attendance:
    return Attendance(frozenset(units), proxies)


@pytest.mark.parametrize(
    ("voter", "change", "standing"),
    [
        (OWN, {}, Standing.ALLOWED),
        (HOLDER, {}, Standing.ALLOWED),
        (OWN, {"held": {1: Holding(10)}}, Standing.ALLOWED),
        (OWN, {"state": BallotState.DRAFT}, Standing.BALLOT_NOT_OPEN),
        (OWN, {"state": BallotState.CLOSED}, Standing.BALLOT_NOT_OPEN),
        (Voter(9, 90), {}, Standing.NOT_IN_ELECTORATE),
        (OWN, {"held": {1: Holding(11)}}, Standing.HELD_BY_ANOTHER),
        (PRINCIPAL, {"held": {3: Holding(20, True)}}, Standing.HELD_BY_ANOTHER),
        (OWN, {"now": _inside(2)}, Standing.NOT_PRESENT),
        (PRINCIPAL, {}, Standing.NOT_PRESENT),
        (HOLDER, {"now": _inside(1)}, Standing.NOT_PRESENT),
        (HOLDER, {"now": _inside(1, 2, proxies=())}, Standing.PROXY_MISSING),
        (HOLDER, {"now": _inside(2, proxies=(Proxy(3, 2, False),))}, Standing.PROXY_MISSING),
        (replace(HOLDER, holder=1), {}, Standing.PROXY_MISSING),
        (HOLDER, {"now": _inside(1, 2, 3)}, Standing.PROXY_VOID),
        (PRINCIPAL, {"now": _inside(1, 2, 3)}, Standing.ALLOWED),
        (LATE, {"now": _inside(1, 2, 4)}, Standing.CAME_AFTER_COUNT),
        (LATE, {"now": _inside(1, 2, 4), "counted": _inside(1, 2, 4)}, Standing.ALLOWED),
    ],
)
def test_a_unit_votes_from_inside_once_and_only_if_counted(
    voter: Voter, change: dict[str, object], standing: Standing
) -> None:
    floor = replace(FLOOR, **change)
    assert decide_may_vote(voter, floor) is standing
    if standing is Standing.ALLOWED:
        ensure_may_vote(voter, floor)
    else:
        with pytest.raises((Conflict, Forbidden)) as caught:
            ensure_may_vote(voter, floor)
        expected = standing
        if standing is Standing.BALLOT_NOT_OPEN:
            expected = f"ballot_{floor.state}"
        assert caught.value.code == expected
        assert str(caught.value)


@pytest.mark.parametrize("voter", [HOLDER, PRINCIPAL])
def test_a_vote_cast_by_proxy_stands_when_the_principal_comes(voter: Voter) -> None:
    floor = replace(FLOOR, now=_inside(1, 2, 3), held={3: Holding(20, by_proxy=True)})
    assert decide_may_vote(voter, floor) is Standing.PROXY_VOTE_STANDS


def test_a_proxy_that_comes_after_opening_waits_for_a_recount() -> None:
    before = _inside(1, proxies=(PROXY,))
    floor = replace(FLOOR, counted=before, now=AT_OPENING)
    assert decide_may_vote(HOLDER, floor) is Standing.CAME_AFTER_COUNT
    assert decide_may_vote(HOLDER, replace(floor, counted=AT_OPENING)) is Standing.ALLOWED


def test_where_proxies_do_not_count_as_present_they_vote_all_the_same() -> None:
    floor = replace(FLOOR, proxy_counts_as_present=False)
    assert decide_may_vote(HOLDER, floor) is Standing.ALLOWED


def test_where_proxies_do_not_count_as_present_the_late_principal_waits_for_a_recount() -> None:
    floor = replace(FLOOR, proxy_counts_as_present=False, now=_inside(1, 2, 3))
    assert decide_may_vote(PRINCIPAL, floor) is Standing.CAME_AFTER_COUNT


def test_present_are_the_electorates_units_inside_or_by_proxy() -> None:
    assert present_units(ELECTORATE, AT_OPENING, {}) == {1, 2, 3}
    assert present_units(ELECTORATE, AT_OPENING, {}, proxy_counts_as_present=False) == {1, 2}
    assert units_by_proxy(ELECTORATE, AT_OPENING, {}) == {3}


def test_a_proxy_counts_only_while_its_holder_is_inside_and_its_principal_is_not() -> None:
    assert present_units(ELECTORATE, _inside(1), {}) == {1}
    assert units_by_proxy(ELECTORATE, _inside(2, 3), {}) == frozenset()
    assert present_units(ELECTORATE, _inside(2, 3), {}) == {2, 3}


def test_a_proxy_is_in_force_only_while_it_is_needed_and_carried() -> None:
    assert AT_OPENING.in_force(PROXY)
    assert not _inside(1, 2, 3).in_force(PROXY)
    assert not _inside(1).in_force(PROXY)
    assert not AT_OPENING.in_force(replace(PROXY, valid=False))


def test_a_holder_outside_the_electorate_may_carry_a_proxy() -> None:
    assert units_by_proxy(ELECTORATE, _inside(9, proxies=(Proxy(3, 9),)), {}) == {3}


def test_two_proxies_of_one_unit_count_once() -> None:
    attendance = _inside(1, 2, proxies=(Proxy(3, 1), Proxy(3, 2)))
    assert present_units(ELECTORATE, attendance, {}) == {1, 2, 3}


def test_a_unit_that_votes_and_leaves_stays_counted() -> None:
    held = {1: Holding(10), 3: Holding(20, by_proxy=True)}
    empty = _inside()
    assert units_in_person(ELECTORATE, empty, held) == {1}
    assert units_by_proxy(ELECTORATE, empty, held) == {3}
    assert present_units(ELECTORATE, empty, held) == {1, 3}
    assert present_units(ELECTORATE, empty, held, proxy_counts_as_present=False) == {1}


def test_every_standing_has_its_sentence() -> None:
    assert set(STANDING_SENTENCES) == set(Standing)
    assert len(set(STANDING_SENTENCES.values())) == len(Standing)


units = st.integers(1, 9)
attendances = st.builds(
    Attendance,
    st.frozensets(units),
    st.lists(st.builds(Proxy, units, units, st.booleans()), max_size=6).map(tuple),
)
holdings = st.dictionaries(units, st.builds(Holding, st.integers(1, 99), st.booleans()))


@given(st.frozensets(units), attendances, holdings)
def test_nobody_is_counted_twice_and_nobody_from_outside_the_electorate(
    electorate: frozenset[int], attendance: Attendance, held: dict[int, Holding]
) -> None:
    in_person = units_in_person(electorate, attendance, held)
    by_proxy = units_by_proxy(electorate, attendance, held)
    assert not in_person & by_proxy
    assert present_units(electorate, attendance, held) == in_person | by_proxy
    assert in_person | by_proxy <= electorate


@given(attendances, attendances, st.builds(Voter, units, st.just(1), st.none() | units))
def test_whoever_may_vote_is_in_the_count_that_stands(
    counted: Attendance, now: Attendance, voter: Voter
) -> None:
    floor = Floor(BallotState.OPEN, ELECTORATE, counted, now)
    if decide_may_vote(voter, floor) is Standing.ALLOWED:
        assert voter.unit in present_units(ELECTORATE, counted, {})
        assert voter.unit in present_units(ELECTORATE, now, {})
