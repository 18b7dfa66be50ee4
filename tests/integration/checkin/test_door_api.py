"""The JSON doors of the gates, as a phone meets them."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventapp.checkin.models import Admission
from eventapp.core.access import Role
from eventapp.core.db import db
from tests.factories import make_user, sign_in
from tests.factories_checkin import (
    Door,
    make_door,
    make_door_staff,
    make_registration,
    make_unit,
    pass_text,
)


@pytest.fixture
def door(app: Flask, client: FlaskClient) -> Door:
    """A door whose staff has signed in with `client`."""
    with app.app_context():
        made = make_door()
        sign_in(client, make_door_staff(made))
    return made


def send(client: FlaskClient, door: Door, code: str, **more: object) -> TestResponse:
    scan = {"scan_id": str(uuid4()), "gate": door.gate_id, "text": code, "method": "qr", **more}
    return client.post(f"/api/v1/meetings/{door.slug}/scans", json=scan)


def test_scan_is_answered_in_words_with_name_unit_and_counts(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        text = pass_text(make_registration(door, "欧阳建国", organisation_id=make_unit()))
    answer = send(client, door, text).get_json()
    assert answer["tone"] == "ok"
    assert answer["sentence"] == "可以入场。"
    assert (answer["name"], answer["unit"]) == ("欧阳建国", "黄蓝环保装备有限公司")
    assert (answer["category"], answer["place"]) == ("正式代表", "B区 3排 12座")
    assert (answer["unit_arrived"], answer["unit_total"]) == (1, 1)
    assert answer["counts"] == {"arrived": 1, "expected": 1}


def test_repeated_scan_is_answered_byte_for_byte(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        text = pass_text(make_registration(door))
        other = pass_text(make_registration(door, "王磊"))
    first = send(client, door, text, scan_id="0190-scan-one", claimed_at="2026-01-01T00:00:00Z")
    send(client, door, other)
    again = send(client, door, text, scan_id="0190-scan-one", claimed_at="2026-01-01T00:00:09Z")
    assert again.data == first.data


def test_second_scan_says_which_gate_and_when(app: Flask, client: FlaskClient, door: Door) -> None:
    with app.app_context():
        text = pass_text(make_registration(door))
        other = app.test_client()
        sign_in(other, make_door_staff(door))
    send(client, door, text)
    first = send(other, door, text).get_json()["first"]
    assert first["gate"] == "东门"
    assert first["time"].count(":") == 2


def test_scan_id_with_other_content_is_a_conflict(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    send(client, door, "one", scan_id="0190-scan-one")
    answer = send(client, door, "two", scan_id="0190-scan-one")
    assert answer.status_code == 409
    assert answer.get_json()["error"]["code"] == "scan_differs"


@pytest.mark.parametrize(
    "wrong",
    [{"scan_id": "x"}, {"gate": "east"}, {"text": "A" * 401}, {"method": "nose"}, {"text": 5}],
)
def test_scan_that_no_device_sends_is_refused_in_words(
    client: FlaskClient, door: Door, wrong: dict[str, object]
) -> None:
    answer = send(client, door, "text", **wrong)
    assert answer.status_code == 422
    assert answer.get_json()["error"]["message"]


def test_staff_of_another_meeting_find_no_door(app: Flask, client: FlaskClient, door: Door) -> None:
    with app.app_context():
        stranger = app.test_client()
        sign_in(stranger, make_door_staff(make_door()))
    assert send(stranger, door, "text").status_code == 404
    assert send(app.test_client(), door, "text").status_code == 401


def test_teller_may_not_scan(app: Flask, door: Door) -> None:
    with app.app_context():
        teller = app.test_client()
        sign_in(teller, make_user(Role.TELLER, door.scope_id))
    assert send(teller, door, "text").status_code == 403


def test_device_undoes_its_own_admission_at_once(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        registration_id = make_registration(door)
        text = pass_text(registration_id)
    send(client, door, text)
    undo = {"registration_id": registration_id, "reason": "误扫"}
    answer = client.post(f"/api/v1/meetings/{door.slug}/undo", json=undo)
    assert answer.get_json()["verdict"] == "left"
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Admission)) == 0
    assert send(client, door, text).get_json()["verdict"] == "admitted"


def test_counts_and_last_scans_come_with_a_sync(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    url = f"/api/v1/meetings/{door.slug}/sync"
    with app.app_context():
        text = pass_text(make_registration(door, "张堃"))
    first = client.post(url, json={"since": None}).get_json()
    assert (first["counts"], first["full"]) == ({"arrived": 0, "expected": 1}, True)
    send(client, door, text)
    fresh = client.post(url, json={"since": first["version"]})
    assert fresh.get_json()["counts"] == {"arrived": 1, "expected": 1}
    assert [scan["name"] for scan in fresh.get_json()["scans"]] == ["张堃"]
    assert fresh.headers["X-Server-Time"].endswith("Z")


def test_list_of_scans_names_nobody_whose_pass_was_of_another_meeting(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        text = pass_text(make_registration(make_door(), "孙丽"))
    send(client, door, text)
    told = client.post(f"/api/v1/meetings/{door.slug}/sync", json={})
    assert "孙丽" not in told.get_data(as_text=True)
