"""Whoever registers in English is written to in English; where nobody knows, it is Chinese."""

import io
import re

import sqlalchemy as sa
from flask import Flask
from pypdf import PdfReader

from eventapp.accounts.queries import links_of
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.outbox import Message
from eventapp.meetings.queries import meeting_of
from eventapp.registration.document import slips_pdf
from eventapp.registration.queries import consent_of, registrations_of
from eventapp.registration.rules import DEFAULT_CONSENT, Category
from eventapp.registration.service import approve_registration, set_category
from eventapp.web.queue import run_due
from tests.factories_registration import make_meeting, make_registration, seal

ENGLISH = {"Accept-Language": "en"}
ANSWERS = {
    "name": "John Smith",
    "phone": "13800138000",
    "unit": "Harbour Institute",
    "email": "john@example.org",
    "category": "delegate",
    "consent": "y",
    "consent_version": "0",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _register_in_english(app: Flask, *, auto_approve: bool) -> int:
    """Let somebody register in an English browser; returns the meeting's id."""
    with app.app_context():
        meeting = make_meeting()
        category = Category.DELEGATE
        set_category(
            SYSTEM, meeting.id, category, public=True, auto_approve=auto_approve, quota=None
        )
        slug, meeting_id = meeting.slug, meeting.id
    answer = app.test_client().post(
        f"/m/{slug}/register", data={**ANSWERS, "seal": seal()}, headers=ENGLISH
    )
    assert answer.status_code == 303
    return meeting_id


def _mails(app: Flask) -> list[tuple[str, str]]:
    run_due(app)
    sent = db.session.scalars(sa.select(Message).order_by(Message.id))
    return [(one.subject, one.text) for one in sent]


def _without_names(text: str, meeting_id: int) -> str:
    meeting = meeting_of(meeting_id)
    return text.replace(meeting.title, "").replace(meeting.venue, "")


def test_who_registers_in_english_gets_every_mail_in_english(app: Flask):
    meeting_id = _register_in_english(app, auto_approve=False)
    with app.app_context():
        run_due(app)
        approve_registration(SYSTEM, meeting_id, registrations_of(meeting_id)[0].id)
        received, approved = _mails(app)
    assert received[0].startswith("Registration received: ")
    assert approved[0].startswith("Registration approved: ")
    assert "has been approved" in approved[1]
    with app.app_context():
        for subject, text in (received, approved):
            assert not CHINESE.search(_without_names(subject + text, meeting_id))


def test_whom_the_desk_registers_is_written_to_in_chinese(app: Flask):
    with app.app_context():
        make_registration(make_meeting(), "王磊", email="wang@example.org")
        ((subject, text),) = _mails(app)
    assert subject.startswith("报名已通过：")
    assert "王磊，您好：" in text
    assert "身份：正式代表" in text


def test_slips_speak_the_language_of_their_people(app: Flask):
    meeting_id = _register_in_english(app, auto_approve=True)
    with app.app_context():
        meeting = meeting_of(meeting_id)
        make_registration(meeting, "王磊")
        links = links_of(meeting.scope_id, Role.DELEGATE)
        people = [(row, links[row.id]) for row in registrations_of(meeting_id)]
        printed = PdfReader(io.BytesIO(slips_pdf(meeting, people))).pages[0].extract_text()
    assert "This link is yours alone" in printed
    assert "这个链接只属于您本人" in printed


def test_a_pass_on_paper_follows_its_reader(app: Flask):
    meeting_id = _register_in_english(app, auto_approve=True)
    with app.app_context():
        slug = meeting_of(meeting_id).slug
    client = app.test_client()
    client.post(
        f"/m/{slug}/register",
        data={**ANSWERS, "seal": seal(), "phone": "13800138001", "name": "王磊"},
    )
    for headers, words in (({}, "地点"), (ENGLISH, "Venue")):
        paper = PdfReader(io.BytesIO(client.get(f"/m/{slug}/pass.pdf", headers=headers).data))
        assert words in paper.pages[0].extract_text()


def test_usual_consent_is_read_in_english_and_kept_as_it_was_written(app: Flask):
    meeting_id = _register_in_english(app, auto_approve=True)
    with app.app_context():
        consent, slug = consent_of(meeting_id), meeting_of(meeting_id).slug
        assert consent is not None
        assert consent.text == DEFAULT_CONSENT
    page = app.test_client().get(f"/m/{slug}/register", headers=ENGLISH).text
    assert "deleted; names, units and positions" in page
    assert DEFAULT_CONSENT in page
    assert page.index("We collect your name") < page.index(DEFAULT_CONSENT)
    assert "We collect" not in app.test_client().get(f"/m/{slug}/register").text
