"""What is wrong with a plan: by hand, against the slow way, and mended by its own repair."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.agenda.rules import (
    CHECKS,
    CONFLICT_SEVERITY,
    TURN_ROUND,
    Engagement,
    Finding,
    Kind,
    RepairKind,
    ResourceKind,
    Severity,
    Subject,
    TurnRound,
    find_findings,
    meeting_pairs,
)
from eventapp.core.errors import Invalid
from tests.unit.agenda.plans import NINE, Draft, after, check, mended, plan_of

PERSON, ROOM = ResourceKind.PERSON, ResourceKind.ROOM
Key = tuple[str, int, int, int]


def engaged(
    start: int, end: int, item: int, *, kind: ResourceKind = PERSON, number: int = 1, room: int = 0
) -> Engagement:
    return Engagement(after(start), after(end), kind, number, item, "", room)


def pairs_of(plan: list[Engagement], minutes: int = 0, *, between_rooms: bool = False) -> list:
    turn = TurnRound(timedelta(minutes=minutes), between_rooms)
    return meeting_pairs(plan, dict.fromkeys(ResourceKind, turn))


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


# Clashes, by hand.


def test_what_ends_at_nine_leaves_the_room_free_at_nine() -> None:
    assert not pairs_of([engaged(0, 10, 1), engaged(10, 20, 2)])


def test_equal_starts_and_equal_ends_are_a_clash() -> None:
    assert len(pairs_of([engaged(0, 10, 1), engaged(0, 10, 2)])) == 1


def test_one_person_in_two_roles_of_one_item_is_no_clash() -> None:
    assert not pairs_of([engaged(0, 10, 1), engaged(5, 10, 1)])


def test_a_person_and_a_room_of_the_same_number_are_different_things() -> None:
    assert not pairs_of([engaged(0, 9, 1), engaged(0, 9, 2, kind=ROOM)])


def test_whoever_hosts_one_item_and_speaks_in_another_is_wanted_twice() -> None:
    host = ResourceKind.HOST
    drafts = [
        Draft(1, needs=((host, 7),)),
        Draft(2, room=2, fixed=NINE, needs=((PERSON, 7),)),
        Draft(3, room=3, fixed=NINE, needs=((host, 7),)),
    ]
    assert sorted(codes(check(drafts))) == ["host_twice", "person_twice", "person_twice"]


def test_a_unit_with_one_authority_cannot_sign_five_agreements_at_once() -> None:
    plan = [engaged(0, 10, item, kind=ResourceKind.AUTHORITY) for item in range(1, 6)]
    assert len(pairs_of(plan)) == 10


def test_two_roles_in_one_of_two_clashing_items_give_one_finding() -> None:
    assert len(pairs_of([engaged(0, 9, 1), engaged(0, 9, 1), engaged(5, 9, 2)])) == 1


def test_what_takes_no_time_occupies_nothing_and_less_than_none_is_refused() -> None:
    assert not pairs_of([engaged(5, 5, 1), engaged(0, 10, 2), engaged(5, 5, 3)], 10)
    with pytest.raises(Invalid):
        engaged(10, 9, 1)


def test_less_than_the_turn_round_is_a_warning_only_where_somebody_must_walk() -> None:
    here = [Draft(1, needs=((PERSON, 1),)), Draft(2, needs=((PERSON, 1),))]
    assert not check(here)
    there = [here[0], Draft(2, room=2, fixed=after(13), needs=((PERSON, 1),))]
    (finding,) = check(there)
    assert (finding.code, finding.severity) == ("person_too_close", Severity.WARN)
    assert finding.message % finding.params == "前后两项之间只有 3 分钟，少于预留的 5 分钟。"
    assert finding.when == (after(10), after(13))
    assert not check(mended(there, finding.repairs[0]))


def test_a_table_needs_time_to_be_laid_again_in_its_own_room_too() -> None:
    table = ((ResourceKind.TABLE, 1),)
    drafts = [Draft(1, needs=table), Draft(2, needs=table)]
    (finding,) = check(drafts)
    assert finding.code == "table_too_close"
    assert not check(mended(drafts, finding.repairs[0]))


def test_a_clash_hides_a_narrow_gap_between_the_same_two_items() -> None:
    plan = [engaged(0, 10, 1), engaged(12, 20, 2), engaged(15, 30, 1)]
    ((earlier, later),) = pairs_of(plan, 5)
    assert earlier.end > later.start


# Each kind of resource, planted, found, explained, and cleared by its own repair.


@pytest.mark.parametrize("kind", [kind for kind in ResourceKind if kind is not ROOM])
def test_a_double_booking_is_found_explained_and_cleared_by_its_own_repair(
    kind: ResourceKind,
) -> None:
    need = ((kind, 4),)
    drafts = [
        Draft(1, 30, needs=need),
        Draft(2, 20, room=2, fixed=after(10), needs=need),
        Draft(3, 20, room=2),
    ]
    (finding,) = check(drafts)
    assert finding.code == f"{kind}_twice"
    assert finding.severity is CONFLICT_SEVERITY[kind]
    assert finding.subjects == (Subject(kind, 4), Subject("item", 1), Subject("item", 2))
    assert finding.when == (after(10), after(30))
    assert (finding.params["first"], finding.params["second"]) == ("环节1", "环节2")
    assert finding.message
    assert finding.fix
    assert finding.repairs[0].at == after(30) + TURN_ROUND[kind].length
    assert not check(mended(drafts, finding.repairs[0]))


def test_a_missed_fixed_point_is_cleared_by_each_of_its_repairs() -> None:
    drafts = [Draft(1, 30), Draft(2, 10, fixed=after(20)), Draft(3)]
    (finding,) = check(drafts)
    assert finding.code == "fixed_missed"
    assert (
        finding.message % finding.params == "“环节2”的时间是固定的，前面的“环节1”那时还没有结束。"
    )
    kinds = [repair.kind for repair in finding.repairs]
    assert kinds == [RepairKind.START_AT, RepairKind.CHANGE_ROOM, RepairKind.MOVE_AFTER]
    for repair in finding.repairs:
        assert not check(mended(drafts, repair)), repair


def test_a_room_wanted_twice_is_cleared_by_moving_the_fixed_item() -> None:
    drafts = [Draft(1, 30), Draft(2, 10, fixed=NINE)]
    (finding,) = check(drafts)
    assert finding.code == "room_twice"
    assert finding.repairs[0].item_id == 2
    assert not check(mended(drafts, finding.repairs[0]))


def test_a_fixed_item_is_sent_to_where_all_before_it_is_over() -> None:
    drafts = [Draft(1, 30), Draft(2, 30), Draft(3, 30), Draft(4, 5, fixed=after(10))]
    (finding,) = check(drafts)
    assert finding.repairs[0].at == after(90)
    assert not check(mended(drafts, finding.repairs[0]))


def test_what_has_begun_is_not_offered_to_be_moved() -> None:
    plan = plan_of([Draft(1, 30), Draft(2, fixed=NINE)])
    begun = tuple(
        type(item)(item.id, item.kind, item.title, item.start, item.end, item.room_id, loose=False)
        for item in plan.items
    )
    (finding,) = find_findings(type(plan)(plan.starts_at, plan.ends_at, begun))
    assert not finding.repairs


# The other checks.


def test_a_speech_without_a_speaker_and_a_plaque_without_a_presenter_are_told() -> None:
    drafts = [
        Draft(1, kind=Kind.SPEECH, roles=frozenset({"host"})),
        Draft(2, kind=Kind.PLAQUE),
        Draft(3, kind=Kind.ADDRESS, roles=frozenset({"speaker"})),
        Draft(4, kind=Kind.GROUP_PHOTO),
    ]
    findings = check(drafts)
    assert codes(findings) == ["speaker_missing", "presenter_missing"]
    assert [finding.severity for finding in findings] == [Severity.WARN, Severity.INFORM]
    for finding in findings:
        assert finding.repairs[0].kind is RepairKind.FILL_IN
        drafts = mended(drafts, finding.repairs[0])
    assert not check(drafts)


@pytest.mark.parametrize("over_by", [60, 25, 10])
def test_an_item_is_brought_forward_for_a_guest_who_leaves(over_by: int) -> None:
    drafts = [Draft(1), Draft(2), Draft(3, 40), Draft(4, over_by=after(over_by))]
    if over_by == 25:
        drafts[1] = Draft(2, fixed=after(5))
    (finding,) = [one for one in check(drafts) if one.code == "over_by_missed"]
    assert finding.severity is Severity.BLOCK_PUBLISH
    (repair,) = finding.repairs
    assert repair.other_id == {60: 2, 25: 2, 10: 0}[over_by]
    assert "over_by_missed" not in codes(check(mended(drafts, repair)))


def test_an_item_before_the_meeting_and_one_after_its_end_are_told() -> None:
    early = [Draft(1, fixed=after(-20))]
    (finding,) = check(early)
    assert finding.code == "early_start"
    assert not check(mended(early, finding.repairs[0]))
    late = [Draft(1, 20), Draft(2, 30), Draft(3, 15)]
    (finding,) = check(late, hours=1)
    assert (finding.code, finding.params["minutes"]) == ("over_end", 5)
    assert finding.repairs[0][:2] == (RepairKind.SHORTEN, 2)
    assert not check(mended(late, finding.repairs[0]), hours=1)


def test_nothing_is_shortened_to_less_than_half() -> None:
    (finding,) = check([Draft(1, 100)], hours=-1 + 1)
    assert finding.code == "over_end"
    assert not finding.repairs


def test_two_hours_are_enough_without_a_break() -> None:
    assert not check([Draft(n, 40) for n in (1, 2, 3)])
    long = [Draft(n, 40) for n in (1, 2, 3, 4)]
    (finding,) = check(long)
    assert (finding.code, finding.severity) == ("break_missing", Severity.INFORM)
    assert finding.repairs[0][:2] == (RepairKind.ADD_BREAK, 3)
    assert not check(mended(long, finding.repairs[0]))
    paused = [*long[:2], Draft(3, 40, fixed=after(90)), long[3]]
    assert not check(paused)


def test_every_check_is_registered_once() -> None:
    assert len(CHECKS) == len(set(CHECKS)) == 6


# Against the slow way.

LENGTHS = st.sampled_from([0, 1, 5, 10, 25])
ENGAGEMENTS = st.lists(
    st.builds(
        lambda start, length, item, number, kind, room: engaged(
            start, start + length, item, kind=kind, number=number, room=room
        ),
        st.integers(0, 60),
        LENGTHS,
        st.integers(1, 8),
        st.integers(1, 3),
        st.sampled_from([PERSON, ROOM, ResourceKind.HOST]),
        st.integers(0, 1),
    ),
    max_size=30,
)


def slowly_found(plan: list[Engagement], turn: TurnRound) -> dict[Key, bool]:
    """Compare every pair on the clock of no zone: True for a clash, False for a narrow gap."""
    found: dict[Key, bool] = {}
    for one, two in combinations(plan, 2):
        kinds = {"host": "person"}
        same = [(kinds.get(each.kind, each.kind), each.resource_id) for each in (one, two)]
        spans = [(each.start.timestamp(), each.end.timestamp()) for each in (one, two)]
        if same[0] != same[1] or one.item_id == two.item_id or any(a == b for a, b in spans):
            continue
        shared = min(spans[0][1], spans[1][1]) - max(spans[0][0], spans[1][0])
        walks = not turn.between_rooms or one.room_id != two.room_id
        if shared > 0 or (walks and -shared < turn.length.total_seconds()):
            low, high = sorted((one.item_id, two.item_id))
            key = (*same[0], low, high)
            found[key] = found.get(key, False) or shared > 0
    return found


def quickly_found(plan: list[Engagement], turn: TurnRound) -> dict[Key, bool]:
    pairs = meeting_pairs(plan, dict.fromkeys(ResourceKind, turn))
    found: dict[Key, bool] = {}
    for one, two in pairs:
        kind = "person" if one.kind == "host" else one.kind
        low, high = sorted((one.item_id, two.item_id))
        found[kind, one.resource_id, low, high] = one.end > two.start
    assert len(found) == len(pairs)
    return found


TURNS = st.builds(
    TurnRound, st.sampled_from([0, 1, 5, 10]).map(lambda n: timedelta(minutes=n)), st.booleans()
)


@given(ENGAGEMENTS, TURNS)
def test_the_sweep_finds_what_comparing_every_pair_finds(
    plan: list[Engagement], turn: TurnRound
) -> None:
    assert quickly_found(plan, turn) == slowly_found(plan, turn)


@given(ENGAGEMENTS, st.randoms(use_true_random=False))
def test_findings_do_not_depend_on_the_order_of_the_engagements(
    plan: list[Engagement], chance: Random
) -> None:
    shuffled = sorted(plan, key=lambda _one: chance.random())
    assert set(pairs_of(shuffled, 5)) == set(pairs_of(plan, 5))


BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
NIGHTS = (
    datetime(2024, 3, 31, 1, 30, tzinfo=BERLIN),  # at two the clocks go to three
    datetime(2024, 10, 27, 2, 15, tzinfo=BERLIN),  # at three they go back to two
    datetime(2024, 10, 27, 2, 15, tzinfo=BERLIN, fold=1),
    datetime(2024, 1, 18, 23, 30, tzinfo=SHANGHAI),  # over midnight
)


@given(
    st.sampled_from(NIGHTS),
    st.lists(st.tuples(st.integers(0, 90), LENGTHS, st.integers(1, 6), st.booleans()), max_size=14),
)
def test_midnight_and_changes_of_the_clocks_neither_hide_nor_make_a_clash(
    night: datetime, stretches: list[tuple[int, int, int, bool]]
) -> None:
    plan: list[Engagement] = []
    for offset, length, item, walls in stretches:
        start = night.astimezone(UTC) + timedelta(minutes=offset)
        end = start + timedelta(minutes=length)
        if walls:  # as a clock on the wall shows them, where two times may look alike
            start, end = start.astimezone(night.tzinfo), end.astimezone(night.tzinfo)
        plan.append(Engagement(start, end, PERSON, 1, item))
    turn = TurnRound(timedelta(minutes=5))
    assert quickly_found(plan, turn) == slowly_found(plan, turn)


# Every repair of every clash does what it says.

NEEDS = st.lists(
    st.tuples(
        st.sampled_from(list(ResourceKind)).filter(lambda kind: kind is not ROOM), st.just(1)
    ),
    max_size=2,
).map(tuple)
DRAFTS = st.lists(
    st.tuples(
        st.integers(1, 90),
        st.none() | st.integers(0, 300).map(after),
        st.integers(1, 3),
        NEEDS,
        st.none() | st.integers(0, 300).map(after),
    ),
    max_size=9,
).map(
    lambda rows: [
        Draft(number, minutes, fixed, room, needs, Kind.OTHER, over_by)
        for number, (minutes, fixed, room, needs, over_by) in enumerate(rows, start=1)
    ]
)


@given(DRAFTS)
def test_every_repair_clears_the_finding_that_offers_it(drafts: list[Draft]) -> None:
    for finding in check(drafts, hours=5):
        for repair in finding.repairs:
            left = {one.key for one in check(mended(drafts, repair), hours=5)}
            assert not {finding.key, *_renamed(finding)} & left, (finding, repair)


def _renamed(finding: Finding) -> set[str]:
    """Give the other names under which a clash of the same two items could come back."""
    if len(finding.subjects) != 3 or finding.code.endswith("_too_close"):
        return set()
    thing, first, second = finding.subjects
    return {
        ".".join([code, *(f"{one.kind}-{one.id}" for one in (thing, *pair))])
        for code in (f"{thing.kind}_twice", "fixed_missed")
        for pair in ((first, second), (second, first))
    }
