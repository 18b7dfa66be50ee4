"""A meeting's own questions: written at the desk, asked by the form, shown to who may see them."""

import hashlib
import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.core import clock, files
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import transaction
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.core.papers import own_copy, paper_in
from eventapp.meetings.queries import meeting_of
from eventapp.registration.queries import (
    answers_of,
    consent_of,
    fields_of,
    registrations_of,
    shown_consent,
)
from eventapp.registration.rules import Category, FieldDraft, FieldKind, Preset, contacts_end_at
from eventapp.registration.service import (
    add_field,
    add_preset,
    change_field,
    delete_overdue_contacts,
    move_field,
    restore_field,
    retire_field,
    set_consent,
)
from eventapp.registration.service.answers import delete_answers
from eventapp.registration.service.own import OwnChange, change_own
from tests.factories import make_user, put_token, sign_in
from tests.factories_registration import make_meeting, make_registration, seal

PDF = b"%PDF-1.7\n%a paper of one line\n"


def _text(label: str = "车牌号", **more: Any) -> FieldDraft:
    return FieldDraft(FieldKind.TEXT, label, "用于会场车辆放行", **more)


def _sent(meeting_id: int, **changes: Any) -> dict[str, Any]:
    return {
        "name": "王磊",
        "phone": "13800138000",
        "unit": "东营职业学院",
        "category": "delegate",
        "consent": "y",
        "consent_version": str(shown_consent(meeting_id)[0]),
        "seal": seal(),
        **changes,
    }


def test_a_preset_asks_what_hangs_on_its_first_question_and_keeps_it_for_a_short_time(house: Flask):
    meeting = make_meeting()
    ids = add_preset(SYSTEM, meeting.id, Preset.ROOMS)
    fields = fields_of(meeting.id)
    assert [field.id for field in fields] == ids
    assert all(field.short_lived for field in fields)
    assert {field.shown_if_id for field in fields[1:]} == {ids[0]}
    with pytest.raises(Conflict):
        add_preset(SYSTEM, meeting.id, Preset.ROOMS)


def test_each_change_of_the_questions_makes_a_new_version_of_what_people_agree_to(house: Flask):
    meeting = make_meeting()
    set_consent(SYSTEM, meeting.id, "会务组只为本次会议使用这些信息。", 3)
    field_id = add_field(SYSTEM, meeting.id, _text())
    second = consent_of(meeting.id)
    assert second is not None
    assert (second.version, second.contact_months) == (2, 3)
    assert second.annex == "车牌号：用于会场车辆放行，与手机号一样，闭会后 3 个月删除。"
    change_field(SYSTEM, meeting.id, field_id, _text(short_lived=True))
    third = consent_of(meeting.id)
    assert third is not None
    assert third.annex == "车牌号：用于会场车辆放行，闭会后 7 天删除。"
    assert third.digest != second.digest
    retire_field(SYSTEM, meeting.id, field_id)
    fourth = consent_of(meeting.id)
    assert fourth is not None
    assert (fourth.version, fourth.annex) == (4, "")


def test_fields_are_ordered_retired_and_asked_again(house: Flask):
    meeting, other = make_meeting(), make_meeting()
    first, second = (add_field(SYSTEM, meeting.id, _text(label)) for label in ("一", "二"))
    move_field(SYSTEM, meeting.id, second, up=True)
    assert [field.label for field in fields_of(meeting.id)] == ["二", "一"]
    move_field(SYSTEM, meeting.id, second, up=True)
    retire_field(SYSTEM, meeting.id, second)
    assert [field.label for field in fields_of(meeting.id)] == ["一"]
    restore_field(SYSTEM, meeting.id, second)
    assert [field.label for field in fields_of(meeting.id)] == ["一", "二"]
    assert fields_of(other.id) == []
    assert first != second


def test_a_question_that_steers_another_is_neither_retired_nor_overtaken(house: Flask):
    meeting = make_meeting()
    ids = add_preset(SYSTEM, meeting.id, Preset.CARS)
    with pytest.raises(Conflict):
        retire_field(SYSTEM, meeting.id, ids[0])
    with pytest.raises(Conflict):
        move_field(SYSTEM, meeting.id, ids[1], up=True)
    with pytest.raises(Invalid):
        change_field(SYSTEM, meeting.id, ids[1], _text(shown_if_id=ids[1], shown_if_value="yes"))
    choice = FieldDraft(FieldKind.CHOICE, "房型", "订房", options=("单人间", "双人间"))
    steering = add_field(SYSTEM, meeting.id, choice)
    add_field(SYSTEM, meeting.id, _text("同住人", shown_if_id=steering, shown_if_value="双人间"))
    changed = FieldDraft(FieldKind.CHOICE, "房型", "订房", options=("单人间", "套间"))
    with pytest.raises(Conflict):
        change_field(SYSTEM, meeting.id, steering, changed)


