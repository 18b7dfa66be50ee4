"""A new edition is told to those whom it concerns, to nobody else, and once."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from eventapp.agenda.queries import items_of
from eventapp.agenda.service import PersonIn, change_item, publish_agenda
from eventapp.core import files
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.errors import Conflict
from eventapp.core.outbox import Message
from eventapp.meetings.queries import meeting_of
from eventapp.notices.queries.editions import news_of
from eventapp.notices.service import tell_concerned
from eventapp.registration.service import set_liaison
from eventapp.web.queue import run_due
from tests.factories import make_user, sign_in
from tests.factories_agenda import make_item
from tests.factories_registration import make_meeting, make_person, make_registration, make_unit

NEWS = "desk/agenda-news"


@pytest.fixture
def meeting(app: Flask, client: FlaskClient) -> int:
    """A meeting with three speakers of two units, the first edition out and told; its id."""
    with app.app_context():
        meeting = make_meeting()
        alliance_id, meeting_id = meeting.alliance_id, meeting.id
        unit, other = (make_unit(alliance_id, name) for name in ("东营职院", "淄博职院"))
        for one, name in ((unit, "dong"), (other, "zi")):
            liaison = make_person(alliance_id, f"联络{name}", email=f"{name}@example.org").id
            set_liaison(SYSTEM, meeting_id, one, liaison)
        speaker = make_registration(
            meeting, "王磊", organisation_id=unit, email="wang@example.org"
        ).person_id
        silent = make_person(alliance_id, "李明", other).id
        guest = make_person(alliance_id, "赵敏", email="zhao@example.org").id
        meeting = meeting_of(meeting_id)
        for name, person in (("王磊", speaker), ("李明", silent), ("赵敏", guest)):
            make_item(meeting, f"{name}发言", people=[PersonIn("speaker", name, "", person)])
        publish_agenda(SYSTEM, meeting_id)
        tell(meeting_id)
        run_all(app)
        sign_in(client, make_user(Role.ORGANISER, meeting_of(meeting_id).scope_id))
        client.environ_base["here"] = f"/m/{meeting_of(meeting_id).slug}/desk/agenda-news"
        return meeting_id


def tell(meeting_id: int) -> int:
    """Write to whoever the last edition concerns."""
    news = news_of(meeting_of(meeting_id))
    assert news is not None
    return tell_concerned(SYSTEM, meeting_id, seen=news.seen)


def run_all(app: Flask) -> list[Message]:
    """Do the work that waits and list all that was written about the agenda."""
    for _ in range(2):
        run_due(app)
    query = sa.select(Message).where(Message.kind == "agenda").order_by(Message.id)
    return list(db.session.scalars(query))


def change(meeting_id: int, place: int, **more: Any) -> None:
    """Change an item and publish the agenda."""
    item = items_of(meeting_id)[place]
    change_item(SYSTEM, meeting_id, item.id, version=item.version, **more)
    publish_agenda(SYSTEM, meeting_id)


def test_the_first_edition_goes_to_all_who_stand_in_it(app: Flask, meeting: int):
    with app.app_context():
        messages = run_all(app)
    assert sorted(one.recipient for one in messages) == [
        "dong@example.org",
        "wang@example.org",
        "zhao@example.org",
        "zi@example.org",
    ]
    assert all("议程已经发布" in one.text for one in messages)


def test_only_those_whose_items_changed_are_told_with_their_own_changes(app: Flask, meeting: int):
    with app.app_context():
        before = len(run_all(app))
        change(meeting, 2, title="闭幕致辞")
        assert tell(meeting) == 1
        (message,) = run_all(app)[before:]
        assert message.recipient == "zhao@example.org"
        assert "第 3 项的标题由“赵敏发言”改为“闭幕致辞”。" in message.text
        assert "王磊" not in message.text
        (attached,) = message.attachments
        titles = {
            str(one["SUMMARY"])
            for one in Calendar.from_ical(files.read(attached["digest"])).walk("VEVENT")
        }
        assert "闭幕致辞" in titles
        assert "王磊发言" not in titles


def test_a_change_of_speaker_concerns_both_and_the_units_of_both(app: Flask, meeting: int):
    with app.app_context():
        alliance_id = meeting_of(meeting).alliance_id
        new = make_person(alliance_id, "孙丽", email="sun@example.org").id
        before = len(run_all(app))
        change(meeting, 0, people=[PersonIn("speaker", "孙丽", "", new)])
        assert tell(meeting) == 3
        to = {one.recipient: one.text for one in run_all(app)[before:]}
    assert to.keys() == {"sun@example.org", "wang@example.org", "dong@example.org"}
    assert all("由王磊改为孙丽" in text for text in to.values())
    assert "贵单位人员" in to["dong@example.org"]


def test_an_edition_is_told_once_and_what_was_not_told_is_told_with_the_next(
    app: Flask, meeting: int
):
    with app.app_context():
        with pytest.raises(Conflict) as refused:
            tell(meeting)
        assert refused.value.code == "edition_told"
        before = len(run_all(app))
        change(meeting, 2, title="闭幕致辞")
        change(meeting, 0, title="开幕致辞")
        tell(meeting)
        to = {one.recipient for one in run_all(app)[before:]}
    assert to == {"zhao@example.org", "wang@example.org", "dong@example.org"}


def test_the_letters_are_looked_at_before_they_go(app: Flask, client: FlaskClient, meeting: int):
    with app.app_context():
        change(meeting, 1, minutes=20)
        count = len(run_all(app))
    page = client.get(client.environ_base["here"]).text
    assert "第 2 项“李明发言”的时长由 10 分钟改为 20 分钟。" in page
    assert "没有邮箱，请另行通知：李明。" in page
    assert "wang@example.org" not in page
    assert "zhao@example.org" not in page  # half hidden
    assert "zh***@example.org" in page
    stale = client.post(client.environ_base["here"], data={"seen": "stale"})
    assert stale.status_code == 422
    with app.app_context():
        assert len(run_all(app)) == count
        news = news_of(meeting_of(meeting))
        assert news is not None
    sent = client.post(client.environ_base["here"], data={"seen": news.seen})
    assert sent.status_code == 303
    assert "赵敏" in client.get(sent.headers["Location"]).text
    with app.app_context():
        assert len(run_all(app)) == count + 2


def test_before_anything_is_out_there_is_nothing_to_tell(app: Flask):
    with app.app_context():
        bare = make_meeting()
        with pytest.raises(Conflict) as refused:
            tell_concerned(SYSTEM, bare.id, seen="")
        assert refused.value.code == "agenda_unpublished"
