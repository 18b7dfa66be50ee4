"""People who may be one, in the organiser's browser."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventapp.alliance.queries import duplicates_of, person_in
from eventapp.core.access import SYSTEM, Role
from eventapp.desk.service.merging import merge_people
from eventapp.privacy.service import ask_erasure
from eventapp.registration.rules import Category
from eventapp.registration.service import register_person
from tests.factories import make_user, sign_in
from tests.factories_alliance import make_alliance, make_meeting, make_person, make_unit


@pytest.fixture
def two(app: Flask, client: FlaskClient) -> tuple[int, int, int]:
    with app.app_context():
        alliance = make_alliance(slug="one")
        unit = make_unit(alliance, "东营职业学院")
        ids = [
            make_person(alliance, name, unit, phone=phone, titles=titles).id
            for name, phone, titles in (
                ("张晓明", "13800131234", "院长"),
                ("張曉明", "13900005678", "书记"),
            )
        ]
        elsewhere = make_alliance(slug="two")
        other = make_unit(elsewhere, "别处学院")
        for _ in range(2):
            make_person(elsewhere, "别处之人", other)
        meeting = make_meeting(alliance, title="成立大会")
        for person_id in ids:
            register_person(
                SYSTEM, meeting.id, person_id=person_id, category=Category.DELEGATE, channel="desk"
            )
        sign_in(client, make_user(Role.ORGANISER, alliance.scope_id))
        return alliance.id, ids[0], ids[1]


def test_pairs_stand_beside_each_other_with_what_speaks_for_them(
    client: FlaskClient, two: tuple[int, int, int]
) -> None:
    page = client.get("/a/one/people/duplicates").text
    assert "同单位，姓名只是写法不同" in page
    for shown in ("张晓明", "張曉明", "院长", "书记", "138****1234"[:3], "5678"):
        assert shown in page
    for hidden in ("13800131234", "13900005678", "别处之人"):
        assert hidden not in page
    assert "疑似重复" in client.get("/a/one/people").text


def test_what_a_merger_does_is_shown_before_it_is_done(
    app: Flask, client: FlaskClient, two: tuple[int, int, int]
) -> None:
    alliance_id, keep_id, gone_id = two
    at = f"/a/one/people/{keep_id}/merge/{gone_id}"
    page = client.get(at).text
    for said in ("成立大会", "留下张晓明的一份", "書記"[:0] + "书记", "确定合并为一个人"):
        assert said in page
    assert "13900005678" not in page
    with app.app_context():
        assert duplicates_of(alliance_id).total == 1
    answer = client.post(at)
    assert (answer.status_code, answer.location) == (303, "/a/one/people/duplicates")
    assert "没有疑似重复的人员" in client.get("/a/one/people/duplicates").text
    with app.app_context():
        assert person_in(alliance_id, gone_id).id == keep_id
    moved = client.get(f"/a/one/people/{gone_id}")
    assert (moved.status_code, moved.location) == (302, f"/a/one/people/{keep_id}")
    assert client.get(at).status_code == 404
    assert client.post(at).status_code == 409


def test_two_people_are_told_apart_with_one_press(
    app: Flask, client: FlaskClient, two: tuple[int, int, int]
) -> None:
    alliance_id, one, other = two
    assert client.post(f"/a/one/people/{one}/apart/{other}").status_code == 303
    assert "没有疑似重复的人员" in client.get("/a/one/people/duplicates").text
    with app.app_context():
        assert person_in(alliance_id, other).name == "張曉明"


def test_what_stands_in_the_way_is_said_instead_of_the_button(
    app: Flask, client: FlaskClient, two: tuple[int, int, int]
) -> None:
    alliance_id, keep_id, gone_id = two
    with app.app_context():
        ask_erasure(SYSTEM, alliance_id, gone_id)
    at = f"/a/one/people/{keep_id}/merge/{gone_id}"
    page = client.get(at).text
    assert "先办理这项要求" in page
    assert "确定合并为一个人" not in page
    assert client.post(at).status_code == 409


def test_people_of_another_alliance_are_not_there(
    app: Flask, client: FlaskClient, two: tuple[int, int, int]
) -> None:
    with app.app_context():
        theirs = make_person(make_alliance(), "别人").id
    for at in (f"/a/one/people/{two[1]}/merge/{theirs}", f"/a/one/people/{theirs}/merge/{two[1]}"):
        assert client.get(at).status_code == 404
        assert client.post(at).status_code == 404
    assert client.post(f"/a/one/people/{two[1]}/apart/{theirs}").status_code == 404


def test_a_merged_person_is_shown_by_no_list(
    app: Flask, client: FlaskClient, two: tuple[int, int, int]
) -> None:
    with app.app_context():
        merge_people(SYSTEM, *two)
    page = client.get("/a/one/people").text
    assert "张晓明" in page
    assert "張曉明" not in page
