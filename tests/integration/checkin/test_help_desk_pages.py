"""Pages of the help desk: people are looked for, admitted, and a unit comes in at once."""

from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventapp.checkin.queries import inside_now
from eventapp.core.access import Role
from eventapp.registration.rules import State
from tests import factories_registration
from tests.factories import make_user, sign_in
from tests.factories_checkin import Door, make_door, make_registration, make_unit, pass_text


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
    sent = {
        "gate": str(door.gate_id),
        "registration_id": str(registration_id),
        "key": "0123456789abcdef",
        "text": "王",
        **more,
    }
    return client.post(f"/m/{door.slug}/door/find{act}", data=sent)


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
    assert "请会务组审核，通过以后再点“入场”。" in refused
    english = client.get(shown, headers={"Accept-Language": "en"}).text
    assert "This registration has not been approved yet." in english
    assert "Ask the organisers to review it, then press “Admit” again." in english
    assert inside(app, door) == frozenset()


def test_manual_admission_asks_for_the_reason_beside_its_field_and_keeps_the_list(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        here = make_registration(door, "王磊", with_pass=False)
        make_registration(door, "王海")
    refused = press(client, door, here, "/by-hand", reason=" ")
    assert refused.status_code == 422
    assert 'id="reason-error"' in refused.text
    assert "王海" in refused.text
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
