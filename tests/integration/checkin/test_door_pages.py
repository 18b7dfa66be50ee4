"""Pages of the door and of the desk about who has come."""

from io import BytesIO
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from eventapp.checkin.queries import presence_of
from eventapp.core.access import Role
from eventapp.core.db import db
from eventapp.registration.models import Pass
from tests.factories import make_user, sign_in
from tests.factories_checkin import (
    Door,
    make_door,
    make_door_staff,
    make_registration,
    make_unit,
    pass_text,
    scan,
)


@pytest.fixture
def door(app: Flask, client: FlaskClient) -> Door:
    """A door of a meeting whose organiser has signed in with `client`."""
    with app.app_context():
        made = make_door()
        sign_in(client, make_user(Role.ORGANISER, made.scope_id))
    return made


def page(client: FlaskClient, door: Door, path: str) -> str:
    answer = client.get(f"/m/{door.slug}/{path}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_gate_is_chosen_first_and_kept_in_the_address(client: FlaskClient, door: Door) -> None:
    assert f'name="gate" value="{door.gate_id}"' in page(client, door, "door")
    assert 'id="video"' in page(client, door, f"door?gate={door.gate_id}")
    assert 'id="video"' not in page(client, door, "door?gate=999")


def test_only_the_door_may_run_webassembly_and_use_the_camera(
    client: FlaskClient, door: Door
) -> None:
    scanner = client.get(f"/m/{door.slug}/door?gate={door.gate_id}")
    assert "'wasm-unsafe-eval'" in scanner.headers["Content-Security-Policy"]
    assert scanner.headers["Permissions-Policy"] == "camera=(self)"
    desk = client.get(f"/m/{door.slug}/desk/presence")
    assert "wasm" not in desk.headers["Content-Security-Policy"]


def test_typed_code_comes_back_to_the_gate_with_its_verdict(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        code = db.session.get_one(Pass, make_registration(door, "刘雪梅")).code
    sent = {"gate": door.gate_id, "scan_id": str(uuid4()), "code": code}
    answer = client.post(f"/m/{door.slug}/door/code", data=sent)
    assert answer.status_code == 303
    shown = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "刘雪梅" in shown
    assert "verdict-ok" in shown


def test_empty_code_is_asked_for_beside_its_field(client: FlaskClient, door: Door) -> None:
    sent = {"gate": door.gate_id, "scan_id": str(uuid4()), "code": ""}
    answer = client.post(f"/m/{door.slug}/door/code", data=sent)
    assert answer.status_code == 422
    assert "请填写签到码。" in answer.get_data(as_text=True)


def test_gate_is_added_and_renamed_and_a_taken_name_is_refused_in_words(
    client: FlaskClient, door: Door
) -> None:
    url = f"/m/{door.slug}/desk/gates"
    assert client.post(url, data={"name": "西门"}).status_code == 303
    taken = client.post(f"{url}/{door.gate_id}", data={"name": "西门"})
    assert taken.status_code == 422
    assert "已有名为“西门”的入口" in taken.get_data(as_text=True)
    assert client.post(f"{url}/{door.gate_id}", data={"name": "南门"}).status_code == 303
    listed = page(client, door, "desk/gates")
    assert "南门" in listed
    assert "东门" not in listed


def test_presence_counts_units_names_the_missing_and_lists_refusals(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        unit = make_unit("甲公司")
        text = pass_text(make_registration(door, "张堃", organisation_id=unit))
        make_registration(door, "王磊", organisation_id=unit)
        scan(door, text)
        scan(door, "nonsense")
    shown = page(client, door, "desk/presence")
    assert '<svg class="arrivals"' in shown
    assert "王磊" in shown
    assert "无法识别" in shown


def test_presence_is_asked_again_cheaply(client: FlaskClient, door: Door) -> None:
    url = f"/m/{door.slug}/desk/presence/live"
    tag = client.get(url).headers["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    assert f"data-etag='{tag}'" in page(client, door, "desk/presence")


def test_sheet_carries_everybody_and_the_code_of_the_ledgers_head(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    with app.app_context():
        scan(door, pass_text(make_registration(door, "=张堃", organisation_id=make_unit("甲公司"))))
        make_registration(door, "王磊")
        code = presence_of(door.meeting_id).head_hash[:4].upper()
    answer = client.get(f"/m/{door.slug}/desk/presence/sheet.xlsx")
    cells = [cell for row in load_workbook(BytesIO(answer.data)).active.values for cell in row]  # pyright: ignore[reportOptionalMemberAccess]
    assert {"=张堃", "王磊", "甲公司", "扫码", "东门"} <= set(cells)
    assert any(f"1·{code}-" in cell for cell in cells if isinstance(cell, str))
    paper = client.get(f"/m/{door.slug}/desk/presence/sheet.pdf")
    assert paper.data.startswith(b"%PDF-")


def test_door_staff_see_no_desk_page(app: Flask, door: Door) -> None:
    with app.app_context():
        staff = app.test_client()
        sign_in(staff, make_door_staff(door))
    assert staff.get(f"/m/{door.slug}/desk/presence").status_code == 403
    assert staff.get(f"/m/{door.slug}/desk/gates").status_code == 403


@pytest.mark.parametrize("number", [2**31, 2**63, 10**40])
def test_a_number_that_no_column_holds_is_answered_in_words(
    client: FlaskClient, door: Door, number: int
) -> None:
    scan_id, reason = str(uuid4()), "误扫"
    api, page_ = f"/api/v1/meetings/{door.slug}", f"/m/{door.slug}/door"
    scanned = {"scan_id": scan_id, "gate": number, "text": "7F3A91C2"}
    typed = {"scan_id": scan_id, "gate": str(number), "code": "7F3A91C2"}
    undone = {"gate": door.gate_id, "registration_id": str(number), "reason": reason}
    for answer in (
        client.post(f"{api}/scans", json=scanned),
        client.post(f"{api}/undo", json={"registration_id": number, "reason": reason}),
        client.post(f"{page_}/code", data=typed),
        client.post(f"{page_}/undo", data=undone),
    ):
        assert answer.status_code in {404, 422}, answer.text
        said = answer.get_json()["error"]["message"] if answer.is_json else answer.text
        assert "请" in said
