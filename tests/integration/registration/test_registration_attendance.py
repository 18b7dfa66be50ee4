"""Registering, deciding about it, and the places that there are."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.accounts.queries import link_of
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.core.ledger import AuditEntry
from eventapp.core.outbox import Message
from eventapp.registration.queries import (
    counts_of,
    mandates_of,
    registration_in,
    registrations_of,
)
from eventapp.registration.rules import Category, State
from eventapp.registration.service import (
    approve_registration,
    assign_place,
    cancel_registration,
    decline_registration,
    give_mandate,
    note_leave,
    register_person,
    revoke_mandate,
    set_category,
    set_liaison,
)
from eventapp.registration.service.groups import Entry, register_group
from eventapp.web.queue import run_due
from tests.factories_registration import (
    make_meeting,
    make_person,
    make_registration,
    make_unit,
)


def _actions(meeting) -> list[str]:
    query = sa.select(AuditEntry.action).where(AuditEntry.scope_id == meeting.scope_id)
    return list(db.session.scalars(query.order_by(AuditEntry.seq)))


def _limit(meeting, quota: int | None, *, auto_approve: bool = True):
    set_category(
        SYSTEM,
        meeting.id,
        Category.DELEGATE,
        public=True,
        auto_approve=auto_approve,
        quota=quota,
    )


def test_24_people_racing_for_5_places_make_exactly_5_approved(house: Flask):
    meeting = make_meeting()
    _limit(meeting, 5)
    people = [make_person(meeting.alliance_id, f"代表{number}").id for number in range(24)]
    meeting_id = meeting.id
    db.session.remove()

    def register(person_id: int) -> State:
        with house.app_context():
            state = register_person(
                SYSTEM,
                meeting_id,
                person_id=person_id,
                category=Category.DELEGATE,
                channel="public",
            ).state
            db.session.remove()
            return state

    with ThreadPoolExecutor(24) as pool:
        states = list(pool.map(register, people))
    assert states.count(State.APPROVED) == 5
    assert states.count(State.WAITLISTED) == 19
    assert counts_of(meeting_id)["states"][State.APPROVED] == 5


def test_a_freed_place_goes_to_who_waits_longest(house: Flask):
    meeting = make_meeting()
    _limit(meeting, 1)
    first, second = make_registration(meeting), make_registration(meeting, "李娜")
    third = make_registration(meeting, "赵敏")
    assert [one.state for one in (first, second, third)] == [
        State.APPROVED,
        State.WAITLISTED,
        State.WAITLISTED,
    ]
    with pytest.raises(Conflict, match="名额已满"):
        approve_registration(SYSTEM, meeting.id, second.id)
    cancel_registration(SYSTEM, meeting.id, first.id)
    rows = [registration_in(meeting.id, one.id) for one in (second, third)]
    assert [row.state for row in rows] == [State.APPROVED, State.WAITLISTED]
    assert rows[0].code
    assert not rows[1].code


def test_more_places_let_the_waiting_in_but_not_who_must_be_looked_at(house: Flask):
    meeting = make_meeting()
    _limit(meeting, 1)
    _first, second = make_registration(meeting), make_registration(meeting, "李娜")
    _limit(meeting, 2, auto_approve=False)
    assert registration_in(meeting.id, second.id).state is State.WAITLISTED
    _limit(meeting, 2)
    assert registration_in(meeting.id, second.id).state is State.APPROVED


def test_a_liaison_cannot_take_over_somebody_by_phone(house: Flask):
    meeting = make_meeting()
    known = make_person(meeting.alliance_id, "欧阳锋", phone="13800138009")
    delegation = set_liaison(SYSTEM, meeting.id, make_unit(meeting.alliance_id))
    (made,) = register_group(SYSTEM, meeting.id, delegation.id, [Entry("王磊", "13800138009")])
    assert made.person_id != known.id
    assert [row.name for row in registrations_of(meeting.id)] == ["王磊"]


def test_one_person_registers_once_until_cancelled(house: Flask):
    meeting = make_meeting()
    registration = make_registration(meeting)
    again = {"person_id": registration.person_id, "category": Category.GUEST, "channel": "desk"}
    meeting_id = meeting.id
    with pytest.raises(Conflict, match="已经报名"):
        register_person(SYSTEM, meeting_id, **again)
    cancel_registration(SYSTEM, meeting_id, registration.id)
    assert register_person(SYSTEM, meeting_id, **again).state is State.APPROVED


def test_the_public_cannot_choose_a_category_that_is_given(house: Flask):
    meeting = make_meeting()
    person = make_person(meeting.alliance_id)
    with pytest.raises(Invalid, match="由主办方安排"):
        register_person(
            SYSTEM,
            meeting.id,
            person_id=person.id,
            category=Category.LEADER,
            channel="public",
        )


def test_a_person_or_a_unit_of_another_alliance_does_not_exist(house: Flask):
    meeting, elsewhere = make_meeting(), make_meeting()
    stranger = make_person(elsewhere.alliance_id)
    unit = make_unit(elsewhere.alliance_id)
    own = make_person(meeting.alliance_id)
    for person_id, organisation_id in ((stranger.id, None), (own.id, unit)):
        with pytest.raises(NotFound):
            register_person(
                SYSTEM,
                meeting.id,
                person_id=person_id,
                category=Category.DELEGATE,
                organisation_id=organisation_id,
                channel="desk",
            )


def test_a_declined_registration_keeps_its_reason_and_may_be_approved(house: Flask):
    meeting = make_meeting()
    _limit(meeting, None, auto_approve=False)
    person = make_person(meeting.alliance_id)
    registration = register_person(
        SYSTEM, meeting.id, person_id=person.id, category=Category.DELEGATE, channel="public"
    )
    assert registration.state is State.SUBMITTED
    with pytest.raises(Invalid):
        decline_registration(SYSTEM, meeting.id, registration.id, reason=" ")
    decline_registration(SYSTEM, meeting.id, registration.id, reason="本次只邀请成员单位。")
    assert registration_in(meeting.id, registration.id).reason == "本次只邀请成员单位。"
    approve_registration(SYSTEM, meeting.id, registration.id)
    assert registration_in(meeting.id, registration.id).state is State.APPROVED


def test_every_step_is_in_the_audit(house: Flask):
    meeting = make_meeting()
    registration = make_registration(meeting)
    assign_place(SYSTEM, registration.id, "3排5座")
    cancel_registration(SYSTEM, meeting.id, registration.id)
    actions = _actions(meeting)
    for action in (
        "registration.submit",
        "registration.place",
        "registration.cancelled",
    ):
        assert actions.count(action) == 1


def test_a_confirmation_is_mailed_with_the_personal_link(house: Flask):
    meeting = make_meeting()
    make_registration(meeting, "𠮷田茂", email="delegate@example.org")
    run_due(house)
    message = db.session.scalars(sa.select(Message)).one()
    assert message.recipient == "delegate@example.org"
    assert "𠮷田茂" in message.text
    assert "http://localhost/l/" in message.text
    assert meeting.title in message.subject
    assert message.scope_id == meeting.scope_id


def test_a_mandate_comes_with_a_bound_link_and_goes_with_it(house: Flask):
    meeting = make_meeting()
    unit = make_unit(meeting.alliance_id)
    registration = make_registration(meeting, organisation_id=unit)
    person_id = registration.person_id
    mandate = give_mandate(SYSTEM, meeting.id, organisation_id=unit, person_id=person_id)
    link = link_of(meeting.scope_id, Role.REPRESENTATIVE, mandate.id)
    assert link is not None
    assert link.bind_once
    assert len(link.code) == 6
    row = mandates_of(meeting.id)[0]
    assert (row.registration_id, row.proxy) == (registration.id, False)
    with pytest.raises(Conflict):
        give_mandate(SYSTEM, meeting.id, organisation_id=unit, person_id=person_id)
    revoke_mandate(SYSTEM, meeting.id, mandate.id)
    assert mandates_of(meeting.id) == []
    dead = link_of(meeting.scope_id, Role.REPRESENTATIVE, mandate.id)
    assert dead is not None
    assert dead.revoked_at is not None
    give_mandate(SYSTEM, meeting.id, organisation_id=unit, person_id=person_id)


def test_a_proxy_is_another_units_person(house: Flask):
    meeting = make_meeting()
    unit = make_unit(meeting.alliance_id)
    person = make_person(meeting.alliance_id, organisation_id=unit)
    with pytest.raises(Invalid):
        give_mandate(SYSTEM, meeting.id, organisation_id=unit, person_id=person.id, proxy=True)


def test_leave_is_of_somebody(house: Flask):
    with pytest.raises(Invalid):
        note_leave(SYSTEM, make_meeting().id, reason="出差")


@pytest.mark.parametrize("text", ["磊", "wanglei", "Wang", "wl", "职业", "8001", "%"])
def test_a_list_is_searched_by_name_pinyin_unit_and_end_of_phone(house: Flask, text: str):
    meeting = make_meeting()
    unit = make_unit(meeting.alliance_id, "东营职业学院")
    make_registration(meeting, "王磊", organisation_id=unit, phone="13800138001")
    make_registration(meeting, "𠮷田", phone="13800138002")
    found = [row.name for row in registrations_of(meeting.id, text=text)]
    assert found == ([] if text == "%" else ["王磊"])
