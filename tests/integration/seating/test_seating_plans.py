"""Plans of seating: whom they propose, what hands change and keep, and what is taken back."""

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.alliance.service import add_unit
from eventapp.core.access import SYSTEM
from eventapp.core.db import db
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.core.ledger import AuditEntry
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.meetings.rules import State
from eventapp.meetings.service import set_state
from eventapp.privacy.service import erase_person
from eventapp.registration.models import Registration
from eventapp.registration.rules import Category
from eventapp.registration.service import cancel_registration
from eventapp.registration.service.groups import Entry, substitute_delegate
from eventapp.seating.queries import Plan, left_to_right, plan_in, plans_of
from eventapp.seating.rules import Kind, Preset, Shape
from eventapp.seating.service import (
    add_to_plan,
    change_plan,
    create_plan,
    delete_plan,
    place_by_hand,
    rank_at,
    release,
    renew_plan,
    take_out,
    undo,
)
from tests.factories_registration import make_meeting, make_registration, make_unit

LEADERS = ("赵一", "钱二", "孙三", "李四", "周五", "吴六", "郑七")


@pytest.fixture
def meeting(house: Flask) -> Meeting:
    """A meeting to which seven leaders come, in their rank."""
    found = make_meeting()
    for name in LEADERS:
        make_registration(found, name, category=Category.LEADER)
    return found


def podium(meeting: Meeting) -> int:
    return create_plan(SYSTEM, meeting.id, kind=Kind.PODIUM, title="主席台")


def read(meeting: Meeting, plan_id: int) -> Plan:
    return plan_in(meeting_of(meeting.id), plan_id)


def across(meeting: Meeting, plan_id: int) -> str:
    """Write the last characters of the front row's names, left to right for the hall."""
    row = left_to_right(meeting_of(meeting.id), plan_id)[0]
    return "".join(one.name[-1] for one in row.people)


def key_of_name(plan: Plan, name: str) -> str:
    return next(line.key for line in plan.lines if line.name == name)


def test_seven_leaders_sit_as_the_source_prints_them(meeting: Meeting):
    make_registration(meeting, "代表", category=Category.DELEGATE)
    plan_id = podium(meeting)
    assert across(meeting, plan_id) == "七五三一二四六"
    assert [line.name for line in read(meeting, plan_id).lines] == list(LEADERS)
    assert [row.lines for row in plans_of(meeting.id)] == [7]


def test_the_other_custom_for_even_numbers_is_one_choice_away(meeting: Meeting):
    make_registration(meeting, "王八", category=Category.LEADER)
    plan_id = podium(meeting)
    assert across(meeting, plan_id) == "七五三一二四六八"
    change_plan(
        SYSTEM,
        meeting.id,
        plan_id,
        version=1,
        title="主席台",
        preset=Preset.DOMESTIC_FIRST_LEFT,
        shape=Shape(15),
    )
    assert across(meeting, plan_id) == "八六四二一三五七"


def test_a_move_by_hand_survives_newcomers_and_can_be_taken_back(meeting: Meeting):
    plan_id = podium(meeting)
    plan = read(meeting, plan_id)
    key = key_of_name(plan, "孙三")
    place_by_hand(SYSTEM, meeting.id, plan_id, version=1, key=key, place=1)
    assert across(meeting, plan_id) == "七五一三二四六"
    make_registration(meeting, "王八", category=Category.GUEST)
    assert [one.name for one in read(meeting, plan_id).newcomers] == ["王八"]
    renew_plan(SYSTEM, meeting.id, plan_id, version=2)
    assert across(meeting, plan_id) == "七五一三二四六八"
    undo(SYSTEM, meeting.id, plan_id, version=3)
    assert across(meeting, plan_id) == "七五一三二四六"
    undo(SYSTEM, meeting.id, plan_id, version=4)
    assert across(meeting, plan_id) == "七五三一二四六"
    with pytest.raises(Conflict):
        undo(SYSTEM, meeting.id, plan_id, version=5)
    verbs = db.session.scalars(
        sa.select(AuditEntry.action)
        .where(AuditEntry.subject == f"seating:{plan_id}")
        .order_by(AuditEntry.seq)
    ).all()
    assert verbs == [
        "seating.create", "seating.place", "seating.renew", "seating.undo", "seating.undo",
    ]  # fmt: skip


