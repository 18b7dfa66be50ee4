"""What has had its time is deleted on its day, counted, and said before and after."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.accounts.models import SignIn
from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link, sign_in_user
from eventapp.alliance.models import Person
from eventapp.alliance.queries import alliance_of, slug_of
from eventapp.badges.rules import KEPT as PRINTS_KEPT
from eventapp.badges.rules import Paper
from eventapp.badges.service import ask_for_print
from eventapp.checkin.rules import SIGNATURES_KEPT
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.jobs import Job
from eventapp.core.ledger import AuditEntry
from eventapp.core.outbox import Message
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import set_state
from eventapp.privacy.models import Retention
from eventapp.privacy.queries.retention import due_everywhere, reach_of, shelves_of
from eventapp.privacy.rules import MAIL_KEPT, SIGN_IN_KEPT, TERMS, Term
from eventapp.privacy.service import retain, retain_all, retain_daily
from eventapp.registration.models import Answer
from eventapp.registration.queries import consent_of
from eventapp.registration.rules import SHORT_DAYS, Category, FieldDraft, FieldKind, contacts_end_at
from eventapp.registration.service import add_field, register_person, set_consent
from eventapp.roster.models import Roster
from eventapp.roster.rules import RosterState
from eventapp.roster.service import KEPT as LISTS_KEPT
from eventapp.roster.service import open_roster
from eventapp.roster.service.drafts import DRAFT_KEPT
from eventapp.web.queue import run_due
from tests.factories import make_user
from tests.factories_registration import make_meeting, make_person

CALLED = datetime(2025, 3, 3, 1, tzinfo=UTC)
"""When the meeting is called; it is held a week later, for three hours."""


def make_scene(app: Flask) -> Meeting:
    """Call a meeting with something of every kind that has a term."""
    with clock.fixed(CALLED):
        meeting = make_meeting()
        meeting_id = meeting.id
        plate = add_field(
            SYSTEM, meeting_id, FieldDraft(FieldKind.TEXT, "车牌号", "停车", short_lived=True)
        )
        size = add_field(SYSTEM, meeting_id, FieldDraft(FieldKind.TEXT, "尺码", "发放上衣"))
        set_consent(SYSTEM, meeting_id, "会后六个月删除联系方式。", 6)
        consent = consent_of(meeting_id)
        assert consent is not None
        person = make_person(meeting.alliance_id, "王磊", phone="13800138000", email="w@a.example")
        one = register_person(
            SYSTEM,
            meeting_id,
            person_id=person.id,
            category=Category.DELEGATE,
            consent_text_id=consent.id,
            channel="desk",
            answers={plate: ["鲁E9X7Z3"], size: ["大"]},
        ).id
        run_due(app)
        run_due(app)
        listed = "姓名\n王磊\n".encode()
        open_roster(SYSTEM, meeting_id, data=listed, file_name="名单.csv")
        ask_for_print(SYSTEM, meeting_id, Paper.CARDS)
        run_due(app)
        link = link_of(db.session.get_one(Meeting, meeting_id).scope_id, Role.DELEGATE, one)
        assert link is not None
        open_link(link_token(link), browser="Phone/7")
        sign_in_user(SYSTEM, make_user().id, "Desk/1")
    return db.session.get_one(Meeting, meeting_id)


def look(meeting: Meeting, at: datetime) -> dict[Term, int]:
    """Delete what is due in the meeting's alliance at an instant; tell how much of which kinds."""
    with clock.fixed(at):
        done = retain(SYSTEM, reach_of(meeting.alliance_id))
    return {term: count for term, count in done.items() if count}


def count(*where: sa.ColumnElement[bool], of: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(of).where(*where)) or 0


def test_each_kind_goes_on_its_day_and_not_before(house: Flask) -> None:
    meeting = make_scene(house)
    ends_at, tick = meeting.ends_at, timedelta(seconds=1)
    prints = CALLED + PRINTS_KEPT
    assert look(meeting, prints) == {}
    assert look(meeting, prints + tick) == {Term.PRINTS: 1}
    assert "digest" not in (
        db.session.scalars(sa.select(Job.result).where(Job.kind == "print_cards")).one() or {}
    )
    short = ends_at + timedelta(days=SHORT_DAYS)
    assert look(meeting, short - tick) == {}
    assert look(meeting, short) == {Term.SHORT_ANSWERS: 1}
    assert db.session.scalars(sa.select(Answer.value)).all() == [["大"]]
    lists = CALLED + LISTS_KEPT
    assert look(meeting, lists) == {}
    assert look(meeting, lists + tick) == {Term.LISTS: 1}
    assert db.session.scalars(sa.select(Roster.state)).one() is RosterState.DISCARDED
    link_end = db.session.scalars(
        sa.select(SignIn.expires_at).where(SignIn.link_id.is_not(None))
    ).one()
    gone = link_end + SIGN_IN_KEPT
    assert look(meeting, gone) == {}
    assert look(meeting, gone + tick) == {Term.SIGN_INS: 1}
    contacts = contacts_end_at(ends_at, 6)
    mails = CALLED + MAIL_KEPT
    assert mails < contacts
    assert count(Message.text != "", of=Message) == 1
    assert look(meeting, mails) == {}
    assert look(meeting, mails + tick) == {Term.MAILS: 1}
    assert count(Message.text != "", of=Message) == 0
    assert look(meeting, contacts - tick) == {}
    assert look(meeting, contacts) == {Term.CONTACTS: 1}
    assert db.session.scalars(sa.select(Person.phone)).all() == [""]
    assert count(of=Answer) == 0
    assert look(meeting, contacts + timedelta(days=900)) == {}


