"""Planning an agenda: times ripple, positions are dense, quicker editors win."""

from datetime import timedelta

import pytest

from eventapp.agenda.queries import items_of
from eventapp.agenda.rules import ItemState, Kind
from eventapp.agenda.service import (
    PersonIn,
    change_item,
    move_item,
    remove_item,
    start_item,
)
from eventapp.core.access import SYSTEM
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.meetings.queries import rooms_of
from tests.factories_agenda import make_agreement, make_item
from tests.factories_alliance import START, make_alliance, make_meeting

pytestmark = pytest.mark.usefixtures("house")


def minutes_after(meeting, items):
    return [int((item.starts_at - meeting.starts_at) / timedelta(minutes=1)) for item in items]


def test_times_ripple_from_the_meetings_start():
    meeting = make_meeting(make_alliance())
    for minutes in (5, 10, 20):
        make_item(meeting, minutes=minutes)
    items = items_of(meeting.id)
    assert items[0].starts_at == START
    assert minutes_after(meeting, items) == [0, 5, 15]
    assert items[-1].ends_at == START + timedelta(minutes=35)
    assert [item.number for item in items] == [1, 2, 3]


def test_a_fixed_item_stays_and_pushes_what_follows():
    meeting = make_meeting(make_alliance())
    make_item(meeting, minutes=5)
    make_item(meeting, fixed_at=START + timedelta(minutes=30), minutes=10)
    make_item(meeting)
    items = items_of(meeting.id)
    assert minutes_after(meeting, items) == [0, 30, 40]
    assert items[1].slack == timedelta(minutes=25)


def test_rooms_run_side_by_side_from_a_fixed_time():
    meeting = make_meeting(make_alliance(), rooms=("报告厅", "一号厅"))
    hall, side = [room.id for room in rooms_of(meeting.id)]
    make_item(meeting, room_id=hall, minutes=30)
    make_item(meeting, room_id=side, fixed_at=START + timedelta(minutes=10), minutes=15)
    make_item(meeting, room_id=hall)
    make_item(meeting, room_id=side)
    assert minutes_after(meeting, items_of(meeting.id)) == [0, 10, 30, 25]


def test_moving_an_item_moves_the_times():
    meeting = make_meeting(make_alliance())
    ids = [make_item(meeting, minutes=m).id for m in (5, 10, 20)]
    move_item(SYSTEM, meeting.id, ids[2], 1)
    items = items_of(meeting.id)
    assert [item.id for item in items] == [ids[2], ids[0], ids[1]]
    assert minutes_after(meeting, items) == [0, 20, 25]
    move_item(SYSTEM, meeting.id, ids[2], 99)
    assert [item.id for item in items_of(meeting.id)] == ids
    assert [item.ordinal for item in items_of(meeting.id)] == [1, 2, 3]


def test_an_item_can_be_put_at_a_position():
    meeting = make_meeting(make_alliance())
    first = make_item(meeting)
    second = make_item(meeting, position=1)
    assert [item.id for item in items_of(meeting.id)] == [second.id, first.id]


def test_removing_an_item_leaves_no_gap():
    meeting = make_meeting(make_alliance())
    ids = [make_item(meeting, people=[PersonIn("speaker", "王磊")]).id for _ in range(3)]
    remove_item(SYSTEM, meeting.id, ids[1])
    assert [(item.id, item.ordinal) for item in items_of(meeting.id)] == [(ids[0], 1), (ids[2], 2)]


def test_an_item_that_began_is_not_removed():
    meeting = make_meeting(make_alliance())
    item = make_item(meeting)
    start_item(SYSTEM, meeting.id, item.id)
    with pytest.raises(Conflict) as refused:
        remove_item(SYSTEM, meeting.id, item.id)
    assert refused.value.code == "item_began"
    assert items_of(meeting.id)[0].state == ItemState.RUNNING


def test_an_item_with_agreements_is_not_removed():
    meeting = make_meeting(make_alliance())
    item = make_item(meeting, kind=Kind.SIGNING)
    make_agreement(meeting, item)
    meeting_id, item_id = meeting.id, item.id
    with pytest.raises(Conflict) as refused:
        remove_item(SYSTEM, meeting_id, item_id)
    assert refused.value.code == "item_in_use"
    assert len(items_of(meeting_id)) == 1


def test_the_slower_of_two_editors_is_refused():
    meeting = make_meeting(make_alliance())
    item = make_item(meeting, "致辞")
    version = item.version
    change_item(SYSTEM, meeting.id, item.id, version=version, title="开幕致辞")
    with pytest.raises(Conflict) as refused:
        change_item(SYSTEM, meeting.id, item.id, version=version, title="闭幕致辞")
    assert refused.value.code == "item_changed"
    assert items_of(meeting.id)[0].title == "开幕致辞"


def test_people_of_an_item_are_replaced_in_order():
    meeting = make_meeting(make_alliance())
    item = make_item(meeting, people=[PersonIn("speaker", "王磊", "院长")])
    people = [PersonIn("speaker", "李敏"), PersonIn("host", "张强")]
    change_item(SYSTEM, meeting.id, item.id, version=1, people=people)
    assert [(one.role, one.name) for one in items_of(meeting.id)[0].people] == [
        ("speaker", "李敏"),
        ("host", "张强"),
    ]


@pytest.mark.parametrize("minutes", [0, -5, 601])
def test_an_impossible_length_is_refused(minutes):
    meeting = make_meeting(make_alliance())
    with pytest.raises(Invalid) as refused:
        make_item(meeting, minutes=minutes)
    assert refused.value.field == "minutes"


def test_an_item_of_another_meeting_does_not_exist():
    alliance = make_alliance()
    meeting, other = make_meeting(alliance), make_meeting(alliance)
    item = make_item(other)
    meeting_id, item_id = meeting.id, item.id
    for act in (
        lambda: move_item(SYSTEM, meeting_id, item_id, 1),
        lambda: remove_item(SYSTEM, meeting_id, item_id),
        lambda: start_item(SYSTEM, meeting_id, item_id),
        lambda: change_item(SYSTEM, meeting_id, item_id, version=1, title="x"),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_room_of_another_meeting_is_refused():
    alliance = make_alliance()
    meeting, other = make_meeting(alliance), make_meeting(alliance, rooms=("一号厅",))
    room_id = rooms_of(other.id)[0].id
    with pytest.raises(Invalid) as refused:
        make_item(meeting, room_id=room_id)
    assert refused.value.field == "room_id"
