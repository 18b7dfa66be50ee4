"""Letters: one for each kind, in both languages, previewed, sent to many, and listed."""

import re
from datetime import timedelta
from html import escape
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from openpyxl import load_workbook

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.core import clock, files
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict
from eventapp.core.outbox import Message
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug, meeting_of
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import change_meeting, set_state
from eventapp.notices.document import letter_to_person
from eventapp.notices.queries import Change, changes_of, recipients_of
from eventapp.notices.rules import TO_PEOPLE, Kind
from eventapp.notices.service import compose_notice, mail_liaison_links, send_notice, write_to_all
from eventapp.registration.models import Registration
from eventapp.registration.queries import registration_in
from eventapp.registration.rules import Category, State
from eventapp.registration.service import (
    cancel_registration,
    set_category,
    set_liaison,
)
from eventapp.registration.service.groups import Entry, register_group, substitute_delegate
from eventapp.web.queue import run_due
from tests.factories import make_user, put_token, sign_in
from tests.factories_registration import make_meeting, make_person, make_registration, make_unit

CHINESE = re.compile(r"[\u4e00-\u9fff]")
TO = "wang.lei@example.org"


def _letters(app: Flask) -> list[tuple[str, str]]:
    for _ in range(2):
        run_due(app)
    query = sa.select(Message.kind, Message.recipient).order_by(Message.id)
    return [(kind, to) for kind, to in db.session.execute(query)]


def _last() -> Message:
    return db.session.scalars(sa.select(Message).order_by(Message.id.desc()).limit(1)).one()


@pytest.fixture
def meeting(house: Flask) -> Meeting:
    """A meeting that anybody may come to."""
    return make_meeting()


@pytest.mark.parametrize("kind", TO_PEOPLE)
def test_each_kind_speaks_both_languages(meeting: Meeting, kind: Kind) -> None:
    one = make_registration(meeting, "John Smith", email=TO)
    row = registration_in(meeting.id, one.id)
    link = link_of(meeting.scope_id, Role.DELEGATE, one.id)
    changes = [
        Change("time", meeting.starts_at.isoformat(), meeting.ends_at.isoformat()),
        Change("state", "", MeetingState.POSTPONED.value),
    ]
    chinese, english = (
        letter_to_person(kind, meeting, row, link, changes=changes, language=language)
        for language in ("", "en")
    )
    own = (meeting.title, meeting.venue)
    for words in (english.subject, english.text):
        assert not CHINESE.search(words.replace(own[0], "").replace(own[1], "")), words
    assert "您" in chinese.text
    assert meeting.title in chinese.subject
    assert "John Smith" in english.text
    assert chinese.subject != english.subject


def test_whoever_moves_up_is_told_so(house: Flask, meeting: Meeting) -> None:
    meeting_id = meeting.id
    set_category(SYSTEM, meeting_id, Category.DELEGATE, public=True, auto_approve=True, quota=1)
    first = make_registration(meeting, "王磊", email="first@example.org").id
    make_registration(meeting_of(meeting_id), "李娜", email="second@example.org")
    cancel_registration(SYSTEM, meeting_id, first)
    assert sorted(_letters(house)) == [
        ("cancellation", "first@example.org"),
        ("moved_up", "second@example.org"),
    ], "the others were overtaken"


def test_a_substitution_is_told_to_both(house: Flask, meeting: Meeting) -> None:
    meeting_id = meeting.id
    delegation = set_liaison(SYSTEM, meeting_id, make_unit(meeting.alliance_id)).id
    entry = Entry("王磊", "13800000001", email="old@example.org")
    old = register_group(SYSTEM, meeting_id, delegation, [entry])[0].registration_id
    assert _letters(house) == [("approval", "old@example.org")]
    new = Entry("李娜", "13800000002", email="new@example.org", language="en")
    substitute_delegate(SYSTEM, meeting_id, old, new)
    assert sorted(_letters(house)[1:]) == [
        ("substitute", "new@example.org"),
        ("substituted", "old@example.org"),
    ]
    told = db.session.scalars(sa.select(Message).where(Message.kind == "substitute")).one()
    assert "instead" in told.text


@pytest.mark.parametrize("state", [State.APPROVED, State.WAITLISTED])
def test_whoever_is_cancelled_is_told_with_the_reason(
    house: Flask, meeting: Meeting, state: State
) -> None:
    meeting_id = meeting.id
    if state is State.WAITLISTED:
        set_category(SYSTEM, meeting_id, Category.DELEGATE, public=True, auto_approve=True, quota=0)
    one = make_registration(meeting_of(meeting_id), "王磊", email=TO).id
    _letters(house)
    cancel_registration(SYSTEM, meeting_id, one, reason="会期有变")
    assert _letters(house)[-1] == ("cancellation", TO)
    assert "原因：会期有变" in _last().text
    with transaction() as session:
        session.get_one(Registration, one).language = "en"
    english = letter_to_person(Kind.CANCELLATION, meeting, registration_in(meeting_id, one), None)
    assert "has been cancelled" in english.text


