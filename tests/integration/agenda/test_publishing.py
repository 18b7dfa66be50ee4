"""Publishing an agenda: clashes are found, editions are frozen and numbered."""

from datetime import timedelta

import pytest

from eventapp.agenda.queries import editions_of, findings_of, latest_edition
from eventapp.agenda.rules import Kind, ResourceKind
from eventapp.agenda.service import (
    PersonIn,
    change_item,
    engage,
    publish_agenda,
    release_source,
)
from eventapp.core.access import SYSTEM
from eventapp.core.errors import Conflict, Invalid
from eventapp.meetings.queries import rooms_of
from tests.factories_agenda import make_item
from tests.factories_alliance import START, make_alliance, make_meeting, make_person

pytestmark = pytest.mark.usefixtures("house")


def two_rooms(**second):
    """Let one person speak in two rooms, the second time as told."""
    alliance = make_alliance()
    meeting = make_meeting(alliance, rooms=("报告厅", "一号厅"))
    hall, side = [room.id for room in rooms_of(meeting.id)]
    person = make_person(alliance, "王磊")
    who = [PersonIn("speaker", "王磊", "院长", person.id)]
    make_item(meeting, "主旨报告", room_id=hall, people=who, minutes=30)
    make_item(meeting, "分组发言", room_id=side, people=who, fixed_at=START, **second)
    return meeting


def test_a_person_in_two_places_at_once_is_found():
    meeting = two_rooms()
    (finding,) = findings_of(meeting.id)
    assert finding.code == "person_twice"
    assert finding.params["who"] == "王磊"
    assert {finding.params["first"], finding.params["second"]} == {"主旨报告", "分组发言"}
    assert finding.when == (START, START + timedelta(minutes=10))


def test_one_after_the_other_is_no_clash():
    alliance = make_alliance()
    meeting = make_meeting(alliance)
    person = make_person(alliance, "王磊")
    for _ in range(2):
        make_item(meeting, people=[PersonIn("speaker", "王磊", "", person.id)])
    assert findings_of(meeting.id) == []


def test_a_clash_keeps_the_agenda_from_being_published():
    meeting = two_rooms()
    with pytest.raises(Conflict) as refused:
        publish_agenda(SYSTEM, meeting.id)
    assert refused.value.code == "agenda_blocked"
    assert latest_edition(meeting.id) is None


def test_a_fixed_time_that_is_overrun_is_found():
    meeting = make_meeting(make_alliance())
    make_item(meeting, kind=Kind.OTHER, minutes=30)
    make_item(meeting, kind=Kind.GROUP_PHOTO, fixed_at=START + timedelta(minutes=20))
    (finding,) = findings_of(meeting.id)
    assert finding.code == "fixed_missed"


def test_editions_are_frozen_and_numbered():
    meeting = make_meeting(make_alliance())
    item = make_item(meeting, "开幕致辞", people=[PersonIn("speaker", "王磊", "院长")])
    first = publish_agenda(SYSTEM, meeting.id)
    assert first.number == 1
    change_item(SYSTEM, meeting.id, item.id, version=item.version, title="闭幕致辞")
    published = latest_edition(meeting.id)
    assert published is not None
    assert [one.title for one in published.items] == ["开幕致辞"]
    assert published.items[0].people[0].name == "王磊"
    assert publish_agenda(SYSTEM, meeting.id).number == 2
    assert [(one.number, one.items[0].title) for one in editions_of(meeting.id)] == [
        (2, "闭幕致辞"),
        (1, "开幕致辞"),
    ]
    codes = {one.code for one in editions_of(meeting.id)}
    assert len(codes) == 2
    assert all(len(code) == 9 for code in codes)


def test_the_same_agenda_is_not_published_twice():
    meeting = make_meeting(make_alliance())
    make_item(meeting)
    publish_agenda(SYSTEM, meeting.id)
    with pytest.raises(Conflict) as refused:
        publish_agenda(SYSTEM, meeting.id)
    assert refused.value.code == "agenda_unchanged"


def test_an_empty_agenda_is_not_published():
    meeting = make_meeting(make_alliance())
    with pytest.raises(Conflict) as refused:
        publish_agenda(SYSTEM, meeting.id)
    assert refused.value.code == "agenda_empty"


def test_engagements_of_a_source_are_released_together():
    meeting = two_rooms(minutes=5)
    item = make_item(meeting)
    for _ in range(2):
        engage(
            SYSTEM,
            meeting.id,
            item.id,
            resource=ResourceKind.DOCUMENT,
            resource_id=7,
            label="协议文本",
            role="",
            source="agreement:7",
        )
    assert release_source(SYSTEM, meeting.id, "agreement:7") == 2
    assert release_source(SYSTEM, meeting.id, "agreement:7") == 0


def test_a_person_of_another_alliance_is_refused():
    meeting = make_meeting(make_alliance())
    stranger = make_person(make_alliance())
    people = [PersonIn("speaker", "王磊", person_id=stranger.id)]
    with pytest.raises(Invalid) as refused:
        make_item(meeting, people=people)
    assert refused.value.field == "people"
