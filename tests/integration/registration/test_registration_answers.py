"""Questions reach everybody: asked at the desk, and afterwards on the own page."""

import io
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.ledger import AuditEntry
from eventapp.meetings.queries import meeting_of
from eventapp.registration.queries import answers_of, registrations_of
from eventapp.registration.rules import FieldDraft, FieldKind, Preset
from eventapp.registration.service import add_field, add_preset, set_consent, set_liaison
from eventapp.registration.service.groups import Entry, substitute_delegate
from tests.factories import make_user, put_token, sign_in
from tests.factories_registration import make_meeting, make_registration, make_unit

PDF = b"%PDF-1.7\n%a paper of one line\n"


def _organiser(app: Flask, scope_id: int) -> FlaskClient:
    client = app.test_client()
    sign_in(client, make_user(Role.ORGANISER, scope_id))
    return client


def _open_pass(client: FlaskClient, scope_id: int, registration_id: int) -> None:
    link = link_of(scope_id, Role.DELEGATE, registration_id)
    assert link is not None
    put_token(client, f"{Role.DELEGATE}:{link.id}", open_link(link_token(link)))


def _audited(scope_id: int, action: str) -> int:
    which = sa.and_(AuditEntry.scope_id == scope_id, AuditEntry.action == action)
    return db.session.scalar(sa.select(sa.func.count()).where(which)) or 0


def _cars(meeting_id: int) -> tuple[int, int]:
    """Ask about cars: yes or no, and then the plate, which is needed."""
    car, plate = add_preset(SYSTEM, meeting_id, Preset.CARS)
    return car, plate


def test_the_desk_asks_the_questions_and_may_leave_them_open(app: Flask):
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id, scope_id = meeting.slug, meeting.id, meeting.scope_id
        car, plate = _cars(meeting_id)
        size = add_field(
            SYSTEM,
            meeting_id,
            FieldDraft(FieldKind.CHOICE, "上衣尺码", "会服", options=("大", "小"), required=True),
        )
        organiser = _organiser(app, scope_id)
    base = f"/m/{slug}/desk/registrations"
    assert "上衣尺码" in organiser.get(f"{base}/new").text
    sent = {"name": "王磊", "category": "delegate", f"answer-{car}": "yes"}
    wrong = organiser.post(f"{base}/new", data={**sent, f"answer-{size}": "特大"})
    assert wrong.status_code == 422
    assert 'value="王磊"' in wrong.text
    assert organiser.post(f"{base}/new", data=sent).status_code == 303
    with app.app_context():
        one = registrations_of(meeting_id)[0].id
        assert answers_of([one])[one] == {car: ["yes"]}
    page = organiser.get(f"{base}/{one}").text
    assert "尚有 2 项待填" in page  # the plate, because of the car, and the size
    assert 'value="yes"' in organiser.get(f"{base}/{one}/answers").text
    typed = {f"answer-{car}": "yes", f"answer-{plate}": "鲁E12345", f"answer-{size}": "特大"}
    refused = organiser.post(f"{base}/{one}/answers", data=typed)
    assert refused.status_code == 422
    assert "鲁E12345" in refused.text
    typed[f"answer-{size}"] = "大"
    assert organiser.post(f"{base}/{one}/answers", data=typed).status_code == 303
    assert "待填" not in organiser.get(f"{base}/{one}").text
    form = organiser.get(f"{base}/{one}/answers").text
    assert "鲁E12345" not in form, "a plate is unmasked by a recorded act alone"
    assert "已登记，不填就不改" in form
    typed[f"answer-{plate}"] = ""
    assert organiser.post(f"{base}/{one}/answers", data=typed).status_code == 303
    with app.app_context():
        assert answers_of([one])[one] == {car: ["yes"], plate: ["鲁E12345"], size: ["大"]}
        assert _audited(scope_id, "registration.change_answers") == 1
    assert organiser.post(f"{base}/{one}/answers", data=typed).status_code == 303
    with app.app_context():
        assert _audited(scope_id, "registration.change_answers") == 1  # nothing was different


