"""Whoever walks in, or comes in another's stead, is registered by rule or by word and admitted."""

import threading
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.alliance.models import Person
from eventapp.alliance.service.duplicates import LikelySame
from eventapp.checkin.models import Scan
from eventapp.checkin.queries import inside_now
from eventapp.checkin.rules import Method, Verdict
from eventapp.checkin.service import Arrival, admit_substitute, admit_walk_in, undo_admission
from eventapp.core.access import SYSTEM, Actor, Role
from eventapp.core.db import db
from eventapp.core.errors import Busy, Conflict, Invalid
from eventapp.core.ledger import AuditEntry, verify
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import set_state as set_meeting_state
from eventapp.registration.models import Consent, Mandate, Pass, Registration
from eventapp.registration.queries import registration_in
from eventapp.registration.rules import WALK_IN, Category, State
from eventapp.registration.service import give_mandate, set_category, set_terms
from eventapp.registration.service.groups import Entry
from tests import factories_registration
from tests.factories_checkin import Door, make_door, make_registration, pass_text, scan, staff

KEY = "0123456789abcdef"


def walk_in(door: Door, actor: Actor | None = None, key: str = KEY, **more: Any) -> Arrival:
    said = {"name": "慕容知秋", "phone": "13900001234", "category": Category.DELEGATE, **more}
    who = actor or door.supervisor
    return admit_walk_in(who, door.meeting_id, gate_id=door.gate_id, key=key, **said)


def instead(
    door: Door, registration_id: int, actor: Actor | None = None, key: str = KEY, **more: Any
) -> Arrival:
    said = {"entry": Entry("李娜", "13911100009"), "reason": "原代表临时出差", **more}
    who = actor or door.supervisor
    return admit_substitute(
        who, door.meeting_id, registration_id, gate_id=door.gate_id, key=key, **said
    )


def verdicts() -> list[Verdict]:
    return list(db.session.scalars(sa.select(Scan.verdict).order_by(Scan.seq)))


@pytest.mark.usefixtures("house")
def test_who_walks_in_is_approved_by_rule_gets_a_pass_and_is_inside() -> None:
    door = make_door()
    unit = factories_registration.make_unit(door.alliance_id, "甲公司")
    made = walk_in(door, unit="甲公司", titles="主任")
    row = registration_in(door.meeting_id, made.registration_id)
    assert (row.name, row.organisation_id, row.titles) == ("慕容知秋", unit, "主任")
    assert (row.state, row.channel, row.reason) == (State.APPROVED, WALK_IN, "")
    assert inside_now(door.meeting_id) == {made.registration_id}
    record = db.session.scalars(sa.select(Scan)).one()
    assert (record.method, record.scan_id) == (Method.SEARCH, made.scan_id)
    assert scan(door, pass_text(made.registration_id))["verdict"] is Verdict.ALREADY_INSIDE
    assert db.session.scalars(sa.select(Consent.channel)).one() == WALK_IN
    acts = db.session.scalars(sa.select(AuditEntry.body)).all()
    assert any("registration.walk_in" in body and '"by":"rule"' in body for body in acts)
    assert not any("慕容" in body for body in acts)
    assert list(verify(Scan)) == []


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("how", ["guest", "looked_at"])
def test_where_no_rule_approves_a_supervisor_must_say_why(how: str) -> None:
    door = make_door()
    category = Category.GUEST if how == "guest" else Category.DELEGATE
    if how == "looked_at":
        set_category(SYSTEM, door.meeting_id, category, public=True, auto_approve=False, quota=None)
    with pytest.raises(Invalid) as refused:
        walk_in(door, category=category, word="  ")
    assert refused.value.field == "word"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0
    made = walk_in(door, category=category, word=" 随行翻译，领导同意 ")
    row = registration_in(door.meeting_id, made.registration_id)
    assert (row.state, row.reason) == (State.APPROVED, "随行翻译，领导同意")
    assert inside_now(door.meeting_id) == {made.registration_id}
    acts = db.session.scalars(sa.select(AuditEntry.body)).all()
    assert any('"by":"word"' in body for body in acts)
    assert not any("翻译" in body for body in acts)


@pytest.mark.usefixtures("house")
def test_without_a_place_who_walks_in_waits_and_is_not_inside() -> None:
    door = make_door()
    set_category(
        SYSTEM, door.meeting_id, Category.DELEGATE, public=True, auto_approve=True, quota=1
    )
    first = walk_in(door)
    second = walk_in(door, key="fedcba9876543210", name="王磊", phone="13900005678")
    assert second.scan_id is None
    assert registration_in(door.meeting_id, second.registration_id).state is State.WAITLISTED
    assert inside_now(door.meeting_id) == {first.registration_id}
    assert verdicts() == [Verdict.ADMITTED]


@pytest.mark.usefixtures("house")
def test_second_press_changes_nothing_and_another_form_is_told_who_is_registered() -> None:
    door = make_door()
    first = walk_in(door)
    assert walk_in(door) == first
    assert walk_in(door, name="另一人", phone="13700000000") == first
    with pytest.raises(Conflict) as refused:
        walk_in(door, key="fedcba9876543210")
    assert refused.value.code == "already_registered"
    assert verdicts() == [Verdict.ADMITTED]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 1


@pytest.mark.usefixtures("house")
def test_namesake_of_the_unit_is_asked_about_before_anybody_is_registered() -> None:
    door = make_door()
    unit = factories_registration.make_unit(door.alliance_id, "甲公司")
    known = factories_registration.make_person(door.alliance_id, "慕容知秋", unit)
    known_id = known.id
    with pytest.raises(LikelySame) as asked:
        walk_in(door, unit="甲公司")
    assert [one.id for one, _likeness in asked.value.people] == [known_id]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 0
    same = walk_in(door, unit="甲公司", same_as=known_id)
    assert registration_in(door.meeting_id, same.registration_id).person_id == known_id
    other = walk_in(door, key="fedcba9876543210", unit="甲公司", told_apart=[known_id])
    assert registration_in(door.meeting_id, other.registration_id).person_id != known_id
    assert inside_now(door.meeting_id) == {same.registration_id, other.registration_id}


