"""The public form, the pass page, a unit's page and the desk's pages, as a browser sees them."""

import io
import re
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader

from eventapp.accounts.models import PersonalLink
from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.alliance.queries import duplicates_of
from eventapp.checkin.service import add_gate
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.ledger import AuditEntry
from eventapp.core.outbox import Message
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import set_state
from eventapp.registration.models import Consent, ConsentText
from eventapp.registration.queries import (
    consent_of,
    pass_token,
    read_token,
    registrations_of,
    shown_consent,
)
from eventapp.registration.rules import Category, State
from eventapp.registration.service import (
    cancel_registration,
    give_mandate,
    set_category,
    set_consent,
)
from eventapp.web.queue import run_due
from tests.factories import make_user, put_token, sign_in
from tests.factories_registration import (
    make_meeting,
    make_person,
    make_registration,
    make_unit,
    seal,
)


def _answers(version: int = 0, **changes: Any) -> dict[str, Any]:
    return {
        "name": "王磊",
        "phone": "138 0013 8000",
        "unit": "东营职业学院",
        "titles": "院长",
        "email": "",
        "category": "delegate",
        "consent": "y",
        "consent_version": str(version),
        "seal": seal(),
        **changes,
    }


def _link(meeting: Meeting, role: Role, subject_id: int) -> PersonalLink:
    link = link_of(meeting.scope_id, role, subject_id)
    assert link is not None
    return link


def _open(client: FlaskClient, meeting, role: Role, subject_id: int) -> None:
    """Open a personal link in this browser."""
    link = _link(meeting, role, subject_id)
    put_token(client, f"{role}:{link.id}", open_link(link_token(link)))