def test_a_file_is_taken_at_the_desk_and_whoever_opens_it_is_recorded(app: Flask):
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id, scope_id = meeting.slug, meeting.id, meeting.scope_id
        paper = add_field(SYSTEM, meeting_id, FieldDraft(FieldKind.FILE, "照片", "用于制证"))
        organiser = _organiser(app, scope_id)
    base = f"/m/{slug}/desk/registrations"
    sent: dict[str, Any] = {"name": "王磊", "category": "guest"}
    sent[f"answer-{paper}"] = (io.BytesIO(PDF), "照片.pdf")
    assert organiser.post(f"{base}/new", data=sent).status_code == 303
    with app.app_context():
        one = registrations_of(meeting_id)[0].id
        assert _audited(scope_id, "answer_file.open") == 0
    page = organiser.get(f"{base}/{one}")
    assert "照片.pdf" in page.text
    assert "打开文件会留下记录" in page.text
    assert organiser.post(f"{base}/{one}/files/{paper}").data == PDF
    with app.app_context():
        assert _audited(scope_id, "answer_file.open") == 1
    kept = organiser.post(f"{base}/{one}/answers", data={})
    assert kept.status_code == 303
    assert organiser.post(f"{base}/{one}/files/{paper}").data == PDF


def test_the_desk_does_not_write_answers_for_another_meeting_or_a_cancelled_registration(
    app: Flask,
):
    with app.app_context():
        meeting, elsewhere = make_meeting(), make_meeting()
        meeting_id = meeting.id
        plate = add_field(SYSTEM, meeting_id, FieldDraft(FieldKind.TEXT, "车牌号", "放行"))
        foreign = make_registration(elsewhere).id
        one = make_registration(meeting, "李娜").id
        base = f"/m/{meeting.slug}/desk/registrations"
        organiser = _organiser(app, meeting.scope_id)
    sent = {f"answer-{plate}": "鲁E12345"}
    assert organiser.get(f"{base}/{foreign}/answers").status_code == 404
    assert organiser.post(f"{base}/{foreign}/answers", data=sent).status_code == 404
    assert organiser.post(f"{base}/{one}/cancel").status_code == 303
    refused = organiser.post(f"{base}/{one}/answers", data=sent)
    assert refused.status_code == 422
    assert "已经结束" in refused.text
    with app.app_context():
        assert answers_of([foreign, one]) == {}


def test_a_substitute_is_asked_on_the_own_page(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id, scope_id = meeting.slug, meeting.id, meeting.scope_id
        set_consent(SYSTEM, meeting_id, "会务组只为本次会议使用这些信息。", 6)
        car, plate = _cars(meeting_id)
        unit = make_unit(meeting.alliance_id)
        set_liaison(SYSTEM, meeting_id, unit)
        old = make_registration(meeting, "李娜", organisation_id=unit).id
        entry = Entry("王磊", "13800138000")
        new = substitute_delegate(SYSTEM, meeting_id, old, entry).registration_id
        _open_pass(client, meeting_of(meeting_id).scope_id, new)
    page = client.get(f"/m/{slug}/pass").text
    assert "会务组另有 1 个问题" in page
    sent = {"titles": "", "email": "", f"answer-{car}": "yes"}
    missing = client.post(f"/m/{slug}/pass/details", data=sent)
    assert missing.status_code == 422
    assert "请填写车牌号" in missing.text
    sent[f"answer-{plate}"] = "鲁E12345"
    assert client.post(f"/m/{slug}/pass/details", data=sent).status_code == 303
    page = client.get(f"/m/{slug}/pass").text
    assert "另有" not in page
    assert "鲁E12345" in page
    with app.app_context():
        assert answers_of([new])[new] == {car: ["yes"], plate: ["鲁E12345"]}
        assert _audited(scope_id, "registration.change_own") == 1


def test_what_has_to_be_answered_is_counted_until_it_is(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id = meeting.slug, meeting.id
        hand = make_registration(meeting).id
        _open_pass(client, meeting.scope_id, hand)
        size = add_field(
            SYSTEM, meeting_id, FieldDraft(FieldKind.TEXT, "上衣尺码", "会服", required=True)
        )
        add_field(SYSTEM, meeting_id, FieldDraft(FieldKind.TEXT, "车牌号", "放行"))
        only = FieldDraft(FieldKind.TEXT, "证号", "制证", required=True, categories=("press",))
        add_field(SYSTEM, meeting_id, only)
    assert "尚有 1 项待填" in client.get(f"/m/{slug}/pass").text
    sent = {"titles": "", "email": "", "unit": "某报社", f"answer-{size}": "大"}
    sent |= {"consent": "y", "consent_version": "3"}
    assert client.post(f"/m/{slug}/pass/details", data=sent).status_code == 303
    page = client.get(f"/m/{slug}/pass").text
    assert "待填" not in page
    assert "另有" not in page