@pytest.mark.usefixtures("house")
def test_nobody_is_registered_at_a_door_that_admits_nobody() -> None:
    door = make_door()
    here = make_registration(door, "王磊")
    set_meeting_state(SYSTEM, door.meeting_id, MeetingState.ADJOURNED)
    with pytest.raises(Conflict):
        walk_in(door)
    with pytest.raises(Conflict):
        instead(door, here)
    assert registration_in(door.meeting_id, here).state is State.APPROVED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 1


@pytest.mark.usefixtures("house")
def test_wrong_gate_does_not_admit_but_keeps_the_registration() -> None:
    door, other = make_door(), make_door()
    with pytest.raises(Exception, match="入口"):
        admit_walk_in(
            door.supervisor,
            door.meeting_id,
            gate_id=other.gate_id,
            key=KEY,
            name="慕容知秋",
            category=Category.DELEGATE,
        )
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 0


@pytest.mark.usefixtures("house")
def test_substitute_comes_in_after_the_beginning_and_the_old_pass_is_dead() -> None:
    door = make_door()
    unit = factories_registration.make_unit(door.alliance_id, "甲公司")
    old = make_registration(door, "王磊", organisation_id=unit)
    text = pass_text(old)
    with pytest.raises(Invalid) as refused:
        instead(door, old, reason=" ")
    assert refused.value.field == "reason"
    made = instead(door, old)
    assert instead(door, old) == made
    row = registration_in(door.meeting_id, made.registration_id)
    assert (row.name, row.organisation_id, row.place) == ("李娜", unit, "B区 3排 12座")
    gone = registration_in(door.meeting_id, old)
    assert (gone.state, gone.reason) == (State.REPLACED, "原代表临时出差")
    assert inside_now(door.meeting_id) == {made.registration_id}
    assert scan(door, text)["verdict"] is Verdict.REVOKED
    assert verdicts() == [Verdict.ADMITTED, Verdict.REVOKED]


@pytest.mark.usefixtures("house")
def test_whoever_is_inside_is_not_replaced_until_the_admission_is_taken_back() -> None:
    door = make_door()
    old = make_registration(door, "王磊")
    scan(door, pass_text(old))
    with pytest.raises(Conflict) as refused:
        instead(door, old)
    assert refused.value.code == "substitute_inside"
    assert registration_in(door.meeting_id, old).state is State.APPROVED
    undo_admission(door.supervisor, door.meeting_id, old, "扫错了人")
    made = instead(door, old)
    assert inside_now(door.meeting_id) == {made.registration_id}


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("role", [Role.DOOR_SUPERVISOR, Role.ORGANISER])
def test_who_speaks_for_a_unit_is_not_decided_at_the_door(role: Role) -> None:
    door = make_door()
    unit = factories_registration.make_unit(door.alliance_id, "甲公司")
    person = factories_registration.make_person(door.alliance_id, "王磊", unit)
    old = make_registration(door, person_id=person.id, organisation_id=unit)
    give_mandate(SYSTEM, door.meeting_id, organisation_id=unit, person_id=person.id)
    made = instead(door, old, staff(9004, role, door.scope_id))
    new = registration_in(door.meeting_id, made.registration_id).person_id
    speakers = db.session.scalars(sa.select(Mandate.person_id).where(Mandate.revoked_at.is_(None)))
    assert list(speakers) == ([new] if role is Role.ORGANISER else [])


@pytest.mark.races
def test_one_form_pressed_eight_times_at_once_registers_and_admits_once(app: Flask) -> None:
    with app.app_context():
        door = make_door()
        db.session.remove()
    start, made = threading.Barrier(8), list[Arrival]()

    def press() -> None:
        start.wait(30)
        with app.app_context():
            for _ in range(20):  # whoever stands there presses again while the door is busy
                try:
                    made.append(walk_in(door))
                    break
                except Busy:
                    continue
            db.session.remove()

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(made) == 8
    assert len(set(made)) == 1
    with app.app_context():
        assert verdicts() == [Verdict.ADMITTED]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Pass)) == 1


@pytest.mark.races
def test_walk_ins_at_several_help_desks_never_pass_the_places(app: Flask) -> None:
    with app.app_context():
        door = make_door()
        set_terms(
            SYSTEM,
            door.meeting_id,
            quota=5,
            unit_quota=None,
            substitute_until=None,
            short_days=7,
        )
        gate = [make_registration(door, f"张{number}") for number in range(3)]
        texts = [pass_text(one) for one in gate]
        db.session.remove()
    start = threading.Barrier(4)

    def work(number: int) -> None:
        actor = staff(100 + number, Role.DOOR_SUPERVISOR, door.scope_id)
        start.wait(30)
        with app.app_context():
            for turn in range(4):
                key = uuid4().hex[:16]
                for _ in range(20):
                    try:
                        if number:
                            phone = f"137{number:04d}{turn:04d}"
                            walk_in(door, actor, key, name=f"来{number}{turn}", phone=phone)
                        else:
                            scan(door, texts[turn % 3], actor, scan_id=key)
                        break
                    except Busy:
                        continue
            db.session.remove()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with app.app_context():
        states = list(db.session.scalars(sa.select(Registration.state)))
        assert states.count(State.APPROVED) == 5
        assert states.count(State.WAITLISTED) == 10
        assert len(inside_now(door.meeting_id)) == 5
        assert list(verify(Scan)) == []
