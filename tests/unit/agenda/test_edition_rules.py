"""What is different between two editions: worked by hand, and nothing missed by any pair."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventapp.agenda.rules import Kind, What, compare, courses

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NINE = datetime(2024, 1, 19, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass(frozen=True)
class Who:
    """Somebody whom an item names."""

    role: str
    name: str
    title: str = ""


@dataclass(frozen=True)
class It:
    """An item of an edition."""

    id: int
    title: str = "致辞"
    starts_at: datetime = NINE
    ends_at: datetime = NINE + timedelta(minutes=10)
    people: tuple[Who, ...] = ()
    room: str = ""
    detail: str = ""
    kind: Kind = Kind.SPEECH


def told(before, after):
    """Give what is told, without the items' own words."""
    return [(one.what, one.number, one.before, one.after) for one in compare(before, after)]


def later(item, minutes):
    """Move an item."""
    by = timedelta(minutes=minutes)
    return replace(item, starts_at=item.starts_at + by, ends_at=item.ends_at + by)


def test_an_item_that_begins_later_is_told_with_both_times():
    first = It(1)
    assert told([first], [later(first, 15)]) == [
        (What.MOVED, 1, NINE, NINE + timedelta(minutes=15))
    ]


def test_an_item_that_comes_between_moves_those_after_it_but_not_their_order():
    first, second, new = It(1), later(It(2), 10), later(It(3), 10)
    found = told([first, second], [first, new, later(second, 10)])
    assert [(what, number) for what, number, _before, _after in found] == [
        (What.ADDED, 2),
        (What.MOVED, 3),
    ]


def test_a_cancelled_item_keeps_the_number_that_it_had():
    assert told([It(1), It(2)], [It(1)]) == [(What.CANCELLED, 2, NINE, "")]


def test_a_speaker_for_another_is_a_replacement_and_two_for_one_are_not():
    one, two = Who("speaker", "王磊"), Who("speaker", "李明")
    assert told([It(1, people=(one,))], [It(1, people=(two,))]) == [
        (What.REPLACED, 1, ("王磊",), ("李明",))
    ]
    three = Who("speaker", "赵敏")
    assert told([It(1, people=(one,))], [It(1, people=(two, three))]) == [
        (What.JOINED, 1, "", ("李明", "赵敏")),
        (What.LEFT, 1, ("王磊",), ""),
    ]


def test_a_new_title_is_no_new_person_and_the_order_of_names_matters():
    one, two = Who("speaker", "王磊", "院长"), Who("speaker", "李明")
    assert told([It(1, people=(one,))], [It(1, people=(replace(one, title="书记"),))]) == [
        (What.RETITLED, 1, ("王磊", "院长"), ("王磊", "书记"))
    ]
    assert told([It(1, people=(one, two))], [It(1, people=(two, one))]) == [
        (What.PRECEDENCE, 1, "", ("李明", "王磊"))
    ]


def test_the_fewest_items_are_said_to_have_changed_their_place():
    items = [It(n) for n in (1, 2, 3, 4)]
    found = told(items, [items[3], *items[:3]])
    assert found == [(What.PLACE, 1, 4, 1)]


def test_room_kind_length_title_and_detail_are_told():
    new = replace(
        It(1),
        room="一号厅",
        kind=Kind.REPORT,
        title="报告",
        detail="新",
        ends_at=NINE + timedelta(minutes=20),
    )
    assert {what for what, *_ in told([It(1)], [new])} == {
        What.ROOM,
        What.KIND,
        What.RENAMED,
        What.DETAIL,
        What.LENGTH,
    }


def test_an_item_is_followed_through_the_editions_also_when_it_is_gone():
    first, second = It(1), It(2)
    found = courses([[first, second], [later(first, 5), second], [later(first, 5)], [first]])
    assert (found[1].changes, found[1].cancelled, found[1].item) == (2, False, first)
    assert (found[2].changes, found[2].cancelled, found[2].item) == (1, True, second)


people = st.builds(
    Who,
    st.sampled_from(["speaker", "host"]),
    st.sampled_from(["王磊", "李明", "赵敏"]),
    st.sampled_from(["", "院长"]),
)


def item_of(number):
    """Draw an item with this number."""
    return st.builds(
        lambda start, minutes, **more: It(
            number,
            starts_at=NINE + timedelta(minutes=start),
            ends_at=NINE + timedelta(minutes=start + minutes),
            **more,
        ),
        st.integers(0, 3),
        st.integers(1, 3),
        title=st.sampled_from(["致辞", "报告"]),
        people=st.lists(people, max_size=3).map(tuple),
        room=st.sampled_from(["", "一号厅"]),
        detail=st.sampled_from(["", "新"]),
        kind=st.sampled_from([Kind.SPEECH, Kind.REPORT]),
    )


editions = st.lists(st.integers(1, 6), unique=True, max_size=6).flatmap(
    lambda ids: st.tuples(*(item_of(one) for one in ids))
)


@calm
@given(editions, editions)
def test_two_editions_without_a_difference_are_equal(before, after):
    found = compare(before, after)
    assert (not found) == (before == after)
    old, new = {one.id: one for one in before}, {one.id: one for one in after}
    for what, gone in ((What.CANCELLED, old.keys() - new), (What.ADDED, new.keys() - old)):
        assert {one.item_id for one in found if one.what is what} == gone
    changed = {one for one in old.keys() & new if old[one] != new[one]}
    said = {one.item_id for one in found if one.what is not What.PLACE}
    assert said == changed | (old.keys() ^ new.keys())


@calm
@given(editions, editions)
def test_what_is_not_said_to_have_moved_stands_in_the_old_order(before, after):
    moved = {one.item_id for one in compare(before, after) if one.what is What.PLACE}
    both = {one.id for one in before} & {one.id for one in after} - moved
    assert [one.id for one in before if one.id in both] == [
        one.id for one in after if one.id in both
    ]


@calm
@given(st.lists(editions, max_size=5))
def test_changes_only_rise_and_no_item_is_lost(history):
    known = {}
    for length in range(len(history) + 1):
        now = courses(history[:length])
        for one, course in known.items():
            same = (course.item, course.cancelled) == (now[one].item, now[one].cancelled)
            assert now[one].changes >= course.changes if same else now[one].changes > course.changes
        known = now
    assert known.keys() == {item.id for edition in history for item in edition}
