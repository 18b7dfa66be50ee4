"""The kiosk: a browser that can do one thing, and tells of nobody but who stands there."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password

from eventapp.accounts.service import end_sign_ins
from eventapp.checkin.models import Admission, Scan
from eventapp.checkin.queries import units_inside
from eventapp.checkin.rules import Method, Verdict
from eventapp.checkin.service import record_scan
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db, transaction
from eventapp.registration.models import Pass
from tests.factories import make_user, sign_in
from tests.factories_checkin import (
    Door,
    make_door,
    make_mandate,
    make_person,
    make_registration,
    make_unit,
    pass_text,
    scan,
)

PASSWORD = "a-long-password-of-the-supervisor"


@pytest.fixture
def door(app: Flask, client: FlaskClient) -> Door:
    """A door whose supervisor has signed in with `client`."""
    with app.app_context():
        made = make_door()
        user = make_user(Role.DOOR_SUPERVISOR, made.scope_id)
        with transaction():
            user.password = hash_password(PASSWORD)
        sign_in(client, user)
    return made


def lock(client: FlaskClient, door: Door) -> None:
    sent = client.post(f"/m/{door.slug}/kiosk", data={"gate": door.gate_id})
    assert sent.status_code == 303


def check_in(client: FlaskClient, door: Door, text: str) -> dict[str, object]:
    sent = {"scan_id": str(uuid4()), "text": text}
    answer = client.post(f"/api/v1/meetings/{door.slug}/kiosk", json=sent)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_a_locked_browser_is_led_back_from_everywhere_and_shows_nobody(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        scan(door, pass_text(make_registration(door, "刘雪梅")))
    assert client.get(f"/m/{door.slug}/desk/presence").status_code == 200
    lock(client, door)
    for path in (f"/m/{door.slug}/desk/presence", f"/m/{door.slug}/door", "/desk", "/", "/logout"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/m/{door.slug}/kiosk")
    page = client.get(f"/m/{door.slug}/kiosk").text
    assert "刘雪梅" not in page
    assert 'id="scans"' not in page
    assert "data-count" not in page
    assert client.post(f"/api/v1/meetings/{door.slug}/undo", json={}).status_code == 303


def test_the_password_of_who_locked_it_opens_it_and_no_other(
    client: FlaskClient, door: Door
) -> None:
    lock(client, door)
    leave = f"/m/{door.slug}/kiosk/leave"
    wrong = client.post(leave, data={"password": "not-the-password"})
    assert wrong.status_code == 422
    assert "密码不对" in wrong.text
    assert client.get(f"/m/{door.slug}/door").status_code == 303
    assert client.post(leave, data={"password": PASSWORD}).status_code == 303
    assert client.get(f"/m/{door.slug}/door").status_code == 200


def test_a_revoked_sign_in_is_out_and_not_locked_in(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    lock(client, door)
    with app.app_context(), transaction():
        user_id = db.session.scalar(sa.text("SELECT max(user_id) FROM sign_ins")) or 0
        end_sign_ins(SYSTEM, user_id=user_id)
    assert client.get(f"/m/{door.slug}/door").status_code == 303
    assert "/login" in client.get(f"/m/{door.slug}/door").headers["Location"]


def test_who_checks_in_alone_is_inside_unconfirmed_and_hears_of_nobody_else(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        unit = make_unit()
        person = make_person(door.alliance_id, "张堃", unit)
        registration = make_registration(door, person_id=person, organisation_id=unit)
        make_mandate(door, person, unit)
        text = pass_text(registration)
    lock(client, door)
    answer = check_in(client, door, text)
    assert (answer["verdict"], answer["name"]) == ("admitted", "张堃")
    assert "有人值守" in str(answer["next_step"])
    assert not {"counts", "unit_arrived", "first", "registration_id"} & set(answer)
    with app.app_context():
        row = db.session.execute(sa.select(Admission.method, Admission.confirmed)).one()
        assert tuple(row) == (Method.KIOSK, False)
        found = units_inside(door.meeting_id)
        assert (found.units, found.waiting) == (frozenset(), {unit})
        method = db.session.scalar(sa.select(Scan.method))
    assert method is Method.KIOSK
    again = check_in(client, door, text)
    assert again["tone"] == "neutral"
    assert "已经签到过" in str(again["sentence"])


def test_no_phone_can_name_a_method_that_is_not_its_own(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        text = pass_text(make_registration(door))
    for method in ("kiosk", "roll_call", "manual", "search"):
        sent = {"scan_id": str(uuid4()), "gate": door.gate_id, "text": text, "method": method}
        assert client.post(f"/api/v1/meetings/{door.slug}/scans", json=sent).status_code == 422
    sent = {"scan_id": str(uuid4()), "text": text}
    assert client.post(f"/api/v1/meetings/{door.slug}/kiosk", json=sent).status_code == 409


def test_a_code_without_a_script_is_shown_for_five_seconds(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        code = db.session.get_one(Pass, make_registration(door, "刘雪梅")).code
    lock(client, door)
    sent = client.post(f"/m/{door.slug}/kiosk/code", data={"scan_id": str(uuid4()), "code": code})
    assert sent.status_code == 303
    shown = client.get(sent.headers["Location"])
    assert "刘雪梅" in shown.text
    assert shown.headers["Refresh"] == f"5; url=/m/{door.slug}/kiosk"
    later = clock.now().timestamp() + 6
    with clock.fixed(clock.now().fromtimestamp(later, tz=clock.now().tzinfo)):
        assert "刘雪梅" not in client.get(sent.headers["Location"]).text


def test_a_wrong_code_is_answered_in_words_and_names_nobody(
    client: FlaskClient, door: Door
) -> None:
    lock(client, door)
    answer = check_in(client, door, "0000 0000")
    assert (answer["tone"], answer["name"]) == ("stop", "")
    assert "服务台" in str(answer["next_step"])


def test_a_kiosk_never_confirms_and_staff_does(house: Flask) -> None:
    made = make_door()
    registration = make_registration(made)
    said: list[Verdict] = []
    for number, method in enumerate((Method.KIOSK, Method.KIOSK, Method.QR)):
        answer = record_scan(
            made.supervisor if method is Method.KIOSK else made.east,
            made.meeting_id,
            gate_id=made.gate_id,
            scan_id=f"scan-number-{number}",
            text=pass_text(registration),
            method=method,
            claimed_at=clock.now(),
        )
        said.append(answer["verdict"])
    assert said == [Verdict.ADMITTED, Verdict.SAME_SCAN_REPEAT, Verdict.CONFIRMED]
