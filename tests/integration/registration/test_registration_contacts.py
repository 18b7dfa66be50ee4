"""Contacts are deleted when the term that the consent text promised has passed."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.alliance.models import Person
from eventapp.core import clock
from eventapp.core.access import SYSTEM
from eventapp.core.db import db
from eventapp.core.ledger import AuditEntry
from eventapp.core.outbox import Message
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import set_state
from eventapp.registration.queries import Row, registrations_of
from eventapp.registration.rules import CONTACT_MONTHS, DEFAULT_CONSENT, Category, contacts_end_at
from eventapp.registration.service import (
    delete_overdue_contacts,
    register_publicly,
    set_consent,
    set_liaison,
)
from eventapp.web.queue import run_chores, run_due
from tests.factories_registration import make_meeting, make_registration, make_unit

CALLED = datetime(2025, 3, 3, 1, tzinfo=UTC)
"""When the first meeting is called; each is held a week after it was."""


def _meeting(called_at: datetime = CALLED, alliance_id: int = 0) -> Meeting:
    with clock.fixed(called_at):
        return make_meeting(alliance_id)


def _register(meeting_id: int, name: str = "王磊", phone: str = "13800138000") -> int:
    """Register somebody who agrees to the text; returns the person's id."""
    with clock.fixed(CALLED):
        register_publicly(
            meeting_id,
            name=name,
            phone=phone,
            email="wang@example.org",
            unit="东营职业学院",
            category=Category.DELEGATE,
            consent_version=0,
        )
    return next(row.person_id for row in registrations_of(meeting_id) if row.name == name)


def _contacts(person_id: int) -> tuple[str, str]:
    person = db.session.get_one(Person, person_id, populate_existing=True)
    return person.phone, person.email


def _delete(meeting_id: int, at: datetime) -> int:
    with clock.fixed(at):
        return delete_overdue_contacts(SYSTEM, meeting_id)


def _row(meeting_id: int) -> Row:
    return registrations_of(meeting_id)[0]


def test_contacts_go_once_when_the_term_has_passed_and_all_else_stays(house: Flask):
    meeting = _meeting()
    meeting_id, scope_id = meeting.id, meeting.scope_id
    person_id = _register(meeting_id)
    with clock.fixed(CALLED):
        run_due(house)
    assert db.session.scalars(sa.select(Message.recipient)).all() == ["wang@example.org"]
    due = contacts_end_at(meeting.ends_at, CONTACT_MONTHS)
    before = _row(meeting_id)

    assert _delete(meeting_id, due - timedelta(seconds=1)) == 0
    assert _contacts(person_id) == ("13800138000", "wang@example.org")
    assert _delete(meeting_id, due) == 1
    assert _contacts(person_id) == ("", "")
    assert _delete(meeting_id, due) == 0

    after = _row(meeting_id)
    assert (after.name, after.organisation, after.state, after.code) == (
        before.name,
        before.organisation,
        before.state,
        before.code,
    )
    assert db.session.scalars(sa.select(Message.recipient)).all() == [""]
    deletions = sa.select(AuditEntry).where(AuditEntry.action == "contacts.delete")
    (entry,) = db.session.scalars(deletions)
    assert (entry.scope_id, entry.subject) == (scope_id, f"meeting:{meeting_id}")
    assert '"people":1' in entry.body
    about = sa.select(AuditEntry.subject).where(AuditEntry.action == "person.delete_contacts")
    assert db.session.scalars(about).all() == [f"person:{person_id}"]
    assert "13800138000" not in entry.body


