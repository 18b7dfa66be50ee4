"""A planted double booking of each resource is found, explained, and cleared by its own repair."""

from datetime import timedelta

import pytest

from eventapp.agenda.queries import changes_of, findings_of, items_of
from eventapp.agenda.rules import Kind, RepairKind, ResourceKind
from eventapp.agenda.service import (
    PersonIn,
    change_item,
    engage,
    mend_finding,
    publish_agenda,
    undo_change,
)
from eventapp.agenda.service.people import forget_person
from eventapp.core.access import SYSTEM
from eventapp.core.errors import Conflict
from eventapp.meetings.queries import rooms_of
from tests.factories_agenda import make_item
from tests.factories_alliance import START, make_alliance, make_meeting, make_person

pytestmark = pytest.mark.usefixtures("house")
TEN = timedelta(minutes=10)


def booked_twice(kind):
    """Let two items in two rooms want one thing at the same time."""
    alliance = make_alliance()
    meeting = make_meeting(alliance, rooms=("报告厅", "一号厅"))
    hall, side = [room.id for room in rooms_of(meeting.id)]
    if kind in {ResourceKind.PERSON, ResourceKind.HOST}:
        person = make_person(alliance, "王磊")
        role = "host" if kind is ResourceKind.HOST else "guest"
        who = [PersonIn(role, "王磊", "", person.id)]
        number = person.id
    else:
        who, number = [], 7
    same_room = kind is ResourceKind.ROOM
    first = make_item(meeting, "主旨报告", kind=Kind.OTHER, room_id=hall, people=who, minutes=30)
    second = make_item(
        meeting,
        "签约仪式",
        kind=Kind.SIGNING,
        room_id=hall if same_room else side,
        people=who,
        fixed_at=START + TEN,
    )
    if not who and not same_room:
        for item in (first, second):
            engage(
                SYSTEM,
                meeting.id,
                item.id,
                resource=kind,
                resource_id=number,
                label="甲方文本",
                role="",
                source="agreement:1",
            )
    return meeting


@pytest.mark.parametrize("kind", list(ResourceKind))
def test_a_double_booking_is_found_explained_and_cleared_by_its_own_repair(kind):
    meeting = booked_twice(kind)
    (finding,) = findings_of(meeting.id)
    assert finding.code == ("fixed_missed" if kind is ResourceKind.ROOM else f"{kind}_twice")
    assert (finding.params["first"], finding.params["second"]) == ("主旨报告", "签约仪式")
    who = {ResourceKind.PERSON: "王磊", ResourceKind.HOST: "王磊", ResourceKind.ROOM: "报告厅"}
    assert finding.params["who"] == who.get(kind, "甲方文本")
    if kind is not ResourceKind.HOST:
        with pytest.raises(Conflict):
            publish_agenda(SYSTEM, meeting.id)
    mend_finding(SYSTEM, meeting.id, finding.key)
    assert findings_of(meeting.id) == []
    assert publish_agenda(SYSTEM, meeting.id).number == 1


@pytest.mark.parametrize("number", [0, 1, 2])
def test_each_repair_of_a_missed_fixed_time_clears_it(number):
    meeting = booked_twice(ResourceKind.ROOM)
    (finding,) = findings_of(meeting.id)
    mend_finding(SYSTEM, meeting.id, finding.key, number)
    assert findings_of(meeting.id) == []


def test_a_finding_that_somebody_else_has_mended_is_not_mended_again():
    meeting = booked_twice(ResourceKind.PERSON)
    (finding,) = findings_of(meeting.id)
    mend_finding(SYSTEM, meeting.id, finding.key)
    before = items_of(meeting.id)
    meeting_id = meeting.id
    for key, number in ((finding.key, 0), ("nothing", 0), (finding.key, -1)):
        with pytest.raises(Conflict) as refused:
            mend_finding(SYSTEM, meeting_id, key, number)
        assert refused.value.code == "finding_gone"
    assert items_of(meeting_id) == before


def test_a_repair_can_be_taken_back():
    meeting = booked_twice(ResourceKind.PERSON)
    (finding,) = findings_of(meeting.id)
    before = [item.fixed_at for item in items_of(meeting.id)]
    mend_finding(SYSTEM, meeting.id, finding.key)
    undo_change(SYSTEM, meeting.id, newest(meeting.id))
    assert [item.fixed_at for item in items_of(meeting.id)] == before
    assert [one.key for one in findings_of(meeting.id)] == [finding.key]


def newest(meeting_id):
    return changes_of(meeting_id)[0].id


def test_a_break_is_put_in_where_people_sit_too_long():
    meeting = make_meeting(make_alliance())
    for _ in range(4):
        make_item(meeting, kind=Kind.OTHER, minutes=40)
    (finding,) = findings_of(meeting.id)
    assert finding.repairs[0].kind is RepairKind.ADD_BREAK
    mend_finding(SYSTEM, meeting.id, finding.key)
    assert [item.kind for item in items_of(meeting.id)].index(Kind.BREAK) == 3
    assert findings_of(meeting.id) == []


def test_an_item_is_brought_forward_for_a_guest_who_leaves():
    meeting = make_meeting(make_alliance())
    for _ in range(3):
        make_item(meeting, kind=Kind.OTHER, minutes=20)
    last = make_item(meeting, kind=Kind.OTHER, over_by=START + timedelta(minutes=35))
    (finding,) = findings_of(meeting.id)
    assert finding.code == "over_by_missed"
    mend_finding(SYSTEM, meeting.id, finding.key)
    assert [item.id for item in items_of(meeting.id)].index(last.id) == 1
    assert findings_of(meeting.id) == []


def test_a_mark_never_outlives_its_cause():
    meeting = booked_twice(ResourceKind.PERSON)
    second = items_of(meeting.id)[1]
    later = START + timedelta(minutes=60)
    change_item(SYSTEM, meeting.id, second.id, version=second.version, fixed_at=later)
    assert findings_of(meeting.id) == []
    change_item(SYSTEM, meeting.id, second.id, version=second.version + 1, fixed_at=START)
    assert [one.code for one in findings_of(meeting.id)] == ["person_twice"]
    person_id = second.people[0].person_id
    assert person_id is not None
    forget_person(SYSTEM, meeting.id, person_id)
    assert findings_of(meeting.id) == []
