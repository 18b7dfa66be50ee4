"""The desk's page: write beside the page, lose nothing, take one step at a time."""

import re

from flask import Flask
from flask.testing import FlaskClient

from eventapp.minutes.queries import minutes_in
from eventapp.minutes.rules import State
from tests.factories_minutes import Held, enter, make_draft, make_held_meeting


def prepare(app: Flask) -> tuple[Held, int]:
    with app.app_context():
        held = make_held_meeting(units=4, ballots=1)
        return held, make_draft(held).id


def browser_of(app: Flask, held: Held, part: str) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        enter(client, held, part)
    return client


def seen_on(client: FlaskClient, url: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', client.get(url).text)
    assert found is not None
    return found[1]


def test_the_draft_marks_facts_and_leaves_prose_plain(app: Flask) -> None:
    held, _ = prepare(app)
    page = browser_of(app, held, "drafter").get(f"/m/{held.slug}/desk/minutes").text
    assert '应到单位<mark class="fact">4</mark>家' in page
    assert "<p>会议气氛热烈。</p>" in page
    assert f'name="item_{held.item_ids[0]}"' in page


def test_two_editors_at_once_see_both_texts_and_lose_none(app: Flask) -> None:
    held, minutes_id = prepare(app)
    client = browser_of(app, held, "drafter")
    url = f"/m/{held.slug}/desk/minutes/{minutes_id}/draft"
    first = {"version": "2", "title": "纪要", "introduction": "甲写的一段。"}
    assert client.post(url, data=first).status_code == 303
    clash = client.post(url, data={**first, "introduction": "乙写的一段。"})
    assert clash.status_code == 409
    assert "乙写的一段。</textarea>" in clash.text
    assert "<blockquote>甲写的一段。</blockquote>" in clash.text
    assert 'value="3"' in clash.text
    again = client.post(url, data={**first, "introduction": "甲乙合写。", "version": "3"})
    assert again.status_code == 303
    with app.app_context():
        assert minutes_in(held.meeting_id, minutes_id).prose["introduction"] == "甲乙合写。"


def test_every_step_goes_through_the_desk_by_its_own_person(app: Flask) -> None:
    held, minutes_id = prepare(app)
    desk = f"/m/{held.slug}/desk/minutes"
    acts = f"{desk}/{minutes_id}"
    drafter, checker, signer = (
        browser_of(app, held, part) for part in ("drafter", "checker", "signer")
    )
    assert drafter.post(f"{acts}/submit", data={"version": "2"}).status_code == 303
    assert drafter.post(f"{acts}/check", data={"seen": "x"}).status_code == 403
    assert checker.post(f"{acts}/return", data={"word": ""}).status_code == 422
    skipped = {"seen": seen_on(checker, desk), "skip": "1", "word": "已传阅"}
    assert checker.post(f"{acts}/check", data=skipped).status_code == 303
    assert checker.post(f"{acts}/release").status_code == 403
    assert signer.post(f"{acts}/sign", data={"seen": seen_on(signer, desk)}).status_code == 303
    assert drafter.post(f"{acts}/release").status_code == 303
    with app.app_context():
        assert minutes_in(held.meeting_id, minutes_id).state is State.RELEASED
    page = drafter.get(desk).text
    assert "核稿人赵静" in page
    assert "签发人马宝涛" in page
    assert "1号（内部存档本）" in page


def test_minutes_begin_from_an_empty_desk(app: Flask) -> None:
    with app.app_context():
        held = make_held_meeting(units=3, ballots=0)
    client = browser_of(app, held, "drafter")
    desk = f"/m/{held.slug}/desk/minutes"
    assert "开始起草" in client.get(desk).text
    assert client.post(desk).status_code == 303
    assert "保存草稿" in client.get(desk).text
    assert "保存草稿" not in browser_of(app, held, "checker").get(desk).text


def test_minutes_of_another_meeting_do_not_exist(app: Flask) -> None:
    held, minutes_id = prepare(app)
    with app.app_context():
        other = make_held_meeting(units=3, ballots=0)
    client = browser_of(app, other, "drafter")
    assert client.post(f"/m/{other.slug}/desk/minutes/{minutes_id}/submit").status_code == 404
    assert client.get(f"/m/{held.slug}/desk/minutes").status_code == 404