def test_mails_go_with_the_contacts_of_their_meeting_where_these_go_first(house: Flask) -> None:
    meeting = make_scene(house)
    set_consent(SYSTEM, meeting.id, "会后一个月删除。", 1)
    due = contacts_end_at(meeting.ends_at, 1)
    done = look(meeting, due)
    assert (done[Term.CONTACTS], done[Term.MAILS]) == (1, 1)
    assert count(Message.text != "", of=Message) == 0


def test_a_postponed_meeting_keeps_its_answers(house: Flask) -> None:
    meeting = make_scene(house)
    set_state(SYSTEM, meeting.id, MeetingState.POSTPONED, reason="场地停电")
    done = look(meeting, meeting.ends_at + timedelta(days=400))
    assert Term.SHORT_ANSWERS not in done
    assert Term.CONTACTS not in done
    assert count(of=Answer) == 2


def test_accounts_sign_ins_go_with_the_house_and_not_with_an_alliance(house: Flask) -> None:
    meeting = make_scene(house)
    late = CALLED + timedelta(days=400)
    assert look(meeting, late)[Term.SIGN_INS] == 1
    assert count(SignIn.user_id.is_not(None), of=SignIn) == 1
    with clock.fixed(late):
        assert retain_all(SYSTEM)[""][Term.SIGN_INS] == 1
    assert count(of=SignIn) == 0


def test_the_worker_looks_once_a_day_and_keeps_what_went_last(house: Flask) -> None:
    meeting = make_scene(house)
    alliance_id = meeting.alliance_id
    scope_id = alliance_of(alliance_id).scope_id
    at = CALLED + LISTS_KEPT + timedelta(hours=1)
    with clock.fixed(at):
        assert retain_daily(SYSTEM) == 3  # the list, the print, the answer: due already
    with clock.fixed(at + timedelta(hours=1)):
        sign_in_user(SYSTEM, make_user().id)
        assert retain_daily(SYSTEM) == 0
    rows = {
        row.kind: row
        for row in db.session.scalars(sa.select(Retention).where(Retention.scope_id == scope_id))
    }
    assert set(rows) == set(Term)
    assert (rows["lists"].deleted, rows["lists"].deleted_at) == (1, at)
    assert rows["mails"].deleted_at is None
    with clock.fixed(at + timedelta(hours=24)):
        retain_daily(SYSTEM)
        shelves = {row.term: row for row in shelves_of(reach_of(alliance_id))}
    assert (shelves[Term.LISTS].deleted, shelves[Term.LISTS].deleted_at) == (1, at)
    assert shelves[Term.LISTS].next_at is None
    assert shelves[Term.CONTACTS].next_at == contacts_end_at(meeting.ends_at, 6)
    assert shelves[Term.SHORT_ANSWERS].next_at is None
    told = db.session.scalars(
        sa.select(AuditEntry.body).where(
            AuditEntry.action == "retention.delete", AuditEntry.scope_id == scope_id
        )
    ).all()
    assert [json.loads(body)["data"] for body in told] == [{"deleted": 1}] * 3


def test_one_alliance_deletes_nothing_of_another(house: Flask) -> None:
    make_scene(house)
    with clock.fixed(CALLED):
        other = make_meeting()
    assert look(other, CALLED + timedelta(days=900)) == {}
    assert count(of=Answer) == 2


def test_the_command_tells_first_and_then_does_it(app: Flask) -> None:
    with app.app_context():
        meeting = make_scene(app)
        slug = slug_of(alliance_of(meeting.alliance_id))
        due = contacts_end_at(meeting.ends_at, 6)
    run = app.test_cli_runner().invoke
    with clock.fixed(due):
        told = run(args=["privacy", "retention", "--dry-run"]).output.splitlines()
        with app.app_context():
            assert db.session.scalars(sa.select(Person.phone)).all() == ["13800138000"]
            assert sum(due_everywhere()[slug].values()) > 0
        done = run(args=["privacy", "retention"]).output.splitlines()
        again = run(args=["privacy", "retention"]).output.splitlines()
    assert f"{slug}\tcontacts\t1 due" in told
    assert f"{slug}\tshort_answers\t1 due" in told
    assert [line.replace("due", "deleted") for line in told[:-1]] == done[:-1]
    totals = json.loads(told[-1])
    assert totals == {**json.loads(done[-1]), "dry_run": True}
    assert (totals["contacts"], totals["lists"], totals["prints"]) == (1, 1, 1)
    assert [json.loads(line)["contacts"] for line in again] == [0]


@pytest.mark.parametrize(
    ("term", "days"),
    [
        (Term.PRINTS, PRINTS_KEPT.days),
        (Term.LISTS, LISTS_KEPT.days),
        (Term.DRAFTS, DRAFT_KEPT.days),
        (Term.DOOR_SIGNATURES, SIGNATURES_KEPT.days),
        (Term.MAILS, MAIL_KEPT.days),
    ],
)
def test_the_list_of_terms_says_what_the_rooms_do(term: Term, days: int) -> None:
    assert TERMS[term].days == days
    assert set(TERMS) == set(Term)
