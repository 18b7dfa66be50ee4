"""Calendar files taken in again and again: one event for each thing, at its latest time."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask_babel import force_locale
from icalendar import Calendar

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.agenda.document import agenda_file, own_file
from eventapp.agenda.queries import items_of
from eventapp.agenda.service import PersonIn, change_item, publish_agenda, remove_item
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.meetings.queries import meeting_of
from eventapp.meetings.rules import State
from eventapp.meetings.service import change_meeting, set_state
from eventapp.registration.models import Registration
from eventapp.registration.service import delegate_link, set_liaison
from tests.factories import put_token
from tests.factories_agenda import make_item
from tests.factories_registration import make_meeting, make_person, make_registration, make_unit

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


class Diary:
    """A viewer's calendar: what comes later under the same UID replaces what was there."""

    def __init__(self) -> None:
        self.events: dict[str, Any] = {}

    def take(self, data: bytes) -> "Diary":
        """Take a file in as RFC 5546 asks: by UID, then SEQUENCE, then DTSTAMP."""
        found: list[Any] = Calendar.from_ical(data).walk("VEVENT")
        for event in found:
            known = self.events.get(event["UID"])
            if known is None or self._rank(event) >= self._rank(known):
                self.events[event["UID"]] = event
        return self

    @staticmethod
    def _rank(event: Any) -> tuple[int, datetime]:
        return int(event["SEQUENCE"]), event["DTSTAMP"].dt

    def shown(self, zone: ZoneInfo = SHANGHAI) -> dict[str, str]:
        """Tell what the viewer sees, by the clocks around them."""
        return {
            str(event["SUMMARY"]): f"{event['DTSTART'].dt.astimezone(zone):%d %H:%M}"
            for event in self.events.values()
            if event["STATUS"] != "CANCELLED"
        }


@pytest.fixture
def meeting(app):
    """A meeting in Shanghai with two speeches that are out; its id."""
    with app.app_context():
        meeting = make_meeting()
        start = datetime(2024, 7, 19, 9, 0, tzinfo=SHANGHAI)
        change_meeting(SYSTEM, meeting.id, starts_at=start, ends_at=start + timedelta(hours=3))
        unit = make_unit(meeting.alliance_id, "东营职业学院")
        speaker = make_registration(meeting, "王磊", organisation_id=unit).person_id
        other = make_person(meeting.alliance_id, "李明").id
        for title, name, person in (("致辞", "王磊", speaker), ("报告", "李明", other)):
            make_item(meeting, title, people=[PersonIn("speaker", name, "", person)])
        publish_agenda(SYSTEM, meeting.id)
        return meeting.id


def items_file(meeting):
    """Write the items as a Chinese reader gets them."""
    with force_locale("zh_Hans_CN"):
        return agenda_file(meeting_of(meeting))


def own_items(meeting, person):
    """Write somebody's own items."""
    with force_locale("zh_Hans_CN"):
        return own_file(meeting_of(meeting), [person])


def move(meeting, place, **more):
    """Change an item and publish the agenda."""
    item = items_of(meeting)[place]
    change_item(SYSTEM, meeting, item.id, version=item.version, **more)
    publish_agenda(SYSTEM, meeting)


def test_a_file_taken_in_before_and_after_a_move_shows_one_event_at_the_new_time(app, meeting):
    with app.app_context():
        before = items_file(meeting)
        move(meeting, 0, minutes=25)
        after = items_file(meeting)
    assert Diary().take(before).shown() == {"致辞": "19 09:00", "报告": "19 09:10"}
    late = {"致辞": "19 09:00", "报告": "19 09:25"}
    assert Diary().take(before).take(after).shown() == late
    assert Diary().take(after).take(before).shown() == late  # an old mail, opened later
    assert Diary().take(after).shown(BERLIN) == {"致辞": "19 03:00", "报告": "19 03:25"}


def test_an_item_that_is_off_goes_from_the_calendar_and_never_comes_back(app, meeting):
    with app.app_context():
        before = items_file(meeting)
        remove_item(SYSTEM, meeting, items_of(meeting)[1].id)
        publish_agenda(SYSTEM, meeting)
        after = items_file(meeting)
    diary = Diary().take(before).take(after)
    assert diary.shown() == {"致辞": "19 09:00"}
    assert len(diary.events) == 2
    assert diary.take(before).shown() == {"致辞": "19 09:00"}