@pytest.fixture
def organiser(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser of somebody who may manage every registration of the installation."""
    with app.app_context():
        sign_in(client, make_user(Role.ADMINISTRATOR))
    return client


def test_an_approved_delegate_comes_straight_to_the_pass(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        make_unit(meeting.alliance_id, "东营职业学院")
        slug, meeting_id = meeting.slug, meeting.id
    page = client.get(f"/m/{slug}/register").text
    assert 'value="东营职业学院"' in page
    assert 'type="tel"' in page
    answer = client.post(f"/m/{slug}/register", data=_answers())
    assert answer.status_code == 303
    page = client.get(answer.location).text
    with app.app_context():
        row = registrations_of(meeting_id)[0]
        assert (row.state, row.phone, row.channel) == (State.APPROVED, "13800138000", "public")
        assert row.organisation_id is not None
    assert f"{row.code[:4]}-{row.code[4:]}" in page
    assert "13800138000" not in page


def test_the_qr_of_the_saved_picture_is_the_pass(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        registration = make_registration(meeting)
        _open(client, meeting, Role.DELEGATE, registration.id)
        slug, token = meeting.slug, pass_token(registration.id)
    picture = Image.open(io.BytesIO(client.get(f"/m/{slug}/pass.png").data)).convert("L")
    assert [one.text for one in zxingcpp.read_barcodes(picture)] == [token]


def test_the_saved_pdf_is_one_a6_page_with_the_name_and_the_code(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        registration = make_registration(meeting, "欧阳修")
        _open(client, meeting, Role.DELEGATE, registration.id)
        slug, code = meeting.slug, registrations_of(meeting.id)[0].code
    pages = PdfReader(io.BytesIO(client.get(f"/m/{slug}/pass.pdf").data)).pages
    assert len(pages) == 1
    width, height = pages[0].mediabox.width, pages[0].mediabox.height
    assert (round(float(width) / 72 * 25.4), round(float(height) / 72 * 25.4)) == (105, 148)
    text = pages[0].extract_text()
    assert "欧阳修" in text
    assert f"{code[:4]}-{code[4:]}" in text


def test_a_pass_names_the_gates_of_its_meeting_and_of_no_other(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting, elsewhere = make_meeting(), make_meeting()
        registration = make_registration(meeting)
        add_gate(SYSTEM, meeting.id, "东门")
        add_gate(SYSTEM, meeting.id, "贵宾通道")
        add_gate(SYSTEM, elsewhere.id, "北门")
        _open(client, meeting, Role.DELEGATE, registration.id)
        slug = meeting.slug
    page = client.get(f"/m/{slug}/pass").text
    paper = PdfReader(io.BytesIO(client.get(f"/m/{slug}/pass.pdf").data)).pages[0].extract_text()
    for text in (page, paper):
        assert "东门、贵宾通道" in text
        assert "北门" not in text


@pytest.mark.parametrize("is_approved", [True, False])
@pytest.mark.parametrize("how", ["registered", "registered so", "known", "cancelled so"])
def test_a_phone_that_is_known_here_is_answered_like_any_other(
    app: Flask, how: str, is_approved: bool
):
    with app.app_context():
        meeting = make_meeting()
        set_category(
            SYSTEM, meeting.id, Category.DELEGATE, public=True, auto_approve=is_approved, quota=None
        )
        name, known = "王磊" if "so" in how else "欧阳锋", "13800138009"
        if how == "known":
            make_person(meeting.alliance_id, name, phone=known)
        else:
            made = make_registration(meeting, name, phone=known, email="owner@example.org").id
            if "cancelled" in how:
                cancel_registration(SYSTEM, meeting.id, made)
        slug, meeting_id = meeting.slug, meeting.id
        run_due(app)
        before = len(registrations_of(meeting_id))
    seen: list[tuple[int, list[str]]] = []
    for number, phone in enumerate(("13800138009", "13811118009")):
        browser = app.test_client()
        sent = _answers(phone=phone, email=f"stranger{number}@example.org")
        answer = browser.post(f"/m/{slug}/register", data=sent)
        page = browser.get(answer.location)
        seen.append((answer.status_code, [_plain(answer.location), _plain(page.text)]))
        assert (browser.get(f"/m/{slug}/pass").status_code == 200) is is_approved
    assert seen[0] == seen[1]
    assert "欧阳锋" not in seen[0][1][1]
    with app.app_context():
        run_due(app)
        written = sa.select(Message.recipient).where(Message.recipient.like("stranger%"))
        to = sorted(db.session.scalars(written))
        assert to == ["stranger0@example.org", "stranger1@example.org"]
        assert len(registrations_of(meeting_id)) == before + 2
        names = {row.name for row in registrations_of(meeting_id)}
        assert names == {"王磊", *([name] if how != "known" else [])}


def _plain(page: str) -> str:
    """Give what somebody sees: without secrets, numbers and codes, which always differ."""
    page = re.sub(r"<svg.*?</svg>", "", _without_token(page), flags=re.DOTALL)
    return re.sub(r"[A-Z0-9]{4}-[A-Z0-9]{4}|\d+", "0", page)


def test_who_is_registered_gets_the_link_again_at_the_own_address_alone(app: Flask):
    with app.app_context():
        meeting = make_meeting()
        make_registration(meeting, "王磊", phone="13800138009", email="owner@example.org")
        slug, meeting_id, alliance_id = meeting.slug, meeting.id, meeting.alliance_id
        run_due(app)
    sent = _answers(phone="13800138009", email="stranger@example.org")
    assert app.test_client().post(f"/m/{slug}/register", data=sent).status_code == 303
    with app.app_context():
        run_due(app)
        to = list(db.session.scalars(sa.select(Message.recipient).order_by(Message.id)))
        assert to == ["owner@example.org", "owner@example.org", "stranger@example.org"]
        first, second = registrations_of(meeting_id)
        assert first.person_id != second.person_id
        assert duplicates_of(alliance_id).total == 1


def test_a_form_that_is_sent_again_by_the_same_browser_finds_its_own_registration(
    app: Flask, client: FlaskClient
):
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id = meeting.slug, meeting.id
    first, again = (client.post(f"/m/{slug}/register", data=_answers()) for _time in range(2))
    assert first.location == again.location
    assert "/pass" in again.location
    with app.app_context():
        assert len(registrations_of(meeting_id)) == 1


def test_a_known_name_of_a_unit_reveals_nothing_to_a_stranger(app: Flask):
    with app.app_context():
        meeting = make_meeting()
        unit = make_unit(meeting.alliance_id, "东营职业学院")
        set_category(
            SYSTEM, meeting.id, Category.DELEGATE, public=True, auto_approve=False, quota=None
        )
        make_registration(meeting, "欧阳锋", organisation_id=unit, phone="13800138009")
        slug = meeting.slug
    bodies = []
    for name, phone in (("歐陽鋒", "13800138011"), ("周伯通", "13800138012")):
        browser = app.test_client()
        answer = browser.post(f"/m/{slug}/register", data=_answers(name=name, phone=phone))
        page = browser.get(answer.location)
        bodies.append((answer.status_code, answer.location, answer.text, _without_token(page.text)))
    assert bodies[0] == bodies[1]
    assert "欧阳锋" not in bodies[0][3]


def _without_token(page: str) -> str:
    return re.sub(r'(name="csrf-token" content|name="csrf_token" value)="[^"]*"', "", page)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "王\x00磊", "无法保存的字符"),
        ("name", "王" * 61, "不能超过 60 个字"),
        ("name", "\u200b", "请填写姓名"),
        ("phone", "abc", "电话号码不对"),
        ("unit", "", "请填写单位"),
        ("email", "nobody", "邮箱格式不对"),
        ("category", "leader", ""),
        ("consent", "", "同意后勾选"),
        ("consent_version", "7", "刚刚有修改"),
    ],
)
def test_a_mistake_is_told_and_all_that_was_typed_comes_back(
    app: Flask, client: FlaskClient, field: str, value: str, words: str
):
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id = meeting.slug, meeting.id
    sent = {**_answers(), field: value}
    if not value:
        sent.pop(field)
    answer = client.post(f"/m/{slug}/register", data=sent)
    assert answer.status_code == 422
    assert words in answer.text
    for kept in {"name", "unit", "titles"} - {field}:
        assert f'value="{sent[kept]}"' in answer.text
    with app.app_context():
        assert registrations_of(meeting_id) == []


@pytest.mark.parametrize("name", ["𠮷田", "李😀", "买买提·艾力", "O'Neil <b>"])
def test_every_name_that_people_bear_is_kept(app: Flask, client: FlaskClient, name: str):
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id = meeting.slug, meeting.id
    answer = client.post(f"/m/{slug}/register", data=_answers(name=name))
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    with app.app_context():
        assert registrations_of(meeting_id)[0].name == name


def test_the_version_that_somebody_agreed_to_is_recorded(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id = meeting.slug, meeting.id
    client.post(f"/m/{slug}/register", data=_answers())
    with app.app_context():
        assert shown_consent(meeting_id)[0] == 1
        set_consent(SYSTEM, meeting_id, "只用于本次会议，闭会后三个月删除。")
    assert "闭会后三个月删除" in client.get(f"/m/{slug}/register").text
    second = _answers(version=2, phone="13800138002", name="李娜")
    assert client.post(f"/m/{slug}/register", data=second).status_code == 303
    with app.app_context():
        query = sa.select(ConsentText.version).join(
            Consent, Consent.consent_text_id == ConsentText.id
        )
        assert list(db.session.scalars(query.order_by(Consent.id))) == [1, 2]


def test_the_desk_says_for_how_long_contacts_are_kept(app: Flask, organiser: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id = meeting.slug, meeting.id
    address = f"/m/{slug}/desk/consent"
    assert 'value="6"' in organiser.get(address).text
    text = "只用于本次会议，闭会后三个月删除。"
    for months in ("", "0", "121", "三"):
        wrong = organiser.post(address, data={"text": text, "contact_months": months})
        assert wrong.status_code == 422
        assert text in wrong.text
    saved = organiser.post(address, data={"text": text, "contact_months": "3"})
    assert saved.status_code == 303
    assert "联系方式保存 3 个月" in organiser.get(address).text
    with app.app_context():
        consent = consent_of(meeting_id)
        assert consent is not None
        assert (consent.version, consent.contact_months) == (1, 3)


def test_a_meeting_that_takes_no_registrations_says_so(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        set_state(SYSTEM, meeting.id, MeetingState.REGISTRATION_CLOSED)
        slug, meeting_id = meeting.slug, meeting.id
    assert "现在不接受报名" in client.get(f"/m/{slug}/register").text
    assert client.post(f"/m/{slug}/register", data=_answers()).status_code == 409
    with app.app_context():
        assert registrations_of(meeting_id) == []
        draft = make_meeting(is_open=False).slug
    assert client.get(f"/m/{draft}/register").status_code == 404


def test_a_person_cancels_and_the_pass_is_gone(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        registration = make_registration(meeting)
        _open(client, meeting, Role.DELEGATE, registration.id)
        slug = meeting.slug
    assert client.post(f"/m/{slug}/pass/cancel").status_code == 303
    page = client.get(f"/m/{slug}/pass").text
    assert "已取消" in page
    assert 'class="qr"' not in page
    for name in ("pass.png", "pass.pdf"):
        assert client.get(f"/m/{slug}/{name}").status_code == 404


def test_a_link_of_one_meeting_opens_nothing_in_another(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting, elsewhere = make_meeting(), make_meeting()
        registration = make_registration(meeting)
        make_registration(elsewhere)
        _open(client, meeting, Role.DELEGATE, registration.id)
        slug = elsewhere.slug
    for path in ("pass", "pass.pdf", "delegation", "desk/registrations"):
        assert client.get(f"/m/{slug}/{path}").status_code == 404


def test_one_phone_may_hold_the_passes_of_two_colleagues(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        ids = [make_registration(meeting, name).id for name in ("王磊", "李娜")]
        stranger = make_registration(meeting, "周敏").id
        for key in ids:
            _open(client, meeting, Role.DELEGATE, key)
        slug = meeting.slug
    for key, name in zip(ids, ("王磊", "李娜"), strict=True):
        assert f'pass-name">{name}' in client.get(f"/m/{slug}/pass?who={key}").text
    assert "周敏" not in client.get(f"/m/{slug}/pass?who={stranger}").text


def test_the_code_of_a_slip_leads_to_its_link(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        registration = make_registration(meeting)
        token = link_token(_link(meeting, Role.DELEGATE, registration.id))
        slug = meeting.slug
    typed = " ".join(token[at : at + 4] for at in range(0, 32, 4)).upper()
    answer = client.post(f"/m/{slug}/link", data={"code": typed})
    assert answer.location == f"/l/{token}"
    assert client.post(f"/m/{slug}/link", data={"code": "王磊"}).status_code == 422


def test_the_desk_hides_contacts_until_asked_and_records_who_asked(
    app: Flask, organiser: FlaskClient
):
    with app.app_context():
        meeting = make_meeting()
        registration = make_registration(meeting, phone="13800138000")
        slug, key, scope_id = meeting.slug, registration.id, meeting.scope_id
    base = f"/m/{slug}/desk/registrations"
    for path in (base, f"{base}/{key}"):
        page = organiser.get(path).text
        assert "138****8000" in page
        assert "13800138000" not in page
    assert "13800138000" in organiser.post(f"{base}/{key}/contact").text
    with app.app_context():
        query = sa.select(AuditEntry).where(
            AuditEntry.scope_id == scope_id, AuditEntry.action == "contact.show"
        )
        entry = db.session.scalars(query).one()
        assert entry.subject == f"registration:{key}"
        assert "138" not in entry.body.replace(str(entry.at), "")[-60:]


def test_the_desk_filters_by_the_address_and_exports_what_is_shown(
    app: Flask, organiser: FlaskClient
):
    with app.app_context():
        meeting = make_meeting()
        make_registration(meeting, "=1+1", category=Category.GUEST, phone="13800138001")
        make_registration(meeting, "李娜")
        slug = meeting.slug
    base = f"/m/{slug}/desk/registrations"
    page = organiser.get(f"{base}?category=guest&state=approved&text=%00&page=99").text
    assert "=1+1" in page
    assert "李　娜" not in page
    assert "没有符合条件" in organiser.get(f"{base}?text=%25").text
    book = organiser.post(f"{base}/export?category=guest", data={"contacts": "1"})
    sheet = openpyxl.load_workbook(io.BytesIO(book.data)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(rows) == 2
    assert rows[1][0] == "=1+1"
    assert sheet.cell(2, 1).data_type == "s"
    assert rows[1][5] == "13800138001"
    table = organiser.post(f"{base}/export?category=guest", data={"as": "csv"})
    assert table.mimetype == "text/csv"
    assert '"\'=1+1"' in table.data.decode("utf-8-sig").splitlines()[1]


def test_the_desk_decides_reissues_and_mandates(app: Flask, organiser: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        unit = make_unit(meeting.alliance_id)
        registration = make_registration(meeting, organisation_id=unit)
        slug, key, meeting_id = meeting.slug, registration.id, meeting.id
        before = pass_token(key)
    one = f"/m/{slug}/desk/registrations/{key}"
    assert organiser.post(f"{one}/pass").status_code == 303
    sent = {"organisation_id": str(unit)}
    assert organiser.post(f"{one}/mandate", data=sent).status_code == 303
    assert organiser.post(f"{one}/mandate", data=sent).status_code == 422
    page = organiser.get(one).text
    assert re.search(r"<dt>登录码</dt><dd>[2-9A-Z]{6}</dd>", page)
    assert organiser.post(f"{one}/approve").status_code == 409
    assert organiser.post(f"{one}/cancel", data={"reason": "本人来电"}).status_code == 303
    assert "本人来电" in organiser.get(one).text
    with app.app_context():
        assert read_token(before).generation == 1
        assert registrations_of(meeting_id)[0].state is State.CANCELLED


def test_rebinding_names_the_old_phone_and_lets_it_out(app: Flask, organiser: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        unit = make_unit(meeting.alliance_id)
        registration = make_registration(meeting, organisation_id=unit)
        mandate = give_mandate(
            SYSTEM, meeting.id, organisation_id=unit, person_id=registration.person_id
        )
        link = _link(meeting, Role.REPRESENTATIVE, mandate.id)
        open_link(link_token(link), link.code, "Old Phone 7")
        slug, key, number, code = meeting.slug, registration.id, mandate.id, link.code
    one = f"/m/{slug}/desk/registrations/{key}"
    assert "Old Phone 7" in organiser.get(one).text
    assert organiser.post(f"{one}/mandates/{number}/rebind").status_code == 303
    page = organiser.get(one).text
    assert "Old Phone 7" not in page
    assert f"<dd>{code}</dd>" not in page


def test_a_registration_or_mandate_of_another_meeting_is_not_found(
    app: Flask, organiser: FlaskClient
):
    with app.app_context():
        meeting, elsewhere = make_meeting(), make_meeting()
        own, foreign = make_registration(meeting).id, make_registration(elsewhere).id
        unit = make_unit(elsewhere.alliance_id)
        person = make_person(elsewhere.alliance_id, organisation_id=unit)
        mandate = give_mandate(SYSTEM, elsewhere.id, organisation_id=unit, person_id=person.id).id
        slug = meeting.slug
    base = f"/m/{slug}/desk/registrations"
    assert organiser.get(f"{base}/{foreign}").status_code == 404
    for act in ("approve", "cancel", "contact", "pass", "link/renew", "link/revoke", "mandate"):
        assert organiser.post(f"{base}/{foreign}/{act}").status_code == 404
    assert organiser.post(f"{base}/{own}/mandates/{mandate}/revoke").status_code == 404
    assert organiser.get(f"{base}/99999999999").status_code == 404


def test_slips_of_many_are_printed_in_the_background(app: Flask, organiser: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        for number in range(8):
            make_registration(meeting, f"代表{number}")
        slug = meeting.slug
    answer = organiser.post(f"/m/{slug}/desk/registrations/slips")
    assert "正在生成纸条" in organiser.get(answer.location).text
    assert organiser.get(f"{answer.location}/file.pdf").status_code == 404
    with app.app_context():
        run_due(app)
    assert "8 张纸条" in organiser.get(f"{answer.location}?part=1").text
    pdf = PdfReader(io.BytesIO(organiser.get(f"{answer.location}/file.pdf").data))
    assert len(pdf.pages) == 2
    with app.app_context():
        elsewhere = make_meeting().slug
    assert organiser.get(answer.location.replace(slug, elsewhere)).status_code == 404


def test_the_desk_sets_categories_consent_delegations_and_leave(app: Flask, organiser: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        unit = make_unit(meeting.alliance_id, "东营职业学院")
        make_unit(meeting.alliance_id)
        slug = meeting.slug
    desk = f"/m/{slug}/desk"
    sent = {"guest-public": "y", "guest-quota": "30"}
    assert organiser.post(f"{desk}/categories/guest", data=sent).status_code == 303
    assert "0 / 30" in organiser.get(f"{desk}/categories").text
    assert organiser.post(f"{desk}/categories/guest", data={"guest-quota": "-1"}).status_code == 422
    assert organiser.post(f"{desk}/categories/nobody").status_code == 404
    consent = {"text": "新的说明", "contact_months": "6"}
    assert organiser.post(f"{desk}/consent", data=consent).status_code == 303
    assert "第 1 版" in organiser.get(f"{desk}/consent").text
    sent = {"organisation_id": unit, "name": "周敏", "phone": "13800138000", "quota": "3"}
    assert organiser.post(f"{desk}/delegations", data=sent).status_code == 303
    assert organiser.post(f"{desk}/delegations/all").status_code == 303
    page = organiser.get(f"{desk}/delegations").text
    assert "周敏" in page
    assert page.count('data-copy="http://localhost/l/') == 2
    sent = {"leave-organisation_id": unit, "leave-reason": "出差"}
    assert organiser.post(f"{desk}/delegations/leaves", data=sent).status_code == 303
    assert "出差" in organiser.get(f"{desk}/delegations").text


def test_mails_show_their_text_and_hide_the_recipient(app: Flask, organiser: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        make_registration(meeting, email="delegate@example.org")
        run_due(app)
        slug = meeting.slug
    page = organiser.get(f"/m/{slug}/desk/mails").text
    assert "de***@example.org" in page
    assert "delegate@example.org" not in page
    assert "报名已经通过" in page


def test_the_organiser_adds_a_leader_whom_the_public_could_not_choose(
    app: Flask, organiser: FlaskClient
):
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id = meeting.slug, meeting.id
    new = f"/m/{slug}/desk/registrations/new"
    sent = {"name": "周敏", "phone": "", "unit": "省教育厅", "category": "leader"}
    assert organiser.post(new, data=sent).status_code == 303
    assert organiser.post(new, data={**sent, "name": ""}).status_code == 422
    with app.app_context():
        row = registrations_of(meeting_id)[0]
        assert (row.organisation, row.category, row.state) == (
            "省教育厅",
            Category.LEADER,
            State.APPROVED,
        )
