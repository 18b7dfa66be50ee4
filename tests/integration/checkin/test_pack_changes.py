"""Whatever a service does to a row of the pack reaches the phone: by its row, or by a new pack."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from eventapp.alliance.service import add_unit, change_person, rename_unit
from eventapp.checkin import queries, service
from eventapp.checkin.queries.pack import PassRow
from eventapp.checkin.rules import Direction
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Actor
from eventapp.core.db import db, transaction
from eventapp.core.ledger import audit
from eventapp.core.scope import Chain, chain_of
from eventapp.desk.service.merging import merge_people
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import set_state
from eventapp.privacy.service import erase_person
from eventapp.registration import service as registration
from eventapp.registration.models import Registration
from eventapp.registration.rules import Category, State
from eventapp.registration.service.bulk import decide_many as decide_many_at_once
from eventapp.registration.service.bulk import undo_many
from eventapp.registration.service.own import (
    OwnChange,
    ask_correction,
    change_own,
    decide_correction,
)
from eventapp.roster.service import check_roster, open_roster, take_roster
from eventapp.roster.service.taking import Terms
from tests.factories_checkin import (
    Door,
    make_door,
    make_person,
    make_registration,
    pass_text,
    scan,
)
from tests.factories_devices import make_device, upload

pytestmark = pytest.mark.usefixtures("house")


@dataclass
class World:
    """A door whose people are also people of another meeting of the alliance."""

    door: Door
    other: Door
    unit: int
    person: int
    one: int
    two: int
    there: int
    device: Actor

    @property
    def here(self) -> int:
        return self.door.meeting_id

    @property
    def chain(self) -> Chain:
        found = chain_of(self.door.slug)
        assert found is not None
        return found


@pytest.fixture
def world(house: Flask) -> World:
    door = make_door()
    other = make_door(door.alliance_id)
    with transaction():
        registration.set_consent(SYSTEM, door.meeting_id, "为签到使用您的姓名和单位。", 6)
    unit = add_unit(SYSTEM, door.alliance_id, name="黄蓝环保装备有限公司").organisation_id
    person = make_person(door.alliance_id, "王磊", unit)
    return World(
        door,
        other,
        unit,
        person,
        make_registration(door, person_id=person, organisation_id=unit),
        make_registration(door, "张堃", with_pass=False, state=State.SUBMITTED),
        make_registration(other, person_id=person),
        make_device(door)[0],
    )


def reissue(w: World) -> None:
    registration.reissue_pass(SYSTEM, w.here, w.one)


def reissue_elsewhere(w: World) -> None:
    registration.reissue_pass(SYSTEM, w.other.meeting_id, w.there)


def approve(w: World) -> None:
    registration.approve_registration(SYSTEM, w.here, w.two)


def decline(w: World) -> None:
    registration.decline_registration(SYSTEM, w.here, w.two, reason="名额已满")


def cancel(w: World) -> None:
    registration.cancel_registration(SYSTEM, w.here, w.one)


def cancel_elsewhere(w: World) -> None:
    registration.cancel_registration(SYSTEM, w.other.meeting_id, w.there)


def decide_many(w: World) -> None:
    decide_many_at_once(SYSTEM, w.here, [w.one, w.two], State.CANCELLED)


def decide_many_and_undo(w: World) -> None:
    done = decide_many_at_once(SYSTEM, w.here, [w.one, w.two], State.CANCELLED)
    undo_many(SYSTEM, w.here, done.id)


def give_place(w: World) -> None:
    registration.assign_place(SYSTEM, w.one, "A区 1排 1座")


def register(w: World) -> None:
    person = make_person(w.door.alliance_id, "新来的")
    registration.register_person(
        SYSTEM, w.here, person_id=person, category=Category.GUEST, channel="desk"
    )


def register_again(w: World) -> None:
    registration.cancel_registration(SYSTEM, w.here, w.one)
    registration.register_person(
        SYSTEM, w.here, person_id=w.person, category=Category.GUEST, channel="desk"
    )


def change_the_person(w: World) -> None:
    change_person(SYSTEM, w.door.alliance_id, w.person, name="王大磊", titles="总工程师")


def rename_the_unit(w: World) -> None:
    rename_unit(SYSTEM, w.door.alliance_id, w.unit, name="黄蓝环保科技有限公司")


def change_own_details(w: World) -> None:
    change_own(SYSTEM, w.here, w.one, OwnChange(titles="总裁", email="", unit=""))


def correct_the_name(w: World) -> None:
    ask_correction(SYSTEM, w.here, w.one, name="王小磊", phone="13911110001")
    decide_correction(SYSTEM, w.here, w.one, accept=True)


def erase(w: World) -> None:
    for meeting_id in (w.here, w.other.meeting_id):
        set_state(SYSTEM, meeting_id, MeetingState.ADJOURNED)
    erase_person(SYSTEM, w.door.alliance_id, w.person, lambda *_: ("", ""))


def merge(w: World) -> None:
    twin = make_person(w.door.alliance_id, "王磊")
    merge_people(SYSTEM, w.door.alliance_id, twin, w.person)


def take_a_list(w: World) -> None:
    data = "姓名,单位,手机\n孙丽,外单位,13911110031\n周敏,外单位,13911110032".encode()
    roster = open_roster(SYSTEM, w.here, data=data, file_name="名单.csv")
    check_roster(w.here, roster)
    take_roster(SYSTEM, w.here, roster, Terms(Category.GUEST))


def admit(w: World) -> None:
    scan(w.door, pass_text(w.one))


def admit_by_the_other_pass(w: World) -> None:
    scan(w.door, pass_text(w.there))


def admit_and_undo(w: World) -> None:
    scan(w.door, pass_text(w.one))
    service.undo_admission(w.door.supervisor, w.here, w.one, "误扫")


def admit_and_leave(w: World) -> None:
    scan(w.door, pass_text(w.one))
    scan(w.door, pass_text(w.one), direction=Direction.EXIT)


def upload_one(w: World) -> None:
    sent = upload(w.door, pass_text(w.one), clock.now() - timedelta(minutes=3))
    service.keep_uploads(w.device, w.door.scope_id, [sent])


def adjourn(w: World) -> None:
    set_state(SYSTEM, w.here, MeetingState.ADJOURNED)


def change_the_gate(w: World) -> None:
    service.change_gate(SYSTEM, w.here, w.door.gate_id, name="正门")


def something_nobody_knows(w: World) -> None:
    with transaction():
        db.session.get_one(Registration, w.one).place = "换了"
        audit(SYSTEM, w.door.scope_id, "feature.to_come", "thing:1")


ACTS: list[Callable[[World], None]] = [
    reissue,
    reissue_elsewhere,
    approve,
    decline,
    cancel,
    cancel_elsewhere,
    decide_many,
    decide_many_and_undo,
    give_place,
    register,
    register_again,
    change_the_person,
    rename_the_unit,
    change_own_details,
    correct_the_name,
    erase,
    merge,
    take_a_list,
    admit,
    admit_by_the_other_pass,
    admit_and_undo,
    admit_and_leave,
    upload_one,
    adjourn,
    change_the_gate,
    something_nobody_knows,
]
WIDE = {decide_many, decide_many_and_undo, merge, take_a_list, something_nobody_knows}
"""Acts after which a device fetches its pack anew."""


def rows_of(w: World, people: frozenset[int] | None = None) -> dict[int, tuple[PassRow, Any]]:
    stays = queries.stays_at(w.here, people)
    return {
        row.pass_id: (row, stays.get(row.registration_id))
        for row in queries.passes_for(w.here, people)
    }


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_pack_and_changes_are_the_pack_of_now(world: World, act: Callable[[World], None]) -> None:
    held = rows_of(world)
    since, _ = queries.heads_at(world.chain)
    act(world)
    db.session.expire_all()
    now, _ = queries.heads_at(world.chain)
    changes = queries.changes_since(world.door.scope_id, since, now)
    assert changes.full == (act in WIDE)
    if changes.full:
        return
    fresh = rows_of(world, changes.people)
    held.update(fresh)
    for gone in queries.gone_passes(changes.people, fresh):
        held.pop(gone, None)
    assert held == rows_of(world)


def test_gate_and_meeting_go_along_only_when_they_may_have_changed(world: World) -> None:
    since, _ = queries.heads_at(world.chain)
    admit(world)
    now, _ = queries.heads_at(world.chain)
    assert not queries.changes_since(world.door.scope_id, since, now).settings
    change_the_gate(world)
    later, _ = queries.heads_at(world.chain)
    assert queries.changes_since(world.door.scope_id, now, later).settings