def test_rank_removal_and_release_change_what_they_say(meeting: Meeting):
    plan_id = podium(meeting)
    plan = read(meeting, plan_id)
    key = key_of_name(plan, "郑七")
    rank_at(SYSTEM, meeting.id, plan_id, version=1, key=key, position=1)
    assert across(meeting, plan_id) == "六四二七一三五"
    place_by_hand(SYSTEM, meeting.id, plan_id, version=2, key=key, place=3)
    assert across(meeting, plan_id) == "六四七二一三五"
    release(SYSTEM, meeting.id, plan_id, version=3, key=key)
    # Who made room is still placed by hand.
    assert [line.name for line in read(meeting, plan_id).lines if line.pin] == ["钱二"]
    release(SYSTEM, meeting.id, plan_id, version=4)
    assert across(meeting, plan_id) == "六四二七一三五"
    take_out(SYSTEM, meeting.id, plan_id, version=5, key=key)
    assert across(meeting, plan_id) == "五三一二四六"
    add_to_plan(SYSTEM, meeting.id, plan_id, version=6, keys=[key, key])
    assert across(meeting, plan_id) == "七五三一二四六"


def test_who_looked_at_an_older_version_changes_nothing(meeting: Meeting):
    plan_id = podium(meeting)
    key = read(meeting, plan_id).lines[0].key
    place_by_hand(SYSTEM, meeting.id, plan_id, version=1, key=key, place=7)
    with pytest.raises(Conflict) as refused:
        place_by_hand(SYSTEM, meeting.id, plan_id, version=1, key=key, place=2)
    assert refused.value.code == "plan_changed"
    assert across(meeting, plan_id) == "一五三七二四六"


def test_what_is_not_there_is_refused(meeting: Meeting):
    plan_id = podium(meeting)
    elsewhere = make_meeting()
    stranger = make_registration(elsewhere, "外人", category=Category.LEADER)
    for keys in ([f"r{stranger.id}"], ["o1"], ["x"], []):
        with pytest.raises(Invalid):
            add_to_plan(SYSTEM, meeting.id, plan_id, version=1, keys=keys)
    key = read(meeting, plan_id).lines[0].key
    for where in (0, 8):
        with pytest.raises(Invalid):
            place_by_hand(SYSTEM, meeting.id, plan_id, version=1, key=key, place=where)
    with pytest.raises(Invalid):
        rank_at(SYSTEM, meeting.id, plan_id, version=1, key="r0", position=1)
    with pytest.raises(Invalid):
        create_plan(SYSTEM, meeting.id, kind=Kind.PODIUM, title="x", preset=Preset.SIGNING)
    with pytest.raises(Invalid):
        create_plan(SYSTEM, meeting.id, kind=Kind.PHOTO, title="x", shape=Shape(0))
    with pytest.raises(NotFound):
        plan_in(meeting_of(elsewhere.id), plan_id)
    with pytest.raises(NotFound):
        delete_plan(SYSTEM, elsewhere.id, plan_id)
    assert read(meeting, plan_id).version == 1


def test_who_does_not_come_leaves_an_empty_rank_until_the_list_is_renewed(meeting: Meeting):
    plan_id = podium(meeting)
    plan = read(meeting, plan_id)
    gone = int(key_of_name(plan, "钱二")[1:])
    cancel_registration(SYSTEM, meeting.id, gone, reason="")
    assert across(meeting, plan_id) == "六四一三五七"
    assert [line.name for line in read(meeting, plan_id).lines if not line.comes] == ["钱二"]
    renew_plan(SYSTEM, meeting.id, plan_id, version=1)
    assert "钱二" not in [line.name for line in read(meeting, plan_id).lines]


