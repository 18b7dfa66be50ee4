"""A meeting by hand in the browser."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventapp.core.access import Role
from eventapp.meetings.queries import meeting_by_slug, rooms_of
from eventapp.meetings.rules import State
from tests.factories import make_user, sign_in
from tests.factories_alliance import START, make_alliance, make_meeting

DATA = {
    "title": "成立大会",
    "kind": "founding",
    "slug": "founding",
    "starts_at": "2024-01-19T09:00",
    "ends_at": "2024-01-19T12:00",
    "zone": "Asia/Shanghai",
    "venue": "会议中心",
    "rooms": "主会场\n二楼报告厅",
    "prepares_id": "0",
}


@pytest.fixture
def organiser(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        alliance = make_alliance(slug="one")
        sign_in(client, make_user(Role.ORGANISER, alliance.scope_id))
    return client


def test_a_meeting_is_called_in_the_clock_of_its_zone(app: Flask, organiser: FlaskClient) -> None:
    assert "还没有会议" in organiser.get("/a/one/meetings").text
    assert organiser.get("/a/one/meetings/new").status_code == 200
    answer = organiser.post("/a/one/meetings/new", data=DATA)
    assert (answer.status_code, answer.location) == (303, "/m/founding/desk/settings")
    with app.app_context():
        meeting = meeting_by_slug("founding")
        assert meeting.starts_at == START
        assert [room.name for room in rooms_of(meeting.id)] == ["主会场", "二楼报告厅"]
    page = organiser.get("/m/founding/desk/settings").text
    assert 'value="2024-01-19T09:00"' in page
    assert "成立大会" in organiser.get("/a/one/meetings").text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("ends_at", "2024-01-19T08:00", "结束时间应晚于开始时间"),
        ("zone", "Mars/Base", "没有这个时区"),
        ("zone", "../etc", "没有这个时区"),
        ("slug", "大会", "只能用小写字母"),
        ("starts_at", "", "请填写开始时间"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nothing_typed_is_lost(
    app: Flask, organiser: FlaskClient, field: str, value: str, words: str
) -> None:
    answer = organiser.post("/a/one/meetings/new", data={**DATA, field: value})
    assert answer.status_code == 422
    assert words in answer.text
    assert "会议中心" in answer.text


def test_details_change_and_steps_follow_the_rule(app: Flask, organiser: FlaskClient) -> None:
    organiser.post("/a/one/meetings/new", data=DATA)
    url = "/m/founding/desk/settings"
    assert organiser.post(url, data={**DATA, "venue": "新会场"}).status_code == 303
    assert "新会场" in organiser.get(url).text
    state = "/m/founding/desk/state"
    assert organiser.post(state, data={"state": "archived"}).status_code == 422
    assert organiser.post(state, data={"state": "nonsense"}).status_code == 422
    refused = organiser.post(state, data={"state": "postponed"})
    assert (refused.status_code, "请写明延期或取消的原因" in refused.text) == (422, True)
    data = {"state": "postponed", "reason": "台风"}
    assert organiser.post(state, data=data).status_code == 303
    assert "台风" in organiser.get(url).text
    assert organiser.post(state, data={"state": "published"}).status_code == 303
    assert organiser.post(state, data={"state": "in_session"}).status_code == 303
    with app.app_context():
        assert meeting_by_slug("founding").state is State.IN_SESSION


def test_a_meeting_is_copied_to_another_day(app: Flask, organiser: FlaskClient) -> None:
    organiser.post("/a/one/meetings/new", data=DATA)
    with app.app_context():
        meeting_id = meeting_by_slug("founding").id
    url = f"/a/one/meetings/{meeting_id}/copy"
    assert "成立大会" in organiser.get(url).text
    data = {"title": "第二次会议", "slug": "second", "starts_at": "2024-06-01T14:00"}
    assert organiser.post(url, data={**data, "slug": "founding"}).status_code == 422
    assert organiser.post(url, data=data).location == "/m/second/desk/settings"
    with app.app_context():
        assert meeting_by_slug("second").venue == "会议中心"


def test_door_staff_see_no_settings(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        meeting = make_meeting(make_alliance(), slug="founding")
        sign_in(client, make_user(Role.DOOR_STAFF, meeting.scope_id))
    assert client.get("/m/founding/desk/settings").status_code == 403
    assert client.post("/m/founding/desk/state", data={"state": "published"}).status_code == 403
