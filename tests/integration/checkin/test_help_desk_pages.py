"""Pages of the help desk: people are looked for, admitted, and a unit comes in at once."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventapp.checkin.queries import inside_now
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.ledger import AuditEntry
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import Pass
from eventapp.registration.queries import registration_in
from eventapp.registration.rules import Category, State
from eventapp.registration.service import give_mandate, set_category
from tests import factories_registration
from tests.factories import make_user, sign_in
from tests.factories_checkin import Door, make_door, make_registration, make_unit, pass_text
from tests.printed import codes_in


@pytest.fixture
def door(app: Flask, client: FlaskClient) -> Door:
    """A door whose supervisor has signed in with `client`."""
    with app.app_context():
        made = make_door()
        sign_in(client, make_user(Role.DOOR_SUPERVISOR, made.scope_id))
    return made


def find(client: FlaskClient, door: Door, text: str) -> str:
    answer = client.get(f"/m/{door.slug}/door/find?gate={door.gate_id}&text={text}")
    assert answer.status_code == 200
    return answer.text


def press(
    client: FlaskClient, door: Door, registration_id: int, act: str = "", **more: str
) -> TestResponse:
    sent = {"gate": str(door.gate_id), "key": "0123456789abcdef", **more}
    return client.post(f"/m/{door.slug}/door/people/{registration_id}{act}", data=sent)


def walk_in(client: FlaskClient, door: Door, **more: str) -> TestResponse:
    sent = {
        "gate": str(door.gate_id),
        "key": "0123456789abcdef",
        "name": "慕容知秋",
        "unit": "甲公司",
        "phone": "13900001234",
        "category": "delegate",
        "consent": "y",
        **more,
    }
    return client.post(f"/m/{door.slug}/door/walk-in", data=sent)


def scanned(client: FlaskClient, door: Door, text: str) -> str:
    """Scan a pass with the browser itself; tell the scan's address of its unit."""
    scan_id = str(uuid4())
    sent = {"gate": str(door.gate_id), "scan_id": scan_id, "code": text}
    assert client.post(f"/m/{door.slug}/door/code", data=sent).status_code == 303
    return f"/m/{door.slug}/door/scans/{scan_id}/unit"


def inside(app: Flask, door: Door) -> frozenset[int]:
    with app.app_context():
        return inside_now(door.meeting_id)