def test_the_zone_that_the_file_describes_is_right_without_any_other_source(app, meeting):
    with app.app_context():
        calendar = Calendar.from_ical(items_file(meeting))
        change_meeting(SYSTEM, meeting, zone="Europe/Berlin")
        western = Calendar.from_ical(items_file(meeting))
    for one, zone in ((calendar, SHANGHAI), (western, BERLIN)):
        described: Any = one.walk("VTIMEZONE")[0]
        first: Any = one.walk("VEVENT")[0]
        assert first["DTSTART"].params["TZID"] == str(zone) == described["TZID"]
        naive = first["DTSTART"].dt.replace(tzinfo=None)
        own = naive.replace(tzinfo=described.to_tz())
        assert own.timestamp() == datetime(2024, 7, 19, 9, tzinfo=SHANGHAI).timestamp()
        assert own.utcoffset() == naive.replace(tzinfo=zone).utcoffset()


def test_a_meeting_that_moves_or_is_called_off_replaces_what_was_taken_in(app, client, meeting):
    with app.app_context():
        found = meeting_of(meeting)
        slug = found.slug
        diary = Diary().take(client.get(f"/m/{slug}/meeting.ics").data).take(items_file(meeting))
        start = found.starts_at + timedelta(days=1)
        change_meeting(SYSTEM, meeting, starts_at=start, ends_at=start + timedelta(hours=3))
        diary.take(client.get(f"/m/{slug}/meeting.ics").data)
        assert diary.shown()["山东省产教融合共同体成立大会"] == "20 09:00"
        set_state(SYSTEM, meeting, State.POSTPONED, reason="台风")
        diary.take(client.get(f"/m/{slug}/meeting.ics").data).take(items_file(meeting))
        assert diary.shown() == {}
        set_state(SYSTEM, meeting, State.PUBLISHED)
        diary.take(client.get(f"/m/{slug}/meeting.ics").data).take(items_file(meeting))
    assert len(diary.shown()) == 3


def test_a_persons_calendar_holds_their_items_until_somebody_succeeds_them(app, client, meeting):
    with app.app_context():
        found = meeting_of(meeting)
        registration = registration_of(found.id)
        link = delegate_link(SYSTEM, registration.id)
        put_token(client, f"{Role.DELEGATE}:{link.id}", open_link(link_token(link)))
        here, person_id = f"/m/{found.slug}/pass.ics", registration.person_id
    before = client.get(here)
    assert before.mimetype == "text/calendar"
    diary = Diary().take(before.data)
    assert diary.shown().keys() == {"山东省产教融合共同体成立大会", "致辞"}
    with app.app_context():
        successor = make_person(found.alliance_id, "赵敏").id
        move(meeting, 0, people=[PersonIn("speaker", "赵敏", "", successor)])
        theirs = Diary().take(own_items(meeting, successor))
        assert set(theirs.shown()) == {"山东省产教融合共同体成立大会", "致辞"}
        assert person_id != successor
    assert diary.take(client.get(here).data).shown().keys() == {"山东省产教融合共同体成立大会"}


def registration_of(meeting_id: int) -> Registration:
    """Find the one registration of the meeting."""
    return db.session.query(Registration).filter_by(meeting_id=meeting_id).one()


def test_a_units_calendar_holds_the_items_of_its_people_and_of_nobody_else(app, client, meeting):
    with app.app_context():
        found = meeting_of(meeting)
        unit = registration_of(found.id).organisation_id or 0
        delegation = set_liaison(SYSTEM, found.id, unit).id
        link = link_of(found.scope_id, Role.LIAISON, delegation)
        assert link is not None
        put_token(client, f"{Role.LIAISON}:{link.id}", open_link(link_token(link)))
        here = f"/m/{found.slug}/delegation/calendar.ics"
    shown = Diary().take(client.get(here).data).shown()
    assert shown.keys() == {"山东省产教融合共同体成立大会", "致辞"}
