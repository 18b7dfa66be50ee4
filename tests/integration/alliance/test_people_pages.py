"""People of an alliance in the browser: found, spelled by hand, flagged where they may be known."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.alliance.models import DistinctPeople, Person
from eventapp.alliance.queries import alliance_by_slug, search_people
from eventapp.core.access import Role
from eventapp.core.db import db
from tests.factories import make_user, sign_in
from tests.factories_alliance import make_alliance, make_person, make_unit


@pytest.fixture
def organiser(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        alliance = make_alliance(slug="one")
        unit = make_unit(alliance, "东营职业学院")
        make_person(alliance, "张晓明", unit, phone="13800131234", titles="院长")
        make_person(alliance, "单雄信", unit, phone="13800135678")
        make_person(make_alliance(slug="two"), "张晓明", phone="13800131234")
        sign_in(client, make_user(Role.ORGANISER, alliance.scope_id))
    return client


def _id(app: Flask, name: str) -> int:
    with app.app_context():
        return search_people(alliance_by_slug("one").id, name)[0].id


def _unit(app: Flask) -> int:
    with app.app_context():
        return (
            db.session.scalars(
                sa.select(Person.organisation_id).where(Person.organisation_id.is_not(None))
            ).first()
            or 0
        )


@pytest.mark.parametrize("text", ["zxm", "zhang xiao", "張曉", "1234"])
def test_the_list_is_searched_and_keeps_the_text(organiser: FlaskClient, text: str) -> None:
    page = organiser.get("/a/one/people", query_string={"text": text}).text
    assert "张晓明" in page
    assert "单雄信" not in page
    assert f'value="{text}"' in page
    assert "13800131234" not in page


def test_a_search_that_finds_nobody_says_so(organiser: FlaskClient) -> None:
    assert "没有找到" in organiser.get("/a/one/people?text=zz").text


def test_a_name_is_spelled_by_hand_and_shown_beside_what_is_worked_out(
    app: Flask, organiser: FlaskClient
) -> None:
    person_id = _id(app, "单雄信")
    page = organiser.get(f"/a/one/people/{person_id}").text
    assert "程序算出：Shan Xiongxin" in page
    assert "程序算出：8 12 9" in page
    typed = {"name": "单雄信", "organisation_id": "0", "pinyin": "dan xiong", "strokes": "8 12 9"}
    refused = organiser.post(f"/a/one/people/{person_id}", data=typed)
    assert (refused.status_code, "拼音与姓名对不上" in refused.text) == (422, True)
    assert 'value="dan xiong"' in refused.text
    typed |= {"pinyin": "dan xiong xin", "initials": "DXX"}
    assert organiser.post(f"/a/one/people/{person_id}", data=typed).status_code == 303
    assert "单雄信" in organiser.get("/a/one/people?text=danx").text
    page = organiser.get(f"/a/one/people/{person_id}").text
    assert 'value="dan xiong xin"' in page
    assert 'value="dxx"' in page


def test_somebody_who_may_be_known_is_shown_before_being_added(
    app: Flask, organiser: FlaskClient
) -> None:
    typed = {"name": "張 曉明", "organisation_id": str(_unit(app)), "phone": "13911112222"}
    asked = organiser.post("/a/one/people", data=typed)
    assert asked.status_code == 422
    assert "疑似与已有人员重复" in asked.text
    assert "同单位，姓名只是写法不同" in asked.text
    assert "138****1234" not in asked.text or "13800131234" not in asked.text
    assert 'value="13911112222"' in asked.text
    seen = re.findall(r'name="seen" value="(\d+)"', asked.text)
    assert seen == [str(_id(app, "张晓明"))]
    assert organiser.post("/a/one/people", data={**typed, "seen": seen}).status_code == 422
    told = {**typed, "seen": seen, "apart": "y"}
    assert organiser.post("/a/one/people", data=told).status_code == 303
    with app.app_context():
        pair = db.session.scalars(sa.select(DistinctPeople)).one()
        assert pair.first_id == int(seen[0])


def test_a_phone_that_somebody_has_is_nobody_elses_whatever_is_ticked(
    app: Flask, organiser: FlaskClient
) -> None:
    typed = {"name": "李四", "organisation_id": "0", "phone": "138 0013 1234"}
    asked = organiser.post("/a/one/people", data=typed)
    assert (asked.status_code, "手机号相同" in asked.text) == (422, True)
    assert 'name="apart"' not in asked.text
    told = {**typed, "seen": str(_id(app, "张晓明")), "apart": "y"}
    assert organiser.post("/a/one/people", data=told).status_code == 422


def test_a_change_that_makes_two_alike_is_asked_about_and_another_is_not(
    app: Flask, organiser: FlaskClient
) -> None:
    person_id, unit = _id(app, "单雄信"), str(_unit(app))
    at = f"/a/one/people/{person_id}"
    other = {"name": "单雄信", "organisation_id": unit, "phone": "13800135678", "titles": "主任"}
    assert organiser.post(at, data=other).status_code == 303
    alike = {**other, "name": "张晓明"}
    asked = organiser.post(at, data=alike)
    assert (asked.status_code, "同单位、同姓名" in asked.text) == (422, True)
    told = {**alike, "seen": re.findall(r'name="seen" value="(\d+)"', asked.text), "apart": "y"}
    assert organiser.post(at, data=told).status_code == 303
    assert organiser.post(at, data={**alike, "phone": "13800139999"}).status_code == 303
