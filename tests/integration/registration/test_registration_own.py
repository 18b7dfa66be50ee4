"""What people do about their own registration: change it, ask for a correction, take it along."""

import json
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.alliance.queries import person_in
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.errors import Conflict, Invalid
from eventapp.core.ledger import AuditEntry
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import set_state
from eventapp.registration.models import Answer, Consent, Correction
from eventapp.registration.queries import answers_of, registration_in
from eventapp.registration.rules import FieldDraft, FieldKind
from eventapp.registration.service import add_field, give_mandate, register_person, set_consent
from eventapp.registration.service.own import (
    OwnChange,
    ask_correction,
    change_own,
    decide_correction,
)
from eventapp.web.queue import run_due
from tests.factories import make_user, put_token, sign_in
from tests.factories_registration import make_meeting, make_person, make_registration, make_unit


def _open(client: FlaskClient, meeting: Any, registration_id: int) -> None:
    link = link_of(meeting.scope_id, Role.DELEGATE, registration_id)
    assert link is not None
    put_token(client, f"{Role.DELEGATE}:{link.id}", open_link(link_token(link)))


def _actions(scope_id: int) -> list[str]:
    return list(
        db.session.scalars(
            sa.select(AuditEntry.action)
            .where(AuditEntry.scope_id == scope_id)
            .order_by(AuditEntry.id)
        )
    )


def test_titles_address_and_answers_are_ones_own_to_change(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        unit = make_unit(meeting.alliance_id)
        registration = make_registration(meeting, "王磊", organisation_id=unit, phone="13800138000")
        slug, meeting_id, one = meeting.slug, meeting.id, registration.id
        diet = add_field(SYSTEM, meeting_id, FieldDraft(FieldKind.TEXT, "忌口", "用于用餐"))
        scope_id = meeting.scope_id
        _open(client, meeting, one)
    page = client.get(f"/m/{slug}/pass/details").text
    assert "忌口" in page
    assert "我已阅读并同意" in page
    sent = {"titles": "院长", "email": "wang@example.org", f"answer-{diet}": "花生"}
    refused = client.post(f"/m/{slug}/pass/details", data=sent)
    assert refused.status_code == 422
    assert 'value="花生"' in refused.text
    sent |= {"consent": "y", "consent_version": "1"}
    assert client.post(f"/m/{slug}/pass/details", data=sent).status_code == 303
    with app.app_context():
        row = registration_in(meeting_id, one)
        assert (row.titles, row.email, row.name) == ("院长", "wang@example.org", "王磊")
        assert answers_of([one])[one] == {diet: ["花生"]}
        assert db.session.scalar(sa.select(Consent.channel)) == "own"
        assert "registration.change_own" in _actions(scope_id)
        body = db.session.scalar(
            sa.select(AuditEntry.body).where(AuditEntry.action == "registration.change_own")
        )
        assert body is not None
        assert "花生" not in body
    sent = {"titles": "院长", "email": "wang@example.org", f"answer-{diet}": ""}
    assert client.post(f"/m/{slug}/pass/details", data=sent).status_code == 303
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Answer)) == 0
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Consent)) == 1


def test_a_unit_that_is_no_member_may_be_reworded_but_not_into_a_member(house: Flask):
    meeting = make_meeting()
    make_unit(meeting.alliance_id, "东营职业学院")
    person = make_person(meeting.alliance_id, "王磊")
    registration = register_person(
        SYSTEM,
        meeting.id,
        person_id=person.id,
        category="delegate",  # pyright: ignore[reportArgumentType]
        unit_text="省教厅",
        channel="desk",
    )
    change_own(SYSTEM, meeting.id, registration.id, OwnChange(unit="省教育厅"))
    assert registration_in(meeting.id, registration.id).organisation == "省教育厅"
    for wrong in ("东营职业学院", " "):
        with pytest.raises(Invalid):
            change_own(SYSTEM, meeting.id, registration.id, OwnChange(unit=wrong))


def test_nothing_is_changed_after_the_meeting(house: Flask):
    meeting = make_meeting()
    registration = make_registration(meeting)
    for state in (
        MeetingState.REGISTRATION_CLOSED,
        MeetingState.IN_SESSION,
        MeetingState.ADJOURNED,
    ):
        set_state(SYSTEM, meeting.id, state)
    with pytest.raises(Conflict):
        change_own(SYSTEM, meeting.id, registration.id, OwnChange(titles="院长"))
    with pytest.raises(Conflict):
        ask_correction(SYSTEM, meeting.id, registration.id, name="王垒", phone="13800138000")