def test_the_form_asks_and_keeps_what_was_asked(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id = meeting.slug, meeting.id
        room, arrival, departure, kind = add_preset(SYSTEM, meeting_id, Preset.ROOMS)
        press = add_field(SYSTEM, meeting_id, _text("记者证号", categories=("press",)))
        sent = _sent(meeting_id)
    page = client.get(f"/m/{slug}/register").text
    assert f'data-shown-if="answer-{room}" data-shown-value="yes"' in page
    assert "用于会务组预订房间" in page
    assert "闭会后 7 天删除" in page
    refused = client.post(f"/m/{slug}/register", data={**sent, f"answer-{room}": "yes"})
    assert refused.status_code == 422
    assert "请填写入住日期" in refused.text
    assert 'value="王磊"' in refused.text
    answers = {
        f"answer-{room}": "yes",
        f"answer-{arrival}": "2024-01-18",
        f"answer-{departure}": "2024年1月19日",
        f"answer-{kind}": "单人间",
        f"answer-{press}": "这一项不问正式代表",
    }
    assert client.post(f"/m/{slug}/register", data={**sent, **answers}).status_code == 303
    with app.app_context():
        row = registrations_of(meeting_id)[0]
        assert answers_of([row.id])[row.id] == {
            room: ["yes"],
            arrival: ["2024-01-18"],
            departure: ["2024-01-19"],
            kind: ["单人间"],
        }
    own = client.get(f"/m/{slug}/pass").text
    assert "2024-01-18" in own
    assert "个人信息说明第 2 版" in own


def test_whoever_saw_an_older_version_is_shown_the_new_questions_first(
    app: Flask, client: FlaskClient
):
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id = meeting.slug, meeting.id
        set_consent(SYSTEM, meeting_id, "第一版")
        sent = _sent(meeting_id)
        add_field(SYSTEM, meeting_id, _text("车牌号"))
    answer = client.post(f"/m/{slug}/register", data=sent)
    assert answer.status_code == 422
    assert "车牌号" in answer.text
    with app.app_context():
        assert registrations_of(meeting_id) == []


def _open(client: FlaskClient, meeting: Any, registration_id: int) -> None:
    link = link_of(meeting.scope_id, Role.DELEGATE, registration_id)
    assert link is not None
    put_token(client, f"{Role.DELEGATE}:{link.id}", open_link(link_token(link)))


def test_a_file_is_told_by_its_content_and_goes_to_the_person_and_the_organiser_only(
    app: Flask, client: FlaskClient
):
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id = meeting.slug, meeting.id
        paper = add_field(SYSTEM, meeting_id, FieldDraft(FieldKind.FILE, "照片", "用于制证"))
        other = make_registration(meeting, "李娜")
        other_id = other.id
        sent = _sent(meeting_id)
    name = f"answer-{paper}"
    wrong = {**sent, name: (io.BytesIO(b"<script>alert(1)</script>"), "a.pdf")}
    assert client.post(f"/m/{slug}/register", data=wrong).status_code == 422
    right = {**sent, name: (io.BytesIO(PDF), "../照片.exe")}
    assert client.post(f"/m/{slug}/register", data=right).status_code == 303
    own = client.get(f"/m/{slug}/pass/files/{paper}")
    assert (own.data, own.mimetype) == (PDF, "application/pdf")
    assert own.headers["Content-Disposition"].startswith("attachment")
    with app.app_context():
        found = next(row for row in registrations_of(meeting_id) if row.name == "王磊")
        assert answers_of([found.id])[found.id][paper][1] == "照片.pdf"
        stranger, organiser = app.test_client(), app.test_client()
        meeting = meeting_of(meeting_id)
        _open(stranger, meeting, other_id)
        sign_in(organiser, make_user(Role.ORGANISER, meeting.scope_id))
    assert stranger.get(f"/m/{slug}/pass/files/{paper}").status_code == 404
    at_desk = f"/m/{slug}/desk/registrations/{found.id}/files/{paper}"
    assert organiser.post(at_desk).data == PDF
    assert organiser.get(at_desk).status_code == 405
    assert stranger.post(at_desk).status_code == 403


def test_the_desk_writes_questions_and_sees_the_answers(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id = meeting.slug, meeting.id
        organiser = app.test_client()
        sign_in(organiser, make_user(Role.ORGANISER, meeting.scope_id))
    base = f"/m/{slug}/desk/fields"
    assert "没有另外要问的" in organiser.get(base).text
    assert organiser.post(f"{base}/presets/meals").status_code == 303
    assert organiser.post(f"{base}/presets/meals").status_code == 409
    assert organiser.post(f"{base}/presets/boats").status_code == 404
    refused = organiser.post(f"{base}/new", data={"kind": "choice", "label": "上衣尺码"})
    assert refused.status_code == 422
    assert "请填写用途" in refused.text
    size = {"kind": "choice", "label": "上衣尺码", "purpose": "用于会服", "options": "大\n小"}
    assert organiser.post(f"{base}/new", data=size).status_code == 303
    with app.app_context():
        fields = {field.label: field for field in fields_of(meeting_id)}
        field = fields["上衣尺码"]
        sent = _sent(meeting_id)
    page = organiser.get(f"{base}/{field.id}").text
    assert "大\n小" in page
    changed = {**size, "options": "大\n中\n小", "required": "y"}
    assert organiser.post(f"{base}/{field.id}", data=changed).status_code == 303
    assert organiser.post(f"{base}/{field.id}/move", data={"way": "up"}).status_code == 303
    with app.app_context():
        sent = _sent(meeting_id)
        assert fields_of(meeting_id)[1].options == ("大", "中", "小")
    sent |= {f"answer-{field.id}": "中"}
    assert client.post(f"/m/{slug}/register", data=sent).status_code == 303
    with app.app_context():
        found = registrations_of(meeting_id)[0]
    assert "上衣尺码" in organiser.get(f"/m/{slug}/desk/registrations/{found.id}").text
    table = organiser.post(f"/m/{slug}/desk/registrations/export").data
    rows = list(openpyxl.load_workbook(io.BytesIO(table)).active.values)  # pyright: ignore[reportOptionalMemberAccess]
    assert rows[1][rows[0].index("上衣尺码")] == "中"
    assert organiser.post(f"{base}/{field.id}/retire").status_code == 303
    assert "上衣尺码" not in app.test_client().get(f"/m/{slug}/register").text
    assert organiser.post(f"{base}/{field.id}/restore").status_code == 303


def test_a_question_of_another_meeting_does_not_exist(app: Flask):
    with app.app_context():
        meeting, elsewhere = make_meeting(), make_meeting()
        elsewhere_id = elsewhere.id
        field_id = add_field(SYSTEM, elsewhere_id, _text())
        organiser = app.test_client()
        sign_in(organiser, make_user(Role.ORGANISER, meeting.scope_id))
        base = f"/m/{meeting.slug}/desk/fields/{field_id}"
    assert organiser.get(base).status_code == 404
    assert organiser.post(f"{base}/retire").status_code == 404
    with app.app_context():
        assert len(fields_of(elsewhere_id, Category.DELEGATE)) == 1


def _answered(meeting_id: int, paper: bytes) -> tuple[int, int, int, str]:
    """Let somebody answer a short-lived question and send a paper."""
    short = add_field(SYSTEM, meeting_id, _text("车牌号", short_lived=True))
    long = add_field(SYSTEM, meeting_id, FieldDraft(FieldKind.FILE, "照片", "用于制证"))
    registration = make_registration(meeting_of(meeting_id))
    one, copy = registration.id, own_copy(paper)
    digest = hashlib.sha256(copy).hexdigest()
    answers = {short: ["鲁E12345"], long: [digest, "照片.pdf"]}
    change = OwnChange(answers=answers, papers=[(copy, "application/pdf")])
    change_own(SYSTEM, meeting_id, one, change)
    return one, short, long, digest


def test_short_lived_answers_go_alone_and_the_rest_goes_with_its_files(house: Flask):
    meeting_id, elsewhere_id = make_meeting().id, make_meeting().id
    one, _short, long, digest = _answered(meeting_id, PDF)
    other, *_rest, same_paper = _answered(elsewhere_id, PDF)
    with transaction():
        assert delete_answers(meeting_id, short_lived_only=True) == 1
    assert answers_of([one])[one] == {long: [digest, "照片.pdf"]}
    with transaction():
        assert delete_answers(meeting_id) == 1
    assert answers_of([one])[one] == {}
    with pytest.raises(NotFound):
        files.read(digest)
    assert len(answers_of([other])[other]) == 2
    assert paper_in(files.read(same_paper)) == PDF


def test_a_paper_that_is_replaced_is_deleted(house: Flask):
    meeting_id = make_meeting().id
    one, _short, long, digest = _answered(meeting_id, PDF)
    copy = own_copy(PDF)
    newer = {long: [hashlib.sha256(copy).hexdigest(), "照片.pdf"]}
    change_own(
        SYSTEM, meeting_id, one, OwnChange(answers=newer, papers=[(copy, "application/pdf")])
    )
    assert answers_of([one])[one] == newer
    with pytest.raises(NotFound):
        files.read(digest)


def test_answers_go_when_the_contacts_do(house: Flask):
    meeting = make_meeting()
    meeting_id, ends_at = meeting.id, meeting.ends_at
    one, *_rest = _answered(meeting_id, PDF)
    with clock.fixed(contacts_end_at(ends_at, 6) - timedelta(hours=1)):
        delete_overdue_contacts(SYSTEM, meeting_id)
    assert len(answers_of([one])[one]) == 2
    with clock.fixed(contacts_end_at(ends_at, 6) + timedelta(hours=1)):
        delete_overdue_contacts(SYSTEM, meeting_id)
    assert answers_of([one])[one] == {}
