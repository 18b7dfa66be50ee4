"""Rows that may be somebody known: somebody says who they are, and nobody is merged without."""

from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.alliance.models import DistinctPeople, Person
from eventapp.alliance.queries import duplicates_of
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.registration.models import Registration
from eventapp.registration.queries import registrations_of
from eventapp.registration.rules import Category
from eventapp.registration.service.attendance import register_person
from eventapp.roster.queries import roster_in
from eventapp.web.queue import run_due
from tests.factories import make_user, sign_in
from tests.factories_registration import make_meeting, make_person, make_registration, make_unit

LIST = """姓名,单位,手机号
王磊,甲公司,13800138000
張曉明,甲公司,13911112222
李敏,甲公司,13800138003
周敏,甲公司,13800138004
"""


@pytest.fixture
def sent(app: Flask, client: FlaskClient) -> tuple[int, int, dict[str, int], str]:
    """A list that was checked: meeting, roster, the known people by name, and its page.

    王磊 is known, so is 张晓明 under another writing; the phone of 李敏 is 欧阳锋's.
    """
    with app.app_context():
        meeting = make_meeting()
        meeting_id, alliance_id = meeting.id, meeting.alliance_id
        unit = make_unit(alliance_id, "甲公司")
        known = {
            name: make_person(alliance_id, name, unit, phone=phone).id
            for name, phone in (
                ("王磊", ""),
                ("张晓明", "13800138002"),
                ("欧阳锋", "13800138003"),
            )
        }
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
        base = f"/m/{meeting.slug}/desk/registrations/import"
    answer = client.post(base, data={"file": (BytesIO(LIST.encode()), "名单.csv")})
    page = answer.headers["Location"]
    with app.app_context():
        run_due(app)
    return meeting_id, int(page.rpartition("/")[2]), known, page


def _take(app: Flask, client: FlaskClient, page: str) -> None:
    assert (
        client.post(f"{page}/take", data={"category": "delegate", "units": "add"}).status_code
        == 303
    )
    with app.app_context():
        run_due(app)


def test_each_row_that_may_be_somebody_known_asks_who_it_is(
    app: Flask, client: FlaskClient, sent: tuple[int, int, dict[str, int], str]
) -> None:
    meeting_id, roster_id, known, page = sent
    with app.app_context():
        assert roster_in(meeting_id, roster_id).totals["people"] == 4
        assert roster_in(meeting_id, roster_id).totals["alike"] == {
            "2": [known["王磊"]],
            "3": [known["张晓明"]],
            "4": [known["欧阳锋"]],
        }
    text = client.get(page).text
    assert "3 行待确认" in text
    assert "第 3 行 張曉明（甲公司）" in text
    assert "就是已有的张晓明（138****8002）" in text
    assert text.count("是另外一个人") == 2, "whose phone is another's cannot be noted as new"
    assert "13800138002" not in text


def test_known_people_are_taken_as_themselves_and_others_are_told_apart(
    app: Flask, client: FlaskClient, sent: tuple[int, int, dict[str, int], str]
) -> None:
    meeting_id, _roster_id, known, page = sent
    said = {
        "people-0": "new",
        "people-1": str(known["张晓明"]),
        "people-2": str(known["欧阳锋"]),
    }
    assert client.post(f"{page}/people", data=said).status_code == 303
    with app.app_context():
        run_due(app)
        assert registrations_of(meeting_id) == [], "nobody is registered by looking"
    text = client.get(page).text
    assert "都已确认" in text
    assert "按已有人员“张晓明”报名" in text
    assert "导入 4 人" in text
    _take(app, client, page)
    with app.app_context():
        rows = {row.name: row.person_id for row in registrations_of(meeting_id)}
        assert set(rows) == {"王磊", "张晓明", "欧阳锋", "周敏"}
        assert rows["张晓明"] == known["张晓明"]
        assert rows["欧阳锋"] == known["欧阳锋"]
        assert rows["王磊"] != known["王磊"]
        kept = db.session.get_one(Person, known["张晓明"])
        assert (kept.name, kept.phone) == ("张晓明", "13800138002")
        assert len(db.session.scalars(sa.select(DistinctPeople)).all()) == 1
        assert duplicates_of(kept.alliance_id).total == 0


def test_what_is_left_open_is_somebody_new_and_stands_among_the_pairs(
    app: Flask, client: FlaskClient, sent: tuple[int, int, dict[str, int], str]
) -> None:
    meeting_id, _roster_id, known, page = sent
    _take(app, client, page)
    with app.app_context():
        names = {row.name for row in registrations_of(meeting_id)}
        assert names == {"王磊", "張曉明", "周敏"}, "a phone that is another's stops its row"
        alliance_id = db.session.get_one(Person, known["王磊"]).alliance_id
        assert duplicates_of(alliance_id).total == 2


def test_only_who_was_offered_can_be_chosen_and_a_row_that_is_registered_is_not_twice(
    app: Flask, client: FlaskClient, sent: tuple[int, int, dict[str, int], str]
) -> None:
    meeting_id, roster_id, known, page = sent
    wrong = {"people-0": str(known["张晓明"]), "people-1": "", "people-2": ""}
    assert client.post(f"{page}/people", data=wrong).status_code == 422
    with app.app_context():
        run_due(app)
        person = db.session.get_one(Person, known["张晓明"])
        register_person(
            SYSTEM, meeting_id, person_id=person.id, category=Category.DELEGATE, channel="desk"
        )
    right = {"people-0": "", "people-1": str(known["张晓明"]), "people-2": ""}
    assert client.post(f"{page}/people", data=right).status_code == 303
    with app.app_context():
        run_due(app)
        assert roster_in(meeting_id, roster_id).totals["known"] == 1
    _take(app, client, page)
    with app.app_context():
        whose = sa.select(Registration.id).where(Registration.person_id == known["张晓明"])
        assert len(db.session.scalars(whose).all()) == 1


def test_one_person_cannot_be_two_rows(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        meeting = make_meeting()
        meeting_id = meeting.id
        unit = make_unit(meeting.alliance_id, "甲公司")
        known = make_person(meeting.alliance_id, "王磊", unit, phone="13800138001").id
        make_registration(meeting, "周敏")
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
        base = f"/m/{meeting.slug}/desk/registrations/import"
    rows = "姓名,单位,手机号\n王磊,甲公司,13800138005\n王 磊,甲公司,13800138006\n"
    page = client.post(base, data={"file": (BytesIO(rows.encode()), "名单.csv")}).headers[
        "Location"
    ]
    with app.app_context():
        run_due(app)
    both = {"people-0": str(known), "people-1": str(known)}
    assert client.post(f"{page}/people", data=both).status_code == 303
    with app.app_context():
        run_due(app)
    _take(app, client, page)
    assert "与另一行指的是同一个人" in client.get(page).text
    with app.app_context():
        assert len(registrations_of(meeting_id)) == 2
