"""Pages of people's data: asking to be erased, erasing, the answer, the terms."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.alliance.models import Person
from eventapp.alliance.queries import alliance_of, slug_of
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.ledger import AuditEntry
from eventapp.core.outbox import Message
from eventapp.privacy.document import answer_letter
from eventapp.privacy.models import Erasure
from eventapp.privacy.queries.erasures import code_of
from eventapp.privacy.service import ask_erasure, erase_person
from tests.factories import make_user, put_token, sign_in
from tests.factories_registration import make_meeting, make_registration

NAME, EMAIL = "麒麟皛", "qilin.canary@example.org"


def make_scene(client: FlaskClient) -> tuple[str, str, int, int, int]:
    """Register somebody with an own page open in this browser; tell slugs and ids."""
    meeting = make_meeting()
    registration = make_registration(meeting, NAME, email=EMAIL)
    slug, alliance_id, one = meeting.slug, meeting.alliance_id, registration.id
    person_id, alliance = registration.person_id, alliance_of(alliance_id)
    link = link_of(meeting.scope_id, Role.DELEGATE, one)
    assert link is not None
    put_token(client, f"{Role.DELEGATE}:{link.id}", open_link(link_token(link)))
    return slug, slug_of(alliance), alliance_id, person_id, one


def test_a_person_asks_confirms_and_takes_it_back(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        slug, _, alliance_id, person_id, one = make_scene(client)
    assert f"/m/{slug}/pass/erasure?who={one}" in client.get(f"/m/{slug}/pass").text
    here = f"/m/{slug}/pass/erasure"
    page = client.get(here).text
    assert "15 天内答复" in page
    assert "表决结果以此为据" in page
    refused = client.post(here, data={})
    assert refused.status_code == 422
    assert "请看过说明，勾选确认。" in refused.text
    assert client.post(here, data={"sure": "y"}).status_code == 303
    with app.app_context():
        code = code_of(db.session.scalars(sa.select(Erasure.id)).one())
    assert f"/erasures/{code}" in client.get(here).text
    waiting = app.test_client().get(f"/erasures/{code}").text
    assert "删除申请已收到" in waiting
    assert NAME not in waiting
    assert client.post(f"{here}/withdraw").status_code == 303
    assert app.test_client().get(f"/erasures/{code}").status_code == 404
    with app.app_context():
        ask_erasure(SYSTEM, alliance_id, person_id)
        assert db.session.get_one(Person, person_id).name == NAME


def test_the_desk_erases_and_the_answer_tells_what_stays(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        slug, alliance, alliance_id, person_id, one = make_scene(client)
        ask_erasure(SYSTEM, alliance_id, person_id)
        user = make_user(Role.ORGANISER, alliance_of(alliance_id).scope_id)
        sign_in(client, user)
    requests = client.get(f"/a/{alliance}/privacy").text
    assert NAME in requests
    assert "待办理" in requests
    here = f"/a/{alliance}/privacy/people/{person_id}"
    assert here in client.get(f"/a/{alliance}/people/{person_id}").text
    assert "只用来统计人数" in client.get(here).text
    assert client.post(here, data={}).status_code == 422
    done = client.post(here, data={"sure": "y"})
    assert done.status_code == 303
    answer = app.test_client().get(done.location).text
    assert "保留的内容和依据" in answer
    assert "只用来统计人数" in answer
    listed = client.get(f"/a/{alliance}/privacy").text
    assert NAME not in listed
    assert "已删除" in listed
    assert client.get(here).status_code == 200
    assert client.post(here, data={"sure": "y"}).status_code == 422
    assert client.get(f"/m/{slug}/desk/registrations").text.count("已删除") == 1
    assert "已删除" in client.get(f"/m/{slug}/desk/registrations/{one}").text
    with app.app_context():
        mail = db.session.scalars(sa.select(Message).where(Message.kind == "erasure")).one()
        assert mail.recipient == EMAIL
        assert done.location in mail.text
        assert "只用来统计人数" in mail.text
        body = db.session.scalars(
            sa.select(AuditEntry.body).where(AuditEntry.action == "person.erase")
        ).one()
        assert NAME not in body
        assert json.loads(body)["data"]["kept"]["registrations"] == 1


def test_a_wish_by_letter_is_noted_and_given_up(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        _, alliance, alliance_id, person_id, _ = make_scene(client)
        sign_in(client, make_user(Role.ORGANISER, alliance_of(alliance_id).scope_id))
    here = f"/a/{alliance}/privacy/people/{person_id}/request"
    assert client.post(here).status_code == 303
    assert "来信或当面" in client.get(f"/a/{alliance}/privacy").text
    with clock.fixed(clock.now() + timedelta(days=16)):
        with app.app_context():
            sign_in(client, make_user(Role.ORGANISER, alliance_of(alliance_id).scope_id))
        assert "已逾期" in client.get(f"/a/{alliance}/privacy").text
    assert client.post(here, data={"word": "withdraw"}).status_code == 303
    assert "没有数据请求" in client.get(f"/a/{alliance}/privacy").text


def test_people_of_another_alliance_are_not_there(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        _, alliance, alliance_id, _, _ = make_scene(client)
        stranger = make_registration(make_meeting(), "李娜").person_id
        sign_in(client, make_user(Role.ORGANISER, alliance_of(alliance_id).scope_id))
    path = f"/a/{alliance}/privacy/people/{stranger}"
    assert client.get(path).status_code == 404
    assert client.post(path, data={"sure": "y"}).status_code == 404
    assert client.post(f"{path}/request").status_code == 404
    with app.app_context():
        assert db.session.get_one(Person, stranger).name == "李娜"


@pytest.mark.parametrize("code", ["1", "1-", "x-1", "99999999999-ab", "1-" + "0" * 24])
def test_a_code_that_was_not_given_opens_nothing(
    app: Flask, client: FlaskClient, code: str
) -> None:
    with app.app_context():
        _, _, alliance_id, person_id, _ = make_scene(client)
        ask_erasure(SYSTEM, alliance_id, person_id)
    assert client.get(f"/erasures/{code}").status_code == 404


def test_the_answer_is_written_in_the_language_of_the_person(house: Flask) -> None:
    meeting = make_meeting()
    registration = make_registration(meeting, NAME, email=EMAIL)
    person_id = registration.person_id
    wish = ask_erasure(SYSTEM, meeting.alliance_id, person_id)
    wish_id = wish.id
    with db.engines[None].begin() as connection:
        connection.execute(sa.update(Erasure).values(language="en"))
    erase_person(SYSTEM, meeting.alliance_id, person_id, answer_letter)
    text = db.session.scalars(sa.select(Message.text).where(Message.kind == "erasure")).one()
    assert "Only for counting" in text
    assert code_of(wish_id) in text


def test_terms_say_what_goes_when_and_what_went_last(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        _, alliance, alliance_id, _, _ = make_scene(client)
        sign_in(client, make_user(Role.ORGANISER, alliance_of(alliance_id).scope_id))
    page = client.get(f"/a/{alliance}/privacy/terms").text
    for words in ("手机号、邮箱和其余回答", "上传 30 天后", "登录结束 30 天后", "长期保存"):
        assert words in page
