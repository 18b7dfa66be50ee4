"""People are invited, hold a place, answer or are reminded."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.core import clock
from eventapp.core.access import SYSTEM
from eventapp.core.db import db
from eventapp.core.errors import Conflict, Invalid
from eventapp.registration.models import Consent, Registration
from eventapp.registration.queries import categories_of, counts_of, delegations_of, registration_in
from eventapp.registration.queries.passes import registration_by_code
from eventapp.registration.queries.places import look_at_places
from eventapp.registration.rules import INVITATION, Category, State, standing_of
from eventapp.registration.service import (
    approve_registration,
    cancel_registration,
    set_category,
    set_liaison,
    set_terms,
)
from eventapp.registration.service.bulk import decide_many, undo_many
from eventapp.registration.service.enrolment import GroupRefused
from eventapp.registration.service.invitations import (
    Invitee,
    accept_invitation,
    decline_invitation,
    invite_people,
    remind_invited,
)
from tests.factories_registration import make_meeting, make_registration, make_unit


def _invite(meeting_id: int, *names: str, category: Category = Category.GUEST) -> list[int]:
    invitees = [
        Invitee(name, "主任", f"1370000{ord(name[0]):05d}"[:11], f"{ord(name[0])}@example.org")
        for name in names
    ]
    return [one.registration_id for one in invite_people(SYSTEM, meeting_id, category, invitees)]


def _terms(meeting_id: int, quota: int | None) -> None:
    set_terms(SYSTEM, meeting_id, quota=quota, unit_quota=None, substitute_until=None, short_days=7)


def test_an_invited_person_holds_a_place_and_has_no_pass_yet(house: Flask):
    meeting = make_meeting()
    _terms(meeting.id, 2)
    (one,) = _invite(meeting.id, "王磊")
    row = registration_in(meeting.id, one)
    assert (row.state, row.channel, row.code) == (State.INVITED, INVITATION, "")
    assert look_at_places(meeting.id, ()).meeting == 1
    counts = counts_of(meeting.id)
    assert (counts["total"], counts["taken"][Category.GUEST]) == (0, 1)
    guests = next(row for row in categories_of(meeting.id) if row.category is Category.GUEST)
    assert (guests.approved, guests.taken) == (0, 1)


def test_invitations_need_places_and_go_out_together_or_not_at_all(house: Flask):
    meeting = make_meeting()
    _terms(meeting.id, 2)
    with pytest.raises(GroupRefused, match="还能再报 2 人，这次要报 3 人"):
        _invite(meeting.id, "王磊", "李娜", "赵敏")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 0
    _invite(meeting.id, "王磊", "李娜")
    assert make_registration(meeting, "赵敏").state is State.WAITLISTED


def test_who_accepts_gets_the_held_place_with_a_pass_even_when_all_is_full(house: Flask):
    meeting = make_meeting()
    _terms(meeting.id, 1)
    (one,) = _invite(meeting.id, "王磊")
    waiting = make_registration(meeting, "李娜").id
    accept_invitation(SYSTEM, meeting.id, one, consent_version=0)
    row = registration_in(meeting.id, one)
    assert row.state is State.APPROVED
    assert registration_by_code(meeting.id, row.code) == one
    assert registration_in(meeting.id, waiting).state is State.WAITLISTED
    given = db.session.scalars(sa.select(Consent).where(Consent.registration_id == one)).one()
    assert given.channel == INVITATION
    with pytest.raises(Conflict, match="已经答复"):
        decline_invitation(SYSTEM, meeting.id, one)


def test_a_declined_invitation_frees_its_place_for_who_waits(house: Flask):
    meeting = make_meeting()
    _terms(meeting.id, 1)
    (one,) = _invite(meeting.id, "王磊")
    waiting = make_registration(meeting, "李娜").id
    decline_invitation(SYSTEM, meeting.id, one, word="出差在外，祝大会成功。")
    row = registration_in(meeting.id, one)
    assert (row.state, row.reason) == (State.DECLINED, "出差在外，祝大会成功。")
    assert standing_of(row.state, row.channel) == "不能出席"
    assert registration_in(meeting.id, waiting).state is State.APPROVED


def test_the_organiser_may_note_an_answer_or_take_the_invitation_back(house: Flask):
    meeting = make_meeting()
    _terms(meeting.id, 2)
    first, second = _invite(meeting.id, "王磊", "李娜")
    waiting = make_registration(meeting, "赵敏").id
    approve_registration(SYSTEM, meeting.id, first)
    cancel_registration(SYSTEM, meeting.id, second)
    assert [registration_in(meeting.id, one).state for one in (first, second, waiting)] == [
        State.APPROVED,
        State.CANCELLED,
        State.APPROVED,
    ]


def test_an_undone_decision_lets_the_invited_hold_their_place_again(house: Flask):
    meeting = make_meeting()
    _terms(meeting.id, 1)
    (one,) = _invite(meeting.id, "王磊")
    act = decide_many(SYSTEM, meeting.id, [one], State.APPROVED)
    assert undo_many(SYSTEM, meeting.id, act.id) == 1
    row = registration_in(meeting.id, one)
    assert (row.state, row.code) == (State.INVITED, "")
    assert look_at_places(meeting.id, ()).meeting == 0


def test_reminders_go_to_those_who_did_not_answer_and_not_twice_a_day(house: Flask):
    meeting = make_meeting()
    first, second = _invite(meeting.id, "王磊", "李娜")
    silent = invite_people(SYSTEM, meeting.id, Category.PRESS, [Invitee("周杰", unit="日报社")])
    ids = [first, second, silent[0].registration_id]
    assert remind_invited(SYSTEM, meeting.id, ids) == 0
    accept_invitation(SYSTEM, meeting.id, second)
    tomorrow = clock.now() + timedelta(days=1)
    with clock.fixed(tomorrow):
        assert remind_invited(SYSTEM, meeting.id, ids) == 1
        assert remind_invited(SYSTEM, meeting.id, ids) == 0
    assert registration_in(meeting.id, first).reminded_at == tomorrow
    elsewhere = make_meeting()
    with clock.fixed(tomorrow + timedelta(days=2)):
        assert remind_invited(SYSTEM, elsewhere.id, ids) == 0


def test_a_wrong_row_is_named_and_nobody_is_invited(house: Flask):
    meeting = make_meeting()
    rows = [Invitee("王磊", phone="13700000001"), Invitee("李娜", phone="12")]
    with pytest.raises(Invalid) as refused:
        invite_people(SYSTEM, meeting.id, Category.GUEST, rows)
    assert refused.value.row == 1
    with pytest.raises(Invalid, match="每行一位"):
        invite_people(SYSTEM, meeting.id, Category.GUEST, [])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 0


def test_an_invited_person_counts_against_the_unit_and_the_category(house: Flask):
    meeting = make_meeting()
    unit = make_unit(meeting.alliance_id, "济南大学")
    set_liaison(SYSTEM, meeting.id, unit, quota=1)
    invite_people(SYSTEM, meeting.id, Category.LEADER, [Invitee("王磊", unit="济南大学")])
    assert [(row.approved, row.taken) for row in delegations_of(meeting.id)] == [(0, 1)]
    assert make_registration(meeting, "李娜", organisation_id=unit).state is State.WAITLISTED
    set_category(SYSTEM, meeting.id, Category.LEADER, public=False, auto_approve=True, quota=1)
    with pytest.raises(GroupRefused):
        invite_people(SYSTEM, meeting.id, Category.LEADER, [Invitee("赵敏")])
