"""Times and clashes of an agenda: by hand, and against the slow way of finding them."""

from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.agenda.rules import (
    CONFLICT_SEVERITY,
    ITEM_STATE_LABEL,
    KIND_LABEL,
    NEXT,
    RESOURCE_KIND_LABEL,
    SEVERITY_LABEL,
    Engagement,
    ItemLength,
    ItemState,
    Kind,
    ResourceKind,
    Severity,
    Subject,
    ensure_may_become,
    find_conflicts,
    is_undo,
    may_become,
    ripple,
)
from eventapp.core.errors import Conflict, Invalid

NINE = datetime(2024, 1, 19, 1, 0, tzinfo=UTC)


def after(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


def engagement(
    start: int,
    end: int,
    item: int,
    resource: int = 1,
    kind: ResourceKind = ResourceKind.PERSON,
    role: str = "",
) -> Engagement:
    return Engagement(after(start), after(end), kind, resource, item, role)


def test_every_word_of_the_agenda_has_a_label() -> None:
    assert set(KIND_LABEL) == set(Kind)
    assert set(ITEM_STATE_LABEL) == set(NEXT) == set(ItemState)
    assert set(RESOURCE_KIND_LABEL) == set(CONFLICT_SEVERITY) == set(ResourceKind)
    assert set(SEVERITY_LABEL) == set(Severity)


def test_an_item_runs_and_is_done_or_is_skipped() -> None:
    ensure_may_become(ItemState.PLANNED, ItemState.RUNNING)
    ensure_may_become(ItemState.RUNNING, ItemState.DONE)
    ensure_may_become(ItemState.PLANNED, ItemState.SKIPPED)
    for old, new in [("planned", "done"), ("running", "skipped"), ("skipped", "running")]:
        with pytest.raises(Conflict):
            ensure_may_become(ItemState(old), ItemState(new))


def test_every_step_can_be_taken_back_one_at_a_time() -> None:
    steps = [(old, new) for old in ItemState for new in NEXT[old] if not is_undo(old, new)]
    assert len(steps) == 3
    assert all(may_become(new, old) and is_undo(new, old) for old, new in steps)


def test_items_follow_one_another_from_the_start() -> None:
    times = ripple([ItemLength(n, timedelta(minutes=n * 5)) for n in (1, 2, 3)], NINE)
    assert [(time.start, time.end) for time in times] == [
        (after(0), after(5)),
        (after(5), after(15)),
        (after(15), after(30)),
    ]
    assert not any(time.slack for time in times)


def test_a_fixed_point_stays_and_shows_the_pause_before_it() -> None:
    items = [
        ItemLength(1, timedelta(minutes=10)),
        ItemLength(2, timedelta(minutes=5), fixed_start=after(30)),
        ItemLength(3, timedelta(minutes=5)),
    ]
    times = ripple(items, NINE)
    assert [time.start for time in times] == [after(0), after(30), after(35)]
    assert times[1].slack == timedelta(minutes=20)


def test_an_overrun_fixed_point_stays_and_shows_by_how_much() -> None:
    items = [
        ItemLength(1, timedelta(minutes=40)),
        ItemLength(2, timedelta(minutes=5), fixed_start=after(30)),
    ]
    fixed = ripple(items, NINE)[1]
    assert fixed.start == after(30)
    assert fixed.slack == -timedelta(minutes=10)


LENGTHS = st.lists(
    st.builds(
        ItemLength,
        st.integers(1, 99),
        st.integers(0, 90).map(lambda minutes: timedelta(minutes=minutes)),
        st.none() | st.integers(-60, 300).map(after),
    ),
    max_size=12,
)


@given(LENGTHS)
def test_each_item_keeps_its_length_and_its_slack_adds_up(items: list[ItemLength]) -> None:
    times = ripple(items, NINE)
    assert [time.end - time.start for time in times] == [item.duration for item in items]
    assert all(later.start == earlier.end + later.slack for earlier, later in pairwise(times))
    loose = [time.slack for time, item in zip(times, items, strict=True) if not item.fixed_start]
    assert not any(loose)


def test_a_person_in_two_items_at_once_is_found_with_the_place_and_a_way_out() -> None:
    plan = [engagement(0, 20, 1, role="致辞"), engagement(10, 30, 2, role="签约")]
    (finding,) = find_conflicts(plan)
    assert finding.code == "person_twice"
    assert finding.severity is Severity.BLOCK_PUBLISH
    assert finding.when == (after(10), after(20))
    assert finding.subjects == (Subject("person", 1), Subject("item", 1), Subject("item", 2))
    assert finding.params == {"first_role": "致辞", "second_role": "签约"}
    assert finding.fix


def test_what_ends_at_nine_leaves_the_room_free_at_nine() -> None:
    room = ResourceKind.ROOM
    assert not find_conflicts([engagement(0, 10, 1, kind=room), engagement(10, 20, 2, kind=room)])


def test_equal_starts_and_equal_ends_are_a_clash() -> None:
    assert len(find_conflicts([engagement(0, 10, 1), engagement(0, 10, 2)])) == 1


def test_one_person_in_two_roles_of_one_item_is_no_clash() -> None:
    plan = [engagement(0, 10, 1, role="致辞"), engagement(5, 10, 1, role="签约")]
    assert not find_conflicts(plan)


def test_a_person_and_a_room_of_the_same_number_are_different_things() -> None:
    assert not find_conflicts([engagement(0, 9, 1), engagement(0, 9, 2, kind=ResourceKind.ROOM)])


def test_a_unit_that_signs_five_agreements_with_one_authority_cannot_sign_them_at_once() -> None:
    plan = [engagement(0, 10, item, kind=ResourceKind.AUTHORITY) for item in range(1, 6)]
    assert len(find_conflicts(plan)) == 10


def test_two_roles_in_one_of_two_clashing_items_give_one_finding() -> None:
    plan = [engagement(0, 9, 1, role="致辞"), engagement(0, 9, 1, role="签约"), engagement(5, 9, 2)]
    assert len(find_conflicts(plan)) == 1


def test_less_than_the_buffer_between_two_items_is_a_warning() -> None:
    plan = [engagement(0, 10, 1), engagement(13, 20, 2)]
    (finding,) = find_conflicts(plan, timedelta(minutes=5))
    assert (finding.code, finding.severity) == ("person_too_close", Severity.WARN)
    assert finding.message % finding.params == "前后两项之间只有 3 分钟，少于预留的 5 分钟。"
    assert finding.when == (after(10), after(13))
    assert not find_conflicts(plan, timedelta(minutes=3))


def test_a_clash_hides_a_narrow_gap_between_the_same_two_items() -> None:
    plan = [engagement(0, 10, 1), engagement(12, 20, 2), engagement(15, 30, 1)]
    codes = [finding.code for finding in find_conflicts(plan, timedelta(minutes=5))]
    assert codes == ["person_twice"]


def test_an_engagement_must_take_time() -> None:
    with pytest.raises(Invalid):
        engagement(10, 10, 1)


ENGAGEMENTS = st.lists(
    st.builds(
        lambda start, length, item, resource, kind: engagement(
            start, start + length, item, resource, kind
        ),
        st.integers(0, 60),
        st.integers(1, 25),
        st.integers(1, 8),
        st.integers(1, 3),
        st.sampled_from([ResourceKind.PERSON, ResourceKind.ROOM, ResourceKind.HOST]),
    ),
    max_size=30,
)


def slowly_found(
    plan: list[Engagement], buffer: timedelta
) -> dict[tuple[str, int, int, int], bool]:
    """Compare every pair: True for a clash, False for a gap that is only too short."""
    found: dict[tuple[str, int, int, int], bool] = {}
    for one, two in combinations(plan, 2):
        same = (one.kind, one.resource_id) == (two.kind, two.resource_id)
        near = one.start < two.end + buffer and two.start < one.end + buffer
        if same and near and one.item_id != two.item_id:
            low, high = sorted((one.item_id, two.item_id))
            key = (one.kind.value, one.resource_id, low, high)
            clash = one.start < two.end and two.start < one.end
            found[key] = found.get(key, False) or clash
    return found


@given(ENGAGEMENTS, st.integers(0, 10).map(lambda minutes: timedelta(minutes=minutes)))
def test_the_sweep_finds_what_comparing_every_pair_finds(
    plan: list[Engagement], buffer: timedelta
) -> None:
    quickly = find_conflicts(plan, buffer)
    found = {}
    for finding in quickly:
        resource, one, two = finding.subjects
        key = (resource.kind, resource.id, *sorted((one.id, two.id)))
        found[key] = finding.code.endswith("_twice")
        assert finding.when[0] <= finding.when[1]
    assert found == slowly_found(plan, buffer)
    assert len(found) == len(quickly)
    assert [finding.when for finding in quickly] == sorted(finding.when for finding in quickly)


@given(ENGAGEMENTS, st.randoms(use_true_random=False))
def test_findings_do_not_depend_on_the_order_of_the_engagements(
    plan: list[Engagement], chance: Random
) -> None:
    shuffled = sorted(plan, key=lambda _one: chance.random())
    assert find_conflicts(shuffled) == find_conflicts(plan)