def test_whoever_cancels_alone_gets_it_in_writing_too(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        meeting = make_meeting()
        one = make_registration(meeting, "王磊", email=TO).id
        link = link_of(meeting.scope_id, Role.DELEGATE, one)
        assert link is not None
        put_token(client, f"{Role.DELEGATE}:{link.id}", open_link(link_token(link)))
        slug = meeting.slug
    assert client.post(f"/m/{slug}/pass/cancel").status_code == 303
    with app.app_context():
        assert _letters(app) == [("cancellation", TO)]
        assert "本人取消" in _last().text


def test_a_pass_brings_its_calendar_file(house: Flask, meeting: Meeting) -> None:
    slug, starts_at = meeting.slug, meeting.starts_at
    make_registration(meeting, email=TO)
    _letters(house)
    attached = _last().attachments[0]
    assert attached["name"] == f"{slug}.ics"
    event = Calendar.from_ical(files.read(attached["digest"])).walk("VEVENT")[0]
    assert event.decoded("dtstart") == starts_at.replace(microsecond=0)


def test_a_change_is_told_once_to_who_registered_before_it(house: Flask, meeting: Meeting) -> None:
    meeting_id, starts_at = meeting.id, meeting.starts_at
    make_registration(meeting, email=TO)
    with pytest.raises(Conflict):
        write_to_all(SYSTEM, meeting_id, Kind.CHANGE)
    with clock.fixed(clock.now() + timedelta(minutes=1)):
        later = starts_at + timedelta(hours=1)
        change_meeting(SYSTEM, meeting_id, starts_at=later, venue="新会堂", title="成立大会")
    with clock.fixed(clock.now() + timedelta(minutes=2)):
        make_registration(meeting_of(meeting_id), "李娜", email="late@example.org")
        _letters(house)
        found = meeting_of(meeting_id)
        assert [one.what for one in changes_of(found).items] == ["time", "venue"]
        assert [row.email for row in recipients_of(found, Kind.CHANGE)] == [TO]
        with pytest.raises(Conflict):
            write_to_all(SYSTEM, meeting_id, Kind.CHANGE, seen=2)
        assert write_to_all(SYSTEM, meeting_id, Kind.CHANGE, seen=1) == 1
        _letters(house)
        assert (_last().kind, _last().recipient) == ("change", TO)
        assert "齐鲁会堂" in _last().text
        assert "新会堂" in _last().text
        with pytest.raises(Conflict):
            write_to_all(SYSTEM, meeting_id, Kind.CHANGE)


def test_what_was_changed_and_changed_back_is_not_news(meeting: Meeting) -> None:
    meeting_id, venue = meeting.id, meeting.venue
    change_meeting(SYSTEM, meeting_id, venue="新会堂")
    change_meeting(SYSTEM, meeting_id, venue=venue)
    assert not changes_of(meeting_of(meeting_id)).items


def test_a_meeting_that_is_postponed_is_news(meeting: Meeting) -> None:
    meeting_id = meeting.id
    set_state(SYSTEM, meeting_id, MeetingState.POSTPONED, reason="台风")
    changes = changes_of(meeting_of(meeting_id)).items
    assert [(one.what, one.after) for one in changes] == [("state", "postponed")]


def test_a_reminder_goes_to_who_is_approved_and_not_twice(house: Flask, meeting: Meeting) -> None:
    meeting_id = meeting.id
    make_registration(meeting, email=TO)
    told = make_registration(meeting_of(meeting_id), "李娜").id
    gone = make_registration(meeting_of(meeting_id), "张伟", email="gone@example.org").id
    cancel_registration(SYSTEM, meeting_id, gone)
    assert write_to_all(SYSTEM, meeting_id, Kind.REMINDER, texts=True) == 2
    with pytest.raises(Conflict):
        write_to_all(SYSTEM, meeting_id, Kind.REMINDER)
    reminded = [to for kind, to in _letters(house) if kind == "reminder"]
    phone = registration_in(meeting_id, told).phone
    assert sorted(reminded) == sorted([TO, phone])


def test_a_letter_that_is_overtaken_is_not_written(house: Flask, meeting: Meeting) -> None:
    one = make_registration(meeting, email=TO)
    with transaction():
        db.session.get_one(Registration, one.id).state = State.SUBMITTED
    assert _letters(house) == []


@pytest.fixture
def slug(app: Flask, client: FlaskClient) -> str:
    """A meeting with one person in Chinese and one in English, before its organiser."""
    with app.app_context():
        meeting = make_meeting()
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
        meeting_id = meeting.id
        set_category(SYSTEM, meeting_id, Category.DELEGATE, public=True, auto_approve=True, quota=1)
        make_registration(meeting_of(meeting_id), "=王磊", email=TO)
        late = make_registration(meeting_of(meeting_id), "John Smith", email="john@example.org")
        with transaction():
            db.session.get_one(Registration, late.id).language = "en"
        set_category(SYSTEM, meeting_id, Category.DELEGATE, public=True, auto_approve=True, quota=9)
        _letters(app)
        return meeting_of(meeting_id).slug


def test_the_preview_shows_real_data_in_both_languages(client: FlaskClient, slug: str) -> None:
    page = client.get(f"/m/{slug}/desk/mails/preview?kind=approval&text=John").text
    assert "报名已通过" in page
    assert "Registration approved" in page
    assert "John Smith" in page
    reminder = client.get(f"/m/{slug}/desk/mails/preview?kind=reminder").text
    assert "john@example.org" not in reminder
    assert "jo***@example.org" in reminder


def test_letters_to_units_are_previewed_with_real_data_in_both_languages_as_they_are_sent(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    at = f"/m/{slug}/desk/mails/preview"
    assert "没有可以预览的单位" in client.get(f"{at}?kind=liaison_link").text
    with app.app_context():
        meeting = meeting_by_slug(slug)
        meeting_id, alliance_id = meeting.id, meeting.alliance_id
        liaison = make_person(alliance_id, "李联络", phone="13800138555", email="li@example.org")
        first = set_liaison(SYSTEM, meeting_id, make_unit(alliance_id, "甲公司"), liaison.id)
        other = set_liaison(SYSTEM, meeting_id, make_unit(alliance_id, "乙公司")).id
        mail_liaison_links(SYSTEM, meeting_id, first.id)
        _letters(app)
        sent = _last().text
    page = client.get(f"{at}?kind=liaison_link").text
    assert escape(sent.split("http")[0].strip()) in page
    assert "as your liaison" in page
    assert "甲公司会收到这一种" in page
    assert "乙公司会收到这一种" in client.get(f"{at}?kind=liaison_link&reader={other}").text
    assert "甲公司会收到这一种" in client.get(f"{at}?kind=liaison_link&text=甲公司").text
    assert client.get(f"{at}?kind=liaison_link&reader={other + 9}").status_code == 404
    for kind in ("notice", "notice_reminder"):
        assert "还没有会议通知" in client.get(f"{at}?kind={kind}").text
    with app.app_context():
        notice = compose_notice(SYSTEM, meeting_id).id
    title = "关于召开山东省产教融合共同体成立大会的通知"
    assert client.get(f"{at}?kind=notice").text.count(title) >= 2
    assert "还没有会议通知" in client.get(f"{at}?kind=notice_reminder").text
    with app.app_context():
        send_notice(SYSTEM, meeting_id, notice, late_reason="会期提前")
        _letters(app)
        sent = _last().text
    assert escape(sent.split("http")[0].strip()) in client.get(f"{at}?kind=notice").text
    assert title in client.get(f"{at}?kind=notice_reminder").text


def test_the_log_filters_exports_and_sends_again(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    here = f"/m/{slug}/desk/mails"
    page = client.get(f"{here}?text=John").text
    assert "jo***@example.org" in page
    assert "john@example.org" not in page
    assert "王磊" not in page
    assert "还没有邮件" not in client.get(f"{here}?state=sent").text
    assert "没有符合条件的信函" in client.get(f"{here}?state=refused").text
    sheet = load_workbook(BytesIO(client.post(f"{here}/export").data)).active
    assert sheet is not None
    names = [cell.value for cell in sheet["C"]]
    assert "=王磊" in names
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    assert all("john@example.org" not in str(cell.value) for row in sheet for cell in row)
    with app.app_context():
        before = _last().id
    assert client.post(f"{here}/{before}/resend").status_code == 303
    assert client.post(f"{here}/{before + 1}/resend").status_code == 422, "it waits still"
    assert client.post(f"{here}/{before + 2}/resend").status_code == 404
    with app.app_context():
        assert _last().id == before + 1


def test_a_mail_of_another_meeting_is_not_found(app: Flask, client: FlaskClient, slug: str) -> None:
    with app.app_context():
        make_registration(make_meeting(), email="other@example.org")
        _letters(app)
        foreign = _last()
        assert foreign.recipient == "other@example.org"
        number = foreign.id
    assert "ot***" not in client.get(f"/m/{slug}/desk/mails").text
    assert client.post(f"/m/{slug}/desk/mails/{number}/resend").status_code == 404


def test_the_desk_sends_a_reminder_it_has_seen(app: Flask, client: FlaskClient, slug: str) -> None:
    here = f"/m/{slug}/desk/mails"
    assert client.post(f"{here}?kind=reminder", data={"seen": "7"}).status_code == 422
    assert client.post(f"{here}?kind=reminder", data={"seen": "2"}).status_code == 303
    assert client.post(f"{here}?kind=reminder", data={"seen": "2"}).status_code == 422
    with app.app_context():
        assert [kind for kind, _ in _letters(app)].count("reminder") == 2