def test_who_is_expected_again_is_kept_until_that_term_has_passed_too(house: Flask):
    first = _meeting()
    first_id, ended, alliance_id = first.id, first.ends_at, first.alliance_id
    second = _meeting(CALLED + timedelta(days=150), alliance_id)
    second_id, second_ended = second.id, second.ends_at
    guest, liaison, other = (
        _register(first_id, name, f"1380013800{number}")
        for number, name in enumerate(("王磊", "李娜", "张晓明"))
    )
    with clock.fixed(CALLED + timedelta(days=150)):
        register_publicly(
            second_id,
            name="王磊",
            phone="13800138000",
            email="wang@example.org",
            unit="东营职业学院",
            category=Category.DELEGATE,
            consent_version=0,
        )
        set_liaison(SYSTEM, second_id, make_unit(alliance_id), liaison)

    assert _delete(first_id, contacts_end_at(ended, CONTACT_MONTHS)) == 1
    assert [_contacts(one)[0] for one in (guest, liaison, other)] == [
        "13800138000",
        "13800138001",
        "",
    ]
    assert _delete(second_id, contacts_end_at(second_ended, CONTACT_MONTHS)) == 2
    assert [_contacts(one) for one in (guest, liaison)] == [("", ""), ("", "")]


def test_a_shorter_promise_holds_and_who_agreed_to_none_stays_in_the_directory(house: Flask):
    meeting = _meeting()
    meeting_id, ended = meeting.id, meeting.ends_at
    with clock.fixed(CALLED):
        in_directory = make_registration(meeting, "李娜", phone="13900139000").person_id
    person_id = _register(meeting_id)
    set_consent(SYSTEM, meeting_id, "只用于本次会议，闭会后三个月删除。", 3)
    assert _delete(meeting_id, contacts_end_at(ended, 3)) == 1
    assert _contacts(person_id) == ("", "")
    assert _contacts(in_directory)[0] == "13900139000"


def test_a_number_that_is_noted_again_later_is_not_deleted_again(house: Flask):
    meeting = _meeting()
    meeting_id = meeting.id
    person_id = _register(meeting_id)
    due = contacts_end_at(meeting.ends_at, CONTACT_MONTHS)
    assert _delete(meeting_id, due) == 1
    with db.engines[None].begin() as connection:
        connection.execute(sa.update(Person).values(phone="13700137000"))
    assert _delete(meeting_id, due + timedelta(days=400)) == 0
    assert _contacts(person_id)[0] == "13700137000"


def test_a_postponed_meeting_may_still_reach_its_people(house: Flask):
    meeting = _meeting()
    meeting_id, ended = meeting.id, meeting.ends_at
    person_id = _register(meeting_id)
    set_state(SYSTEM, meeting_id, MeetingState.POSTPONED, reason="场地停电")
    assert _delete(meeting_id, ended + timedelta(days=400)) == 0
    assert _contacts(person_id)[0] == "13800138000"


def test_the_worker_does_it_by_itself_whatever_else_fails(
    house: Flask, caplog: pytest.LogCaptureFixture
):
    meeting = _meeting()
    person_id = _register(meeting.id)
    due = contacts_end_at(meeting.ends_at, CONTACT_MONTHS)
    house.extensions["chores"].insert(0, lambda: 1 / 0)
    try:
        with clock.fixed(due):
            run_chores(house)
    finally:
        del house.extensions["chores"][0]
    assert _contacts(person_id) == ("", "")
    assert "ZeroDivisionError" in caplog.text


def test_the_command_tells_first_and_then_does_it(app: Flask):
    with app.app_context():
        meeting = _meeting()
        slug, person_id = meeting.slug, _register(meeting.id)
        due = contacts_end_at(meeting.ends_at, CONTACT_MONTHS)
    run = app.test_cli_runner().invoke
    with clock.fixed(due):
        told = run(args=["registration", "delete-contacts", "--dry-run"]).output
        with app.app_context():
            assert _contacts(person_id)[0] == "13800138000"
        done = run(args=["registration", "delete-contacts"]).output
        again = run(args=["registration", "delete-contacts"]).output
    assert told == f"{slug}: contacts of 1 people are due\n"
    assert done == f"{slug}: contacts of 1 people deleted\n"
    assert again == ""
    with app.app_context():
        assert _contacts(person_id) == ("", "")


def test_the_usual_text_promises_the_usual_term():
    assert CONTACT_MONTHS == 6
    assert "手机号和邮箱保存六个月即删除" in DEFAULT_CONSENT
