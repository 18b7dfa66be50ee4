"""The public page: the same for everybody, without a cookie, and never of a draft."""

import re
from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar

from eventapp.agenda.queries import items_of
from eventapp.agenda.service import PersonIn, change_item, publish_agenda, start_item
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.meetings.rules import State
from eventapp.meetings.service import set_state
from tests.factories import make_user, sign_in
from tests.factories_agenda import make_item, make_published_meeting
from tests.factories_alliance import START, make_alliance, make_meeting


@pytest.fixture
def meeting(app):
    """A published meeting with an agenda that is out."""
    with app.app_context():
        meeting = make_published_meeting(slug="founding", title="示范联合体成立大会")
        make_item(meeting, "开幕致辞", people=[PersonIn("speaker", "王磊", "学院院长")])
        publish_agenda(SYSTEM, meeting.id)
        return meeting.id


def test_a_draft_does_not_exist(app, client):
    with app.app_context():
        make_meeting(make_alliance(), slug="draft")
    for path in ("", "/projector", "/projector/now", "/meeting.ics"):
        assert client.get(f"/m/draft{path}").status_code == 404


def test_the_page_sets_no_cookie_and_carries_no_token(client, meeting):
    answer = client.get("/m/founding")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "csrf" not in answer.text
    assert "示范联合体" in answer.text
    assert "开幕致辞" in answer.text
    assert "学院院长" in answer.text
    assert answer.headers["Vary"] == "Accept-Language, Cookie"


def test_titles_are_read_where_a_name_comes_first(app, client):
    again, other = (
        PersonIn("presenter", "王磊", "学院院长"),
        PersonIn("presenter", "王磊", "总经理"),
    )
    with app.app_context():
        meeting = make_published_meeting(slug="founding")
        make_item(meeting, "致辞", people=[PersonIn("speaker", "王磊", "学院院长")])
        make_item(meeting, "授牌", people=[again, other])
        publish_agenda(SYSTEM, meeting.id)
    page = client.get("/m/founding").text
    people = re.findall(r"<li>([^<]*王磊)</li>", page)
    assert people == ["学院院长\u3000王磊", "王磊", "总经理\u3000王磊"]


def test_the_page_is_the_same_for_everybody(app, client, meeting):
    with clock.fixed(START):
        first = client.get("/m/founding?from=somebody").text
        with app.app_context():
            sign_in(client, make_user(Role.ADMINISTRATOR))
        assert client.get("/m/founding").text == first
    assert "somebody" not in first


def test_an_unchanged_page_is_not_sent_again(client, meeting):
    with clock.fixed(START):
        tag = client.get("/m/founding").headers["ETag"]
        again = client.get("/m/founding", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_the_page_shows_the_edition_and_not_what_is_being_changed(app, client, meeting):
    with clock.fixed(START):
        client.get("/m/founding")
        with app.app_context():
            change_item(SYSTEM, meeting, item_ids(meeting)[0], version=1, title="新致辞")
        assert "新致辞" not in client.get("/m/founding").text
        with app.app_context():
            publish_agenda(SYSTEM, meeting)
        page = client.get("/m/founding").text
    assert "新致辞" in page
    assert "第 2 版" in page


def item_ids(meeting_id):
    """Tell the ids of a meeting's items."""
    return [item.id for item in items_of(meeting_id)]


def event_in(data: bytes) -> Any:
    """Read the one event of a calendar file."""
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    return event


def test_before_publication_the_page_says_so(app, client):
    with app.app_context():
        make_published_meeting(slug="bare")
    assert "议程待发布" in client.get("/m/bare").text


def test_the_register_button_follows_the_state_and_the_deadline(app, client):
    with app.app_context():
        meeting_id = make_published_meeting(
            slug="open", registration_closes_at=START - timedelta(days=3)
        ).id
    assert "我要报名" not in client.get("/m/open").text
    with app.app_context():
        set_state(SYSTEM, meeting_id, State.REGISTRATION_OPEN)
    with clock.fixed(START - timedelta(days=6)):
        page = client.get("/m/open").text
    assert "我要报名" in page
    assert "余 3 天" in page
    with clock.fixed(START - timedelta(days=2)):
        assert "我要报名" not in client.get("/m/open").text


def test_the_running_item_is_marked(app, client, meeting):
    with app.app_context():
        start_item(SYSTEM, meeting, item_ids(meeting)[0])
    assert 'class="is-now"' in client.get("/m/founding").text


def test_english_and_chinese_are_kept_apart(client, meeting):
    with clock.fixed(START):
        chinese = client.get("/m/founding", headers={"Accept-Language": "zh"})
        english = client.get("/m/founding", headers={"Accept-Language": "en"})
    assert 'lang="zh-CN"' in chinese.text
    assert 'lang="en"' in english.text
    assert chinese.headers["ETag"] != english.headers["ETag"]


def test_the_front_page_lists_public_meetings_only(app, client, meeting):
    with app.app_context():
        make_meeting(make_alliance(), title="秘密筹备会")
    page = client.get("/").text
    assert "/m/founding" in page
    assert "秘密筹备会" not in page


def test_the_calendar_file_reads_back(app, client, meeting):
    answer = client.get("/m/founding/meeting.ics")
    assert answer.mimetype == "text/calendar"
    event = event_in(answer.data)
    assert event["SUMMARY"] == "示范联合体成立大会"
    assert event["DTSTART"].dt == START
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert event["SEQUENCE"] == 1
    assert "DTSTAMP" in event
    assert "09:00 开幕致辞" in event["DESCRIPTION"]
    again = client.get("/m/founding/meeting.ics")
    later = event_in(again.data)
    assert later["UID"] == event["UID"]


def test_a_meeting_called_off_is_so_in_the_calendar(app, client, meeting):
    with app.app_context():
        set_state(SYSTEM, meeting, State.CANCELLED, reason="台风")
    event = event_in(client.get("/m/founding/meeting.ics").data)
    assert event["STATUS"] == "CANCELLED"
    assert "台风" in client.get("/m/founding").text