def test_a_name_is_corrected_only_by_the_organisers_word(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        registration = make_registration(meeting, "王磊", phone="13800138000")
        slug, meeting_id, one = meeting.slug, meeting.id, registration.id
        person_id, alliance_id = registration.person_id, meeting.alliance_id
        organiser = app.test_client()
        sign_in(organiser, make_user(Role.ORGANISER, meeting.scope_id))
        _open(client, meeting, one)
    same = {"name": "王磊", "phone": "138 0013 8000"}
    assert client.post(f"/m/{slug}/pass/correction", data=same).status_code == 422
    wish = {"name": "王垒", "phone": "13800138000"}
    assert client.post(f"/m/{slug}/pass/correction", data=wish).status_code == 303
    assert "正在核对" in client.get(f"/m/{slug}/pass").text
    with app.app_context():
        row = registration_in(meeting_id, one)
        assert (row.name, bool(row.reason)) == ("王磊", True)
    at_desk = f"/m/{slug}/desk/registrations/{one}"
    assert "王垒" in organiser.get(at_desk).text
    assert "要求更正" in organiser.get(f"/m/{slug}/desk/registrations").text
    assert organiser.post(f"{at_desk}/correction", data={"word": "accept"}).status_code == 303
    with app.app_context():
        person = person_in(alliance_id, person_id)
        assert (person.name, person.pinyin) == ("王垒", "Wang Lei")
        assert registration_in(meeting_id, one).reason == ""
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Correction)) == 0
    again = organiser.post(f"{at_desk}/correction", data={"word": "accept"})
    assert again.status_code == 409


def test_asking_for_somebody_elses_phone_is_answered_like_any_other(app: Flask):
    seen: list[tuple[int, str, str]] = []
    for phone in ("13811118009", "13800138009"):
        client = app.test_client()
        with app.app_context():
            meeting = make_meeting()
            make_registration(meeting, "欧阳锋", phone="13800138009")
            one = make_registration(meeting, "王磊", phone="13800138000").id
            slug = meeting.slug
            _open(client, meeting, one)
        at = f"/m/{slug}/pass"
        answer = client.post(f"{at}/correction", data={"name": "王磊", "phone": phone})
        page = re.sub(r"<svg.*?</svg>|csrf[^>]*>", "", client.get(at).text, flags=re.DOTALL)
        page = re.sub(r"[A-Z0-9]{4}-[A-Z0-9]{4}|\d+", "0", page)
        seen.append((answer.status_code, re.sub(r"\d+", "0", answer.location), page))
    assert seen[0] == seen[1]
    assert seen[0][0] == 303


def test_a_correction_that_is_left_changes_nothing_and_a_taken_phone_is_refused(house: Flask):
    meeting = make_meeting()
    registration = make_registration(meeting, "王磊", phone="13800138000")
    make_registration(meeting, "李娜", phone="13800138009")
    one = registration.id
    ask_correction(SYSTEM, meeting.id, one, name="王磊", phone="13800138009")
    with pytest.raises(Conflict):
        decide_correction(SYSTEM, meeting.id, one, accept=True)
    assert db.session.get(Correction, one) is not None
    decide_correction(SYSTEM, meeting.id, one, accept=False)
    row = registration_in(meeting.id, one)
    assert (row.phone, row.reason) == ("13800138000", "")


def test_own_data_hold_all_that_is_kept_and_nothing_of_others(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        unit = make_unit(meeting.alliance_id, "东营职业学院")
        registration = make_registration(
            meeting, "王磊", organisation_id=unit, phone="13800138000", email="wang@example.org"
        )
        make_registration(meeting, "李娜", organisation_id=unit, email="li@example.org")
        slug, scope_id = meeting.slug, meeting.scope_id
        field_id = add_field(SYSTEM, meeting.id, FieldDraft(FieldKind.YES_NO, "是否用餐", "用餐"))
        set_consent(SYSTEM, meeting.id, "只用于本次会议。")
        change = OwnChange(email="wang@example.org", answers={field_id: ["yes"]}, consent_version=2)
        change_own(SYSTEM, meeting.id, registration.id, change)
        give_mandate(SYSTEM, meeting.id, organisation_id=unit, person_id=registration.person_id)
        run_due(app)
        _open(client, meeting, registration.id)
    taken = client.post(f"/m/{slug}/pass/data", data={"as": "json"})
    assert taken.headers["Content-Disposition"].startswith("attachment")
    data = json.loads(taken.data)
    assert data["person"][0]["phone"] == "13800138000"
    assert data["answers"][0]["answer"] == ["yes"]
    assert data["consents"][0]["text"].startswith("只用于本次会议。\n\n是否用餐")
    assert data["mandates"][0]["unit"] == "东营职业学院"
    assert data["passes"][0]["generation"] == 1
    assert data["scans"] == []
    assert len(data["browsers"]) == 1
    assert [mail["recipient"] for mail in data["mails"]] == ["wang@example.org"]
    assert "李娜" not in taken.text
    page = client.post(f"/m/{slug}/pass/data").text
    assert "13800138000" in page
    assert "同意过的个人信息说明" in page
    assert "李娜" not in page
    with app.app_context():
        assert _actions(scope_id).count("own_data.download") == 2
