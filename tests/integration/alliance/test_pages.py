"""An alliance by hand in the browser, from nothing to a tabled list; and nobody else's."""

import html
import io
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from eventapp.alliance.queries import alliance_by_slug, lists_of, members_of, people_of, seats_of
from eventapp.alliance.service import create_list
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.ledger import AuditEntry
from tests.factories import make_user, sign_in
from tests.factories_alliance import make_alliance, make_meeting, make_person, make_unit


@pytest.fixture
def organiser(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        alliance = make_alliance(slug="one", name="示范产教联合体")
        sign_in(client, make_user(Role.ORGANISER, alliance.scope_id))
    return client


def cells(data: bytes) -> list[list[str]]:
    page = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in page.to_python()]


def test_an_administrator_founds_an_alliance(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        sign_in(client, make_user(Role.ADMINISTRATOR))
    assert client.get("/alliances/new").status_code == 200
    data = {"name": "山东产教联合体", "short_name": "联合体", "slug": "shan dong", "aims": "一\n二"}
    refused = client.post("/alliances/new", data=data)
    assert (refused.status_code, "山东产教联合体" in refused.text) == (422, True)
    answer = client.post("/alliances/new", data={**data, "slug": "shandong"})
    assert (answer.status_code, answer.location) == (303, "/a/shandong")
    page = client.get("/a/shandong").text
    assert "还没有成员单位" in page


def test_an_organiser_founds_no_alliance(organiser: FlaskClient) -> None:
    assert organiser.get("/alliances/new").status_code == 404
    assert organiser.post("/alliances/new", data={"name": "x", "slug": "x"}).status_code == 404


def test_an_alliance_is_described_anew(app: Flask, organiser: FlaskClient) -> None:
    data = {"name": "新名称联合体", "short_name": "新", "aims": "协同育人\n\n服务产业"}
    assert organiser.post("/a/one/edit", data=data).status_code == 303
    with app.app_context():
        assert alliance_by_slug("one").aims == ["协同育人", "服务产业"]
    assert "服务产业" in organiser.get("/a/one/edit").text


def test_seats_are_renamed_and_reordered_in_one_table(app: Flask, organiser: FlaskClient) -> None:
    with app.app_context():
        seats = seats_of(alliance_by_slug("one").id)
    data = {f"label-{seat.id}": seat.label for seat in seats}
    data |= {f"place-{seat.id}": str(len(seats) - n) for n, seat in enumerate(seats)}
    data |= {f"votes-{seats[0].id}": "1", f"label-{seats[1].id}": "主席单位"}
    assert organiser.post("/a/one/seats", data=data).status_code == 303
    add = {"label": "秘书长单位", "votes_in_council": "y"}
    assert organiser.post("/a/one/seats/add", data=add).status_code == 303
    assert organiser.post(f"/a/one/seats/{seats[5].id}/remove").status_code == 303
    page = organiser.get("/a/one/seats").text
    with app.app_context():
        labels = [(row.label, row.votes_in_council) for row in seats_of(alliance_by_slug("one").id)]
    assert labels == [
        ("理事单位", False),
        ("副理事长单位", False),
        ("常务副理事长单位", False),
        ("主席单位", False),
        ("轮值理事长单位", True),
        ("秘书长单位", True),
    ]
    assert "主席单位" in page


def test_pasted_units_come_back_whole_when_a_row_is_wrong(
    app: Flask, organiser: FlaskClient
) -> None:
    rows = "甲学院\t理事长单位\t91110000802100433B\n乙学院\t没有的席位\n\n丙学院\n"
    refused = organiser.post("/a/one/units/paste", data={"rows": rows})
    page = html.unescape(refused.text)
    assert refused.status_code == 422
    assert "没有“没有的席位”这个席位" in page
    assert "甲学院\t理事长单位\t91110000802100433B" in page
    assert re.search(r'<td [^>]*class="fit">2</td>', page)
    answer = organiser.post("/a/one/units/paste", data={"rows": rows.replace("没有的席位", "")})
    assert answer.status_code == 303
    with app.app_context():
        assert len(members_of(alliance_by_slug("one").id)) == 3


def test_a_unit_is_added_changed_and_removed_by_hand(app: Flask, organiser: FlaskClient) -> None:
    assert (
        organiser.post("/a/one/units", data={"name": "甲学院", "seat": "chair"}).status_code == 303
    )
    twice = organiser.post("/a/one/units", data={"name": "甲学院", "seat": ""})
    assert (twice.status_code, "已在成员单位中" in twice.text) == (422, True)
    with app.app_context():
        unit_id = members_of(alliance_by_slug("one").id)[0].organisation_id
    url = f"/a/one/units/{unit_id}"
    assert "甲学院" in organiser.get(url).text
    data = {"name": "甲大学", "seat": "council", "ordinal": "2", "lead_ordinal": "1"}
    assert organiser.post(url, data=data).status_code == 303
    with app.app_context():
        (member,) = members_of(alliance_by_slug("one").id)
        assert (member.name, member.proposed_seat_key) == ("甲大学", "council")
        assert (member.ordinal, member.lead_ordinal) == (2, 1)
    assert "甲大学" in organiser.get("/a/one").text
    assert organiser.post(f"{url}/remove").status_code == 303
    assert organiser.get(url).status_code == 404


def test_the_order_stands_in_the_address_and_in_the_export(
    app: Flask, organiser: FlaskClient
) -> None:
    with app.app_context():
        alliance = alliance_by_slug("one")
        make_unit(alliance, "张村学院", seat_key="chair")
        make_unit(alliance, "=1+1 公司")
    page = organiser.get("/a/one/units?order=pinyin").text
    assert page.index("=1+1") < page.index("张村")
    page = organiser.get("/a/one/units?order=nonsense").text
    assert page.index("张村") < page.index("=1+1")
    file = organiser.get("/a/one/units.xlsx?order=pinyin")
    assert "spreadsheetml.sheet" in file.headers["Content-Type"]
    assert [row[0] for row in cells(file.data)] == ["单位名称", "=1+1 公司", "张村学院"]


def test_people_are_added_pasted_corrected_and_exported(app: Flask, organiser: FlaskClient) -> None:
    data = {"name": "张三", "phone": "13800138000", "organisation_id": "0"}
    assert organiser.post("/a/one/people", data=data).status_code == 303
    again = organiser.post("/a/one/people", data={**data, "name": "李四"})
    assert (again.status_code, "另一位人员" in again.text) == (422, True)
    page = organiser.get("/a/one/people?order=strokes").text
    assert "138****8000" in page
    assert "13800138000" not in page
    wrong = organiser.post("/a/one/people/paste", data={"rows": "王五\t\t12\n赵六"})
    assert (wrong.status_code, "电话号码不对" in wrong.text) == (422, True)
    assert (
        organiser.post("/a/one/people/paste", data={"rows": "王五\t院长\n赵六"}).status_code == 303
    )
    with app.app_context():
        people = people_of(alliance_by_slug("one").id)
        url = f"/a/one/people/{people[0].id}"
    assert organiser.post(url, data={"name": "王武", "organisation_id": "0"}).status_code == 303
    rows = cells(organiser.post("/a/one/people.xlsx", data={"contacts": "1"}).data)
    assert [row[0] for row in rows[1:]] == ["王武", "张三", "赵六"]
    assert rows[2][2] == "13800138000"


def test_a_list_is_filled_from_proposals_and_tabled(app: Flask, organiser: FlaskClient) -> None:
    with app.app_context():
        alliance = alliance_by_slug("one")
        one = make_unit(alliance, "甲学院", seat_key="chair").organisation_id
        make_unit(alliance, "乙学院", seat_key="council")
        make_unit(alliance, "丙学院")
    answer = organiser.post("/a/one/lists", data={"title": "第一届理事会单位名单"})
    url = answer.location
    page = organiser.get(url).text
    sent = dict(
        re.findall(r'name="(seat-\d+)">.*?<option value="(\w+)" selected', page.replace("\n", ""))
    )
    assert (len(sent), sent[f"seat-{one}"]) == (2, "chair")
    assert organiser.post(f"{url}/table").status_code == 422
    assert organiser.post(url, data=sent).status_code == 303
    assert organiser.post(f"{url}/table").status_code == 303
    page = organiser.get(url).text
    with app.app_context():
        row = lists_of(alliance_by_slug("one").id)[0]
        digest = row.editions[0].digest
    assert f"{digest[:4].upper()}-{digest[4:8].upper()}" in page
    assert organiser.post(url, data={}).status_code == 422
    again = organiser.post(f"/a/one/lists/{row.id}/edition")
    assert "第 2 稿" in organiser.get(again.location).text
    assert "第一届理事会单位名单" in organiser.get("/a/one/lists").text


def test_everything_of_another_alliance_is_not_there(app: Flask, organiser: FlaskClient) -> None:
    with app.app_context():
        other = make_alliance(slug="two", name="别家联合体")
        unit = make_unit(other, "别家学院").organisation_id
        person = make_person(other, "别人").id
        list_id = create_list(SYSTEM, other.id, "别家名单").id
        edition = lists_of(other.id)[0].editions[0].id
        seat = seats_of(other.id)[0].id
        meeting = make_meeting(other, slug="theirs").id
        make_meeting(alliance_by_slug("one"), slug="ours")
    own = {"alliance", "meeting"}
    values = {
        "organisation_id": unit,
        "person_id": person,
        "edition_id": edition,
        "list_id": list_id,
        "seat_id": seat,
        "meeting_id": meeting,
    }
    tried = 0
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith(("alliance.", "meetings.")) or not own & rule.arguments:
            continue
        for alliance, slug in (("two", "theirs"), ("one", "ours")):
            if alliance == "one" and not rule.arguments & set(values):
                continue
            with app.test_request_context():
                known = {**values, "alliance": alliance, "meeting": slug}
                url = app.url_map.bind("localhost").build(
                    rule.endpoint, {key: known[key] for key in rule.arguments}
                )
            method = "GET" if "GET" in (rule.methods or set()) else "POST"
            answer = organiser.open(url, method=method)
            assert answer.status_code == 404, (method, url)
            tried += 1
    assert tried > 40
    for url in ("/a/one", "/a/one/units", "/a/one/people", "/a/one/lists", "/a/one/meetings"):
        page = organiser.get(url)
        assert page.status_code == 200
        assert "别" not in page.text


def test_contacts_in_the_form_are_masked_until_somebody_asks_and_stay_when_untouched(
    app: Flask, organiser: FlaskClient
) -> None:
    with app.app_context():
        alliance = alliance_by_slug("one")
        alliance_id, email = alliance.id, "wang.lei@example.org"
        person = make_person(alliance, name="王磊", phone="13800138001", email=email)
        url = f"/a/one/people/{person.id}"
    page = organiser.get(url).text
    assert 'value="138****8001"' in page
    assert not {one for one in ("13800138001", email) if one in page}
    typed = {"name": "王垒", "phone": "138****8001", "email": "wa***@example.org"}
    shown = organiser.post(f"{url}/contact", data=typed).text
    assert {one for one in ("王垒", "13800138001", email) if one in shown} == {
        "王垒",
        "13800138001",
        email,
    }
    assert organiser.post(url, data=typed).status_code == 303
    with app.app_context():
        (kept,) = people_of(alliance_id)
        assert (kept.name, kept.phone, kept.email) == ("王垒", "13800138001", email)
        acts = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert acts[-2:] == ["contact.show", "person.change"]
    assert organiser.post(url, data={**typed, "phone": "138****9999"}).status_code == 422
