"""Rules of a gate: whom it takes, when it is open, how many the hall holds; and their pages."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from eventapp.accounts.service import link_token, open_link
from eventapp.checkin import service
from eventapp.checkin.models import Admission, Gate, Scan
from eventapp.checkin.queries import capacity_of
from eventapp.checkin.rules import Direction, Verdict
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.core.ledger import AuditEntry, verify
from eventapp.registration.models import Registration
from eventapp.registration.rules import Category
from eventapp.registration.service import delegate_link
from tests.factories import make_user, put_token, sign_in
from tests.factories_checkin import (
    Door,
    make_door,
    make_door_staff,
    make_registration,
    pass_text,
    scan,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE = datetime(2024, 1, 19, 9, 0, tzinfo=SHANGHAI)


def of_category(door: Door, category: Category, name: str = "刘雪梅") -> int:
    registration_id = make_registration(door, name)
    with transaction() as session:
        session.get_one(Registration, registration_id).category = category
    return registration_id


def last_act(action: str) -> AuditEntry:
    return db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id.desc())
    ).first()  # type: ignore[return-value]


@pytest.mark.usefixtures("house")
def test_a_gate_for_the_press_sends_others_on_and_lets_everybody_out() -> None:
    door = make_door()
    everywhere = service.add_gate(SYSTEM, door.meeting_id, "西门").id
    service.change_gate(
        SYSTEM, door.meeting_id, door.gate_id, name="东门", categories=[Category.PRESS]
    )
    delegate = pass_text(of_category(door, Category.DELEGATE))
    press = pass_text(of_category(door, Category.PRESS))
    assert scan(door, delegate)["verdict"] == Verdict.WRONG_CATEGORY
    assert scan(door, press)["verdict"] == Verdict.ADMITTED
    other = {**vars(door), "gate_id": everywhere}
    assert scan(Door(**other), delegate)["verdict"] == Verdict.ADMITTED
    assert scan(door, delegate, direction=Direction.EXIT)["verdict"] == Verdict.LEFT


@pytest.mark.usefixtures("house")
def test_a_gate_is_open_from_its_opening_until_before_its_closing() -> None:
    door = make_door()
    half = timedelta(minutes=30)
    service.change_gate(
        SYSTEM,
        door.meeting_id,
        door.gate_id,
        name="东门",
        opens_at=NINE - half,
        closes_at=NINE + half,
    )
    said = []
    for minutes in (-31, -30, 29, 30):
        with clock.fixed(NINE + timedelta(minutes=minutes)):
            said.append(scan(door, pass_text(make_registration(door)))["verdict"])
    closed, admitted = Verdict.GATE_CLOSED, Verdict.ADMITTED
    assert said == [closed, admitted, admitted, closed]


@pytest.mark.usefixtures("house")
def test_a_full_hall_takes_the_next_one_only_after_somebody_left() -> None:
    door = make_door()
    service.set_capacity(SYSTEM, door.meeting_id, 2)
    one, two, three = [pass_text(make_registration(door)) for _ in range(3)]
    assert [scan(door, text)["verdict"] for text in (one, two)] == [Verdict.ADMITTED] * 2
    refused = scan(door, three, scan_id="0190-turned-away")
    assert refused["verdict"] == Verdict.FULL
    assert scan(door, one, door.west)["verdict"] == Verdict.ALREADY_INSIDE
    assert scan(door, one, direction=Direction.EXIT)["verdict"] == Verdict.LEFT
    assert scan(door, three)["verdict"] == Verdict.ADMITTED
    assert scan(door, three, scan_id="0190-turned-away") == refused
    assert scan(door, one)["verdict"] == Verdict.FULL
    assert list(verify(Scan)) == []


@pytest.mark.usefixtures("house")
def test_undoing_an_admission_gives_its_place_back() -> None:
    door = make_door()
    service.set_capacity(SYSTEM, door.meeting_id, 1)
    first = make_registration(door)
    scan(door, pass_text(first))
    service.undo_admission(door.supervisor, door.meeting_id, first, "误扫")
    assert scan(door, pass_text(make_registration(door)))["verdict"] == Verdict.ADMITTED


@pytest.mark.usefixtures("house")
def test_a_lower_capacity_turns_nobody_out_and_none_lifts_it() -> None:
    door = make_door()
    texts = [pass_text(make_registration(door)) for _ in range(4)]
    for text in texts[:3]:
        scan(door, text)
    service.set_capacity(SYSTEM, door.meeting_id, 1)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Admission)) == 3
    assert scan(door, texts[3])["verdict"] == Verdict.FULL
    service.set_capacity(SYSTEM, door.meeting_id, None)
    assert scan(door, texts[3])["verdict"] == Verdict.ADMITTED


@pytest.mark.usefixtures("house")
def test_another_meetings_people_take_no_place_here() -> None:
    here = make_door()
    there = make_door(here.alliance_id)
    scan(there, pass_text(make_registration(there)))
    service.set_capacity(SYSTEM, here.meeting_id, 1)
    assert scan(here, pass_text(make_registration(here)))["verdict"] == Verdict.ADMITTED
    assert capacity_of(there.meeting_id) is None


@pytest.mark.usefixtures("house")
def test_rules_cost_a_scan_no_statement() -> None:
    door = make_door()
    free, ruled = [pass_text(make_registration(door)) for _ in range(2)]
    sent: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    engine = db.engines[None]
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert scan(door, free)["verdict"] == Verdict.ADMITTED
        before = len(sent)
        service.set_capacity(SYSTEM, door.meeting_id, 9)
        service.change_gate(
            SYSTEM,
            door.meeting_id,
            door.gate_id,
            name="东门",
            categories=[Category.DELEGATE],
            opens_at=clock.now() - timedelta(hours=1),
        )
        sent.clear()
        assert scan(door, ruled)["verdict"] == Verdict.ADMITTED
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(sent) == before


@pytest.mark.usefixtures("house")
def test_rules_are_audited_and_a_window_must_not_end_before_it_begins() -> None:
    door = make_door()
    service.change_gate(
        SYSTEM,
        door.meeting_id,
        door.gate_id,
        name="南门",
        categories=[Category.PRESS, Category.LEADER],
        opens_at=NINE,
        closes_at=NINE + timedelta(hours=1),
    )
    act = last_act("gate.change")
    assert act.subject == f"gate:{door.gate_id}"
    for part in ('"categories":["leader","press"]', "2024-01-19T01:00:00+00:00"):
        assert part in act.body
    assert "南门" not in act.body
    for closes_at in (NINE, NINE - timedelta(minutes=1)):
        with pytest.raises(Invalid) as refused:
            service.change_gate(
                SYSTEM,
                door.meeting_id,
                door.gate_id,
                name="南门",
                opens_at=NINE,
                closes_at=closes_at,
            )
        assert refused.value.field == "closes_at"
    service.set_capacity(SYSTEM, door.meeting_id, 300)
    assert '"capacity":300' in last_act("door.set_capacity").body
    for capacity in (0, -1, 100_001):
        with pytest.raises(Invalid):
            service.set_capacity(SYSTEM, door.meeting_id, capacity)
    assert capacity_of(door.meeting_id) == 300


@pytest.mark.usefixtures("house")
def test_a_gate_of_another_meeting_and_a_taken_name_are_refused() -> None:
    here, there = make_door(), make_door()
    with pytest.raises(NotFound):
        service.change_gate(SYSTEM, here.meeting_id, there.gate_id, name="后门")
    service.add_gate(SYSTEM, here.meeting_id, "西门")
    with pytest.raises(Conflict):
        service.change_gate(SYSTEM, here.meeting_id, here.gate_id, name="西门")
    assert db.session.get_one(Gate, there.gate_id).name == "东门"


@pytest.fixture
def door(app: Flask, client: FlaskClient) -> Door:
    """A door of a meeting whose organiser has signed in with `client`."""
    with app.app_context():
        made = make_door()
        sign_in(client, make_user(Role.ORGANISER, made.scope_id))
    return made


RULED = {
    "name": "东门",
    "categories": ["leader", "press"],
    "opens_at": "2024-01-19T08:00",
    "closes_at": "2024-01-19T09:30",
}


def test_rules_are_edited_in_the_meetings_time_and_told_where_people_stand(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    url = f"/m/{door.slug}/desk/gates"
    assert client.post(f"{url}/{door.gate_id}", data=RULED).status_code == 303
    with app.app_context():
        gate = db.session.get_one(Gate, door.gate_id)
        assert gate.opens_at == datetime(2024, 1, 19, 8, 0, tzinfo=SHANGHAI)
        assert gate.categories == ["leader", "press"]
        staff = app.test_client()
        sign_in(staff, make_door_staff(door))
    edited = client.get(f"{url}/{door.gate_id}").get_data(as_text=True)
    assert 'value="2024-01-19T08:00"' in edited
    assert edited.count("checked") == 2
    places = [
        client.get(url),
        client.get(f"/m/{door.slug}/door"),
        staff.get(f"/m/{door.slug}/door?gate={door.gate_id}"),
    ]
    for shown in places:
        assert "领导、媒体" in shown.text
        assert "1月19日 8:00 至 9:30 开放" in shown.text


def test_a_wrong_window_is_said_at_its_field_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient, door: Door
) -> None:
    url = f"/m/{door.slug}/desk/gates/{door.gate_id}"
    sent = {**RULED, "name": "南门", "closes_at": "2024-01-19T07:00"}
    answer = client.post(url, data=sent)
    assert answer.status_code == 422
    assert "关闭时间要晚于开放时间" in answer.text
    for kept in ("南门", "2024-01-19T07:00", "2024-01-19T08:00"):
        assert f'value="{kept}"' in answer.text
    assert answer.text.count("checked") == 2
    assert client.post(url, data={**RULED, "categories": ["king"]}).status_code == 422
    assert client.post(url, data={**RULED, "opens_at": "tomorrow"}).status_code == 422
    with app.app_context():
        assert db.session.get_one(Gate, door.gate_id).categories == []


@pytest.mark.parametrize("wrong", ["0", "-3", "many", "100001", "99999999999"])
def test_a_capacity_that_no_hall_has_is_refused_at_its_field(
    app: Flask, client: FlaskClient, door: Door, wrong: str
) -> None:
    url = f"/m/{door.slug}/desk/gates/capacity"
    assert client.post(url, data={"capacity": "300"}).status_code == 303
    answer = client.post(url, data={"capacity": wrong})
    assert answer.status_code == 422
    assert f'value="{wrong}"' in answer.text
    with app.app_context():
        assert capacity_of(door.meeting_id) == 300
    scanner = client.get(f"/m/{door.slug}/door?gate={door.gate_id}")
    assert "场内最多 300 人" in scanner.text
    assert client.post(url, data={"capacity": ""}).status_code == 303
    with app.app_context():
        assert capacity_of(door.meeting_id) is None


def test_staff_at_the_door_read_sentence_and_next_step_of_a_closed_gate(
    client: FlaskClient, door: Door, app: Flask
) -> None:
    with app.app_context():
        service.change_gate(
            SYSTEM, door.meeting_id, door.gate_id, name="东门", closes_at=clock.now()
        )
        text = pass_text(make_registration(door))
    sent = {"scan_id": str(uuid4()), "gate": door.gate_id, "text": text}
    said = client.post(f"/api/v1/meetings/{door.slug}/scans", json=sent).get_json()
    assert (said["verdict"], said["tone"]) == ("gate_closed", "stop")
    assert said["sentence"] == "这个入口现在不开放。"
    assert said["next_step"]


def test_a_pass_names_only_the_gates_that_take_its_holder(app: Flask, door: Door) -> None:
    with app.app_context():
        service.add_gate(SYSTEM, door.meeting_id, "西门")
        service.change_gate(
            SYSTEM, door.meeting_id, door.gate_id, name="东门", categories=[Category.PRESS]
        )
        till = datetime(2024, 1, 19, 9, 30, tzinfo=SHANGHAI)
        early = service.add_gate(SYSTEM, door.meeting_id, "南门").id
        service.change_gate(SYSTEM, door.meeting_id, early, name="南门", closes_at=till)
        delegate, press = make_registration(door), of_category(door, Category.PRESS)
    assert gates_on_pass(app, door, delegate) == "西门、南门（开放至 1月19日 9:30）"
    assert gates_on_pass(app, door, press) == "东门、西门、南门（开放至 1月19日 9:30）"


def gates_on_pass(app: Flask, door: Door, registration_id: int) -> str:
    """Open somebody's own page; tell what the pass says about gates."""
    browser = app.test_client()
    with app.app_context():
        link = delegate_link(SYSTEM, registration_id)
        put_token(browser, f"{Role.DELEGATE}:{link.id}", open_link(link_token(link)))
    shown = browser.get(f"/m/{door.slug}/pass").text
    return shown.partition("<dt>入口</dt><dd>")[2].partition("</dd>")[0]
