"""Announcements stand on the public page and the wall until they are taken away."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.errors import Conflict
from eventapp.core.outbox import Message
from eventapp.notices.queries.announcements import announcements_of
from eventapp.notices.service import announce, mail_announcement
from eventapp.web.queue import run_due
from tests.factories import make_user, sign_in
from tests.factories_registration import make_meeting, make_registration


@pytest.fixture
def meeting(app: Flask, client: FlaskClient) -> tuple[int, str]:
    """A meeting whose organiser sits at the client; its id and its address."""
    with app.app_context():
        meeting = make_meeting()
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
        return meeting.id, f"/m/{meeting.slug}"


def test_everybody_sees_it_until_it_is_taken_away(
    app: Flask, client: FlaskClient, meeting: tuple[int, str]
):
    meeting_id, here = meeting
    places = (here, f"{here}/projector", f"{here}/projector/now")
    assert client.post(f"{here}/desk/announcements", data={"text": ""}).status_code == 422
    posted = client.post(f"{here}/desk/announcements", data={"text": "分组会改在二号厅。"})
    assert posted.status_code == 303
    for place in places:
        assert "分组会改在二号厅。" in app.test_client().get(place).text
    with app.app_context():
        (one,) = announcements_of(meeting_id)
        where = f"{here}/desk/announcements/{one.id}"
    assert client.post(f"{where}/end").status_code == 303
    for place in places:
        assert "分组会改在二号厅。" not in app.test_client().get(place).text
    assert client.post(f"{where}/show").status_code == 303
    assert "分组会改在二号厅。" in app.test_client().get(here).text


def test_it_is_mailed_once_to_all_who_are_approved_after_a_look(
    app: Flask, client: FlaskClient, meeting: tuple[int, str]
):
    meeting_id, here = meeting
    with app.app_context():
        from_id = make_meeting().id
        mine = db.session.get_one(type(make_meeting()), meeting_id)
        make_registration(mine, "王磊", email="wang@example.org")
        make_registration(db.session.get_one(type(mine), meeting_id), "李明")
        make_registration(db.session.get_one(type(mine), from_id), "赵敏", email="z@example.org")
        run_due(app)
    posted = client.post(
        f"{here}/desk/announcements", data={"text": "请提前半小时到场。", "then": "mail"}
    )
    page = client.get(posted.headers["Location"]).text
    assert "王磊，您好：" in page
    assert "请提前半小时到场。" in page
    assert "请提前半小时到场。" not in app.test_client().get(here).text
    assert client.post(posted.headers["Location"], data={"seen": "7"}).status_code == 422
    assert client.post(posted.headers["Location"], data={"seen": "1"}).status_code == 303
    with app.app_context():
        for _ in range(2):
            run_due(app)
        said = db.session.scalars(sa.select(Message).where(Message.kind == "announcement")).all()
        assert [one.recipient for one in said] == ["wang@example.org"]
        (made,) = announcements_of(meeting_id)
        with pytest.raises(Conflict):
            mail_announcement(SYSTEM, meeting_id, made.id, seen=1)


def test_another_meetings_announcement_does_not_exist(
    app: Flask, client: FlaskClient, meeting: tuple[int, str]
):
    with app.app_context():
        foreign = announce(SYSTEM, make_meeting().id, "别处的公告", show=True).id
    for act in ("show", "end"):
        assert client.post(f"{meeting[1]}/desk/announcements/{foreign}/{act}").status_code == 404
    assert client.get(f"{meeting[1]}/desk/announcements/{foreign}/mail").status_code == 404
    assert "别处的公告" not in client.get(f"{meeting[1]}/desk/announcements").text