def test_a_substitute_takes_over_the_rank_and_the_place_given_by_hand(meeting: Meeting):
    unit = make_unit(meeting.alliance_id, "甲学院")
    old = make_registration(meeting, "陈九", organisation_id=unit).id
    plan_id = podium(meeting)
    add_to_plan(SYSTEM, meeting.id, plan_id, version=1, keys=[f"r{old}"])
    place_by_hand(SYSTEM, meeting.id, plan_id, version=2, key=f"r{old}", place=1)
    assert across(meeting, plan_id) == "七五三九二四六一"
    substitute_delegate(SYSTEM, meeting.id, old, Entry("林十", "13911100009"))
    renew_plan(SYSTEM, meeting.id, plan_id, version=3)
    assert across(meeting, plan_id) == "七五三十二四六一"


def test_an_erased_person_has_no_name_and_no_place(meeting: Meeting):
    plan_id = podium(meeting)
    key = key_of_name(read(meeting, plan_id), "钱二")
    row = db.session.get(Registration, int(key[1:]))
    assert row is not None
    erase_person(SYSTEM, meeting.alliance_id, row.person_id, lambda _wish: ("", ""))
    line = read(meeting, plan_id).line(key)
    assert (line.name, line.comes, line.place) == ("", False, None)
    assert across(meeting, plan_id) == "六四一三五七"
    undone = read(meeting, plan_id)
    place_by_hand(SYSTEM, meeting.id, plan_id, version=1, key=undone.lines[0].key, place=2)
    undo(SYSTEM, meeting.id, plan_id, version=2)
    assert across(meeting, plan_id) == "六四一三五七"


def test_a_signing_table_begins_empty_with_the_host_at_the_left_of_the_guest(meeting: Meeting):
    plan_id = create_plan(SYSTEM, meeting.id, kind=Kind.SIGNING, title="签约台")
    assert read(meeting, plan_id).lines == ()
    keys = [line.key for line in read(meeting, podium(meeting)).lines[:2]]
    add_to_plan(SYSTEM, meeting.id, plan_id, version=1, keys=keys)
    assert across(meeting, plan_id) == "二一"  # the hall sees the host at its right


def test_an_audience_is_laid_out_by_units_without_whoever_sits_above(meeting: Meeting):
    podium(meeting)
    units = [
        add_unit(SYSTEM, meeting.alliance_id, name=name, ordinal=place).organisation_id
        for place, name in enumerate(("甲学院", "乙学院", "丙学院"), start=1)
    ]
    for unit, count in zip(units, (3, 2, 6), strict=True):
        for number in range(count):
            make_registration(meeting, f"代表{number}", organisation_id=unit)
    make_registration(meeting, "记者", category=Category.PRESS)
    make_registration(meeting, "会务", category=Category.STAFF)
    plan_id = create_plan(
        SYSTEM,
        meeting.id,
        kind=Kind.AUDIENCE,
        title="会场",
        shape=Shape(2, rows=2, capacity=6),
    )
    plan = read(meeting, plan_id)
    assert [(line.name, line.size) for line in plan.lines] == [
        ("甲学院", 3), ("乙学院", 2), ("丙学院", 6), ("媒体", 1),
    ]  # fmt: skip
    assert [len(row.people) for row in left_to_right(meeting, plan_id)] == [3, 1]
    place_by_hand(SYSTEM, meeting.id, plan_id, version=1, key=f"o{units[2]}", place=1)
    moved = read(meeting, plan_id)
    assert [line.name for line, _count in moved.sitting(1)] == ["丙学院"]
    assert [line.name for line, _count in moved.sitting(2)] == ["甲学院", "乙学院", "媒体"]
    assert not any(line.left for line in moved.lines)


def test_an_archived_meeting_keeps_its_plans_as_they_are(meeting: Meeting):
    plan_id = podium(meeting)
    set_state(SYSTEM, meeting.id, State.CANCELLED, reason="改期")
    with pytest.raises(Conflict):
        renew_plan(SYSTEM, meeting.id, plan_id, version=1)
    with pytest.raises(Conflict):
        delete_plan(SYSTEM, meeting.id, plan_id)
    assert across(meeting, plan_id) == "七五三一二四六"


def test_a_plan_is_deleted_with_its_lines(meeting: Meeting):
    plan_id = podium(meeting)
    delete_plan(SYSTEM, meeting.id, plan_id)
    assert plans_of(meeting.id) == []