def test_help_desk_finds_people_and_shows_only_a_part_of_their_phone(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        person = factories_registration.make_person(
            door.alliance_id, "欧阳建国", phone="13800138642"
        )
        make_registration(door, person_id=person.id)
        make_registration(door, "刘雪梅")
    for text in ("欧阳", "ouyang", "oyjg", "8642"):
        page = find(client, door, text)
        assert "欧阳建国" in page
        assert "刘雪梅" not in page
        assert "8642" in page
        assert "13800138642" not in page
    assert "没有找到“查无此人”" in find(client, door, "查无此人")


def test_search_without_a_gate_leads_to_the_choice_of_one(client: FlaskClient, door: Door) -> None:
    answer = client.get(f"/m/{door.slug}/door/find?text=x")
    assert answer.status_code == 302
    assert answer.location.endswith(f"/m/{door.slug}/door")


def test_door_staff_do_not_look_through_the_list_but_see_the_unit_before_them(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        unit = make_unit("甲公司")
        one = make_registration(door, "张堃", organisation_id=unit)
        make_registration(door, "王磊", organisation_id=unit)
        text = pass_text(one)
        sign_in(client, make_user(Role.DOOR_STAFF, door.scope_id))
    assert client.get(f"/m/{door.slug}/door/find?gate={door.gate_id}").status_code == 403
    assert press(client, door, one).status_code == 403
    assert "door/find" not in client.get(f"/m/{door.slug}/door?gate={door.gate_id}").text
    assert "王磊" in client.get(scanned(client, door, text)).text


def test_found_person_comes_in_with_one_press_and_a_second_changes_nothing(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        here = make_registration(door, "王磊")
    first = press(client, door, here)
    assert first.status_code == 303
    page = client.get(first.location).text
    assert "verdict-ok" in page
    assert "王磊" in page
    again = press(client, door, here)
    assert again.location == first.location
    assert "verdict-ok" in client.get(again.location).text
    assert inside(app, door) == {here}
    assert "从东门入场" in find(client, door, "王")


def test_refusal_says_what_is_the_matter_and_what_to_do_in_both_languages(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        here = make_registration(door, "王磊", state=State.SUBMITTED)
    assert "待审核" in find(client, door, "王")
    shown = press(client, door, here).location
    refused = client.get(shown).text
    assert "这份报名还没有通过。" in refused
    assert "请会务组审核，通过以后再点“登记入场”。" in refused
    english = client.get(shown, headers={"Accept-Language": "en"}).text
    assert "This registration has not been approved." in english
    assert "Ask the organisers to review it, then press “Admit” again." in english
    assert inside(app, door) == frozenset()


def test_manual_admission_asks_for_the_reason_beside_its_field(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        here = make_registration(door, "王磊", with_pass=False)
    refused = press(client, door, here, "/by-hand", reason=" ")
    assert refused.status_code == 422
    assert 'id="reason-error"' in refused.text
    assert "王磊" in refused.text
    assert inside(app, door) == frozenset()
    taken = press(client, door, here, "/by-hand", reason="证件已核对，凭证未发")
    assert taken.status_code == 303
    assert "verdict-ok" in client.get(taken.location).text
    assert inside(app, door) == {here}


def test_unit_is_one_press_behind_the_verdict_and_comes_in_with_a_second(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        unit = make_unit("甲公司")
        first, second, third = (
            make_registration(door, name, organisation_id=unit) for name in ("张堃", "王磊", "孙丽")
        )
        stranger = make_registration(door, "外人")
        text = pass_text(first)
    here = scanned(client, door, text)
    scan_id = here.split("/")[-2]
    verdict = client.get(f"/m/{door.slug}/door?gate={door.gate_id}&scan={scan_id}").text
    assert "本单位还有 2 人未到" in verdict
    assert here in verdict
    page = client.get(here).text
    assert "未到的 2 人全部入场" in page
    assert "外人" not in page
    sent = {"key": "0123456789abcdef", "shown": [second, third], "all": "1"}
    done = client.post(here, data=sent)
    assert done.status_code == 303
    assert client.post(here, data=sent).location == done.location
    assert "已处理 2 人，放行 2 人。" in client.get(done.location).text
    assert inside(app, door) == {first, second, third}
    assert client.post(here, data={**sent, "shown": [stranger]}).status_code == 422
    assert inside(app, door) == {first, second, third}


def test_some_of_a_unit_are_ticked_and_nobody_ticked_is_said(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        unit = make_unit("甲公司")
        first, second, third = (
            make_registration(door, name, organisation_id=unit) for name in ("张堃", "王磊", "孙丽")
        )
        text = pass_text(first)
    here = scanned(client, door, text)
    sent = {"key": "0123456789abcdef", "shown": [second, third]}
    refused = client.post(here, data=sent)
    assert refused.status_code == 422
    assert "请先勾选要入场的人。" in refused.text
    assert client.post(here, data={**sent, "people": [third]}).status_code == 303
    assert inside(app, door) == {first, third}


def test_found_person_is_one_tap_from_a_badge_of_their_own(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        here, other = make_registration(door, "王磊"), make_registration(door, "王海")
        elsewhere = make_registration(make_door(), "王磊")
        token = pass_text(here)
    address = f"/m/{door.slug}/door/people/{here}/badge.pdf"
    assert address in find(client, door, "王磊")
    badge = client.get(address)
    assert badge.content_type == "application/pdf"
    assert {code for side in codes_in(badge.data) for code in side} == {token}
    assert f"people/{other}/badge.pdf" in find(client, door, "王海")
    assert client.get(address.replace(f"/{here}/", f"/{elsewhere}/")).status_code == 404


def test_new_pass_kills_the_old_one_once_and_the_badge_carries_the_new(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        here = make_registration(door, "王磊")
        old = pass_text(here)
    assert press(client, door, here, "/pass", seen="1").status_code == 422
    assert press(client, door, here, "/pass", seen="1", why="lost").status_code == 303
    assert press(client, door, here, "/pass", seen="1", why="lost").status_code == 303
    with app.app_context():
        new = pass_text(here)
        assert db.session.get_one(Pass, here).generation == 2
        acts = db.session.scalars(sa.select(AuditEntry.body)).all()
    assert len([one for one in acts if "pass.reissue" in one and '"why":"lost"' in one]) == 1
    badge = client.get(f"/m/{door.slug}/door/people/{here}/badge.pdf")
    assert {code for side in codes_in(badge.data) for code in side} == {new}
    assert new != old
    scanned(client, door, old)
    assert inside(app, door) == frozenset()


def test_who_walks_in_is_registered_and_inside_and_gets_badge_and_slip(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        factories_registration.make_unit(door.alliance_id, "甲公司")
    page = client.get(f"/m/{door.slug}/door/walk-in?gate={door.gate_id}&name=慕容知秋").text
    assert 'value="慕容知秋"' in page
    assert "甲公司" in page
    done = walk_in(client, door)
    assert done.status_code == 303
    assert walk_in(client, door).location == done.location
    shown = client.get(done.location).text
    assert "verdict-ok" in shown
    assert "慕容知秋" in shown
    (registration_id,) = inside(app, door)
    for paper in ("badge", "slip"):
        pdf = client.get(f"/m/{door.slug}/door/people/{registration_id}/{paper}.pdf")
        assert pdf.content_type == "application/pdf"


def test_slip_of_somebody_who_registered_themselves_is_not_the_help_desks_to_print(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        meeting = meeting_of(door.meeting_id)
        here = factories_registration.make_registration(meeting, "王磊").id
    assert client.get(f"/m/{door.slug}/door/people/{here}/badge.pdf").status_code == 200
    assert client.get(f"/m/{door.slug}/door/people/{here}/slip.pdf").status_code == 404
    page = client.get(f"/m/{door.slug}/door/people/{here}?gate={door.gate_id}").text
    assert "slip.pdf" not in page


def test_category_without_a_rule_asks_for_a_word_and_everything_typed_is_kept(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    refused = walk_in(client, door, category="guest", titles="翻译")
    assert refused.status_code == 422
    assert 'id="word-error"' in refused.text
    assert "由您同意的，请写明原因" in refused.text
    for typed in ('value="慕容知秋"', 'value="翻译"', 'value="13900001234"'):
        assert typed in refused.text
    assert inside(app, door) == frozenset()
    assert walk_in(client, door, category="guest", word="领导的翻译").status_code == 303
    assert len(inside(app, door)) == 1


def test_likely_the_same_person_is_asked_about_with_a_masked_phone(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        unit = factories_registration.make_unit(door.alliance_id, "甲公司")
        known = factories_registration.make_person(
            door.alliance_id, "慕容知秋", unit, phone="13800138642"
        ).id
    asked = walk_in(client, door)
    assert asked.status_code == 422
    assert "疑似与已有人员重复" in asked.text
    assert "13800138642" not in asked.text
    done = walk_in(client, door, seen=str(known), same=str(known))
    assert done.status_code == 303
    (registration_id,) = inside(app, door)
    with app.app_context():
        assert registration_in(door.meeting_id, registration_id).person_id == known


def test_who_is_registered_already_is_shown_with_the_way_to_go_on(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        person = factories_registration.make_person(
            door.alliance_id, "慕容知秋", phone="13900001234"
        )
        here = make_registration(door, person_id=person.id)
    refused = walk_in(client, door, unit="")
    assert refused.status_code == 422
    assert "这个人已经报名" in refused.text
    assert f"/door/people/{here}?gate={door.gate_id}" in refused.text


def test_without_a_place_the_waiting_list_is_said_and_nobody_is_inside(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        set_category(
            SYSTEM, door.meeting_id, Category.DELEGATE, public=True, auto_approve=True, quota=0
        )
    done = walk_in(client, door)
    assert done.status_code == 303
    shown = client.get(done.location).text
    assert "名额已满，已列入候补，还没有入场。" in shown
    assert "badge.pdf" not in shown
    assert inside(app, door) == frozenset()


def test_delegate_is_replaced_at_the_door_and_told_what_ends(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        unit = factories_registration.make_unit(door.alliance_id, "甲公司")
        person = factories_registration.make_person(door.alliance_id, "王磊", unit).id
        here = make_registration(door, person_id=person, organisation_id=unit)
        give_mandate(SYSTEM, door.meeting_id, organisation_id=unit, person_id=person)
        elsewhere = make_registration(make_door(), "王磊")
    address = f"/m/{door.slug}/door/people/{here}/substitute"
    assert "换人后即终止" in client.get(f"{address}?gate={door.gate_id}").text
    sent = {"name": "李娜", "phone": "13911100009", "consent": "y"}
    refused = press(client, door, here, "/substitute", **sent)
    assert refused.status_code == 422
    assert 'id="reason-error"' in refused.text
    assert 'value="李娜"' in refused.text
    sent["reason"] = "原代表临时出差"
    assert press(client, door, elsewhere, "/substitute", **sent).status_code == 404
    done = press(client, door, here, "/substitute", **sent)
    assert done.status_code == 303
    assert press(client, door, here, "/substitute", **sent).location == done.location
    shown = client.get(done.location).text
    assert "verdict-ok" in shown
    assert "李娜" in shown
    assert "已由他人代替" in find(client, door, "王磊")
    assert inside(app, door).isdisjoint({here})
