"""Pairing as a volunteer and the desk go through it, and what a token opens."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts import service as accounts
from eventapp.accounts.models import Device
from eventapp.checkin import service
from eventapp.checkin.models import Scan, ScanConflict
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from tests.factories import sign_in
from tests.factories_checkin import (
    Door,
    make_door,
    make_door_staff,
    make_registration,
    pass_text,
)
from tests.factories_devices import bearer, make_device, on_wire, upload


@pytest.fixture
def door(app: Flask) -> Door:
    with app.app_context():
        return make_door()


@pytest.fixture
def desk(app: Flask, door: Door) -> FlaskClient:
    with app.app_context():
        client = app.test_client()
        sign_in(client, make_door_staff(door, Role.DOOR_SUPERVISOR))
    return client


def offer(app: Flask, desk: FlaskClient, door: Door) -> tuple[int, str]:
    """Offer a phone at the desk; give its number and the address that its code holds."""
    form = {"gate": str(door.gate_id), "label": "东门 小李的手机"}
    answer = desk.post(f"/m/{door.slug}/desk/devices", data=form)
    assert answer.status_code == 303
    with app.app_context():
        device_id = db.session.scalars(sa.select(Device.id)).one()
        return device_id, f"/pair/{accounts.pairing_token(device_id)}"


def digits(app: Flask) -> str:
    with app.app_context():
        return db.session.scalars(sa.select(Device.digits)).one()


def test_volunteer_scans_after_the_desk_has_compared_the_digits(
    app: Flask, client: FlaskClient, desk: FlaskClient, door: Door
) -> None:
    device_id, address = offer(app, desk, door)
    page = f"/m/{door.slug}/desk/devices/{device_id}"
    assert "<svg" in desk.get(page).get_data(as_text=True)
    for _ in range(2):
        assert "用这部手机" in client.get(address).get_data(as_text=True)
    assert digits(app) == ""
    assert client.post(address).status_code == 303
    for who, where in ((client, address), (desk, page), (desk, f"{page}/live")):
        assert digits(app) in who.get(where).get_data(as_text=True)
    assert client.get(f"/m/{door.slug}/door").status_code in {303, 401}
    assert desk.post(f"{page}/confirm").status_code == 303
    assert "开始扫码" in client.get(f"{address}/state").get_data(as_text=True)
    told = client.get(f"/m/{door.slug}/door").get_data(as_text=True)
    assert "东门" in told
    assert 'id="door"' in told


def test_second_phone_and_an_ended_code_are_told_so(
    app: Flask, client: FlaskClient, desk: FlaskClient, door: Door
) -> None:
    device_id, address = offer(app, desk, door)
    client.post(address)
    other = app.test_client()
    assert other.get(address).status_code == 409
    assert other.post(address).status_code == 409
    assert digits(app) not in other.get(f"{address}/state").get_data(as_text=True)
    desk.post(f"/m/{door.slug}/desk/devices/{device_id}/revoke")
    assert client.get(address).status_code == 409


def test_desk_lists_renames_and_revokes(
    app: Flask, client: FlaskClient, desk: FlaskClient, door: Door
) -> None:
    with app.app_context():
        device, token = make_device(door, "东门一号")
    url = f"/api/v1/meetings/{door.slug}/sync"
    sent = {"since": None, "unsent": 7, "version": "2026.11"}
    assert client.post(url, json=sent, headers=bearer(token)).status_code == 200
    told = desk.get(f"/m/{door.slug}/desk/devices").get_data(as_text=True)
    for word in ("东门一号", "2026.11", "7 次扫码"):
        assert word in told
    page = f"/m/{door.slug}/desk/devices/{device.id}"
    assert desk.post(f"{page}/rename", data={"label": " "}).status_code == 422
    assert desk.post(f"{page}/rename", data={"label": "西门二号"}).status_code == 303
    assert "西门二号" in desk.get(page).get_data(as_text=True)
    assert desk.post(f"{page}/revoke").status_code == 303
    answer = client.post(url, json=sent, headers=bearer(token))
    assert answer.status_code == 401
    assert answer.get_json()["error"]["code"] == "device_revoked"


def test_staff_make_their_browser_a_device_by_choosing_a_gate(
    app: Flask, desk: FlaskClient, door: Door
) -> None:
    page = f"/m/{door.slug}/door"
    assert "请选择" in desk.get(page).get_data(as_text=True)
    for _ in range(2):
        assert desk.post(page, data={"gate": door.gate_id}).status_code == 303
    assert 'id="door"' in desk.get(page).get_data(as_text=True)
    with app.app_context():
        text = pass_text(make_registration(door))
        ends = db.session.scalars(sa.select(Device.revoked_at).order_by(Device.id)).all()
        assert [one is None for one in ends] == [False, True]
    sent = {"scan_id": "of-the-device", "gate": door.gate_id, "text": text}
    desk.post(f"/api/v1/meetings/{door.slug}/scans", json=sent)
    with app.app_context():
        assert db.session.scalars(sa.select(Scan.device)).one().startswith("device:")
    assert desk.post(f"{page}/leave").status_code == 303
    assert "请选择" in desk.get(page).get_data(as_text=True)


def test_token_speaks_without_a_page_and_for_itself_alone(
    app: Flask, desk: FlaskClient, door: Door
) -> None:
    with app.app_context():
        other = make_door()
        _, token = make_device(other)
    plain = app.test_client()
    url = f"/api/v1/meetings/{door.slug}/sync"
    # Whoever sends a token is that device, whatever cookies come along.
    assert desk.post(url, json={}).status_code == 200
    assert desk.post(url, json={}, headers=bearer(token)).status_code == 404
    assert plain.post(url, json={}, headers=bearer("invented")).status_code == 401
    assert plain.post(url, json={}).status_code == 401
    assert desk.get(f"/m/{door.slug}/desk/devices", headers=bearer(token)).status_code == 404


def test_device_is_held_to_its_gate(app: Flask, client: FlaskClient, door: Door) -> None:
    with app.app_context():
        west = service.add_gate(SYSTEM, door.meeting_id, "西门").id
        _, token = make_device(door)
        text = pass_text(make_registration(door))
    sent = {"scan_id": "at-the-west-gate", "gate": west, "text": text}
    answer = client.post(f"/api/v1/meetings/{door.slug}/scans", json=sent, headers=bearer(token))
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "gate_not_yours")


def send(client: FlaskClient, door: Door, token: str, *scans: Any) -> Any:
    return client.post(
        f"/api/v1/meetings/{door.slug}/scans/upload",
        json={"scans": list(scans)},
        headers=bearer(token),
    )


def test_upload_is_answered_scan_by_scan_in_words(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        _, token = make_device(door)
        text = pass_text(make_registration(door, "欧阳建国"))
        good = on_wire(upload(door, text, clock.now()))
    told = send(client, door, token, {"scan_id": "nothing else"}, good, {}).get_json()
    bad, kept, worse = told["answers"]
    assert (kept["kept"], kept["word"], kept["name"]) == (True, "请进", "欧阳建国")
    assert (kept["conflict"], kept["counts"]) == (None, {"arrived": 1, "expected": 1})
    assert [bad["kept"], bad["scan_id"], bad["error"]["code"]] == [
        False,
        "nothing else",
        "scan_malformed",
    ]
    assert worse["scan_id"] == ""
    assert told["server_time"].endswith("Z")


def test_too_much_at_once_is_refused(app: Flask, client: FlaskClient, door: Door) -> None:
    with app.app_context():
        _, token = make_device(door)
    assert send(client, door, token, *[{}] * 201).status_code == 422
    assert send(client, door, token).status_code == 422
    assert send(client, door, token, {"text": "x" * 600_000}).status_code == 413


def test_revoked_device_hands_over_what_it_holds_for_a_day(
    app: Flask, client: FlaskClient, desk: FlaskClient, door: Door
) -> None:
    with app.app_context():
        device, token = make_device(door)
        text = pass_text(make_registration(door, "欧阳建国"))
        accounts.revoke_device(SYSTEM, door.scope_id, device.id)
        now = clock.now()
        sent = on_wire(upload(door, text, now))
    (kept,) = send(client, door, token, sent).get_json()["answers"]
    assert (kept["kept"], kept["conflict"]) == (True, "revoked_device")
    with clock.fixed(now + timedelta(hours=24, minutes=1)):
        assert send(client, door, token, sent).status_code == 401
    page = f"/m/{door.slug}/desk/conflicts"
    told = desk.get(page).get_data(as_text=True)
    assert "欧阳建国" in told
    assert "设备停用之后才传来" in told
    with app.app_context():
        conflict = db.session.scalars(sa.select(ScanConflict.id)).one()
    assert desk.post(f"{page}/{conflict}", data={"resolution": "settled"}).status_code == 404
    answer = desk.post(f"{page}/{conflict}", data={"resolution": "let_stand"})
    assert answer.status_code == 303
    assert "维持放行" in desk.get(page).get_data(as_text=True)


def test_presence_says_what_came_late_and_what_is_still_to_come(
    app: Flask, client: FlaskClient, desk: FlaskClient, door: Door
) -> None:
    with app.app_context():
        device, token = make_device(door, "东门一号")
        sent = on_wire(upload(door, pass_text(make_registration(door)), clock.now()))
        accounts.note_device(device.id, unsent=4, version="")
    send(client, door, token, sent)
    told = desk.get(f"/m/{door.slug}/desk/presence").get_data(as_text=True)
    assert "4 次扫码还在设备里没有上传" in told
    assert "东门一号" in told
    assert "1 人是断网时放行" in told
