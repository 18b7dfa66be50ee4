"""Acts on the stage: plaques, unveilings, appointments and launches, with their people."""

from datetime import timedelta

import pytest

from eventapp.agenda.queries import findings_of
from eventapp.agenda.rules import Kind
from eventapp.agenda.service import PersonIn
from eventapp.ceremony.queries import acts_of, plaques_of, unveilings_of
from eventapp.ceremony.rules import ActKind, ActState
from eventapp.ceremony.service import NameIn, add_act, change_act, mark_act, remove_act
from eventapp.core.access import SYSTEM, Actor, ActorKind, Role
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.meetings.queries import rooms_of
from tests.factories import make_user
from tests.factories_agenda import make_item, make_unit_in
from tests.factories_alliance import START, make_alliance, make_meeting, make_person

pytestmark = pytest.mark.usefixtures("house")


def stage(kind=Kind.PLAQUE):
    meeting = make_meeting(make_alliance())
    return meeting, make_item(meeting, kind=kind)


def act_of(meeting, item, **more):
    values = {"kind": ActKind.UNVEILING, "title": "联合学院", **more}
    return add_act(SYSTEM, meeting.id, item_id=item.id, **values)


def test_a_plaque_is_handed_over_and_taken_back():
    meeting, item = stage()
    unit = make_unit_in(meeting.alliance_id)
    manager = make_user(Role.STAGE_MANAGER, meeting.scope_id)
    actor = Actor(ActorKind.USER, manager.id)
    act = act_of(
        meeting,
        item,
        kind=ActKind.PLAQUE,
        title="理事长单位",
        presenters=[NameIn("王志安", "市政协副主席"), NameIn("杜振波")],
        recipients=[NameIn("欧阳明", organisation_id=unit)],
    )
    mark_act(actor, meeting.id, act.id)
    (row,) = acts_of(meeting.id)
    assert row.state == ActState.DONE
    assert row.done_at is not None
    assert row.done_by == manager.name
    (plaque,) = plaques_of(meeting.id)
    assert plaque.organisation_id == unit
    assert plaque.presenters == "王志安、杜振波"
    with pytest.raises(Conflict):
        mark_act(actor, meeting.id, act.id)
    with pytest.raises(Conflict):
        remove_act(SYSTEM, meeting.id, act.id)
    mark_act(actor, meeting.id, act.id, done=False)
    (row,) = acts_of(meeting.id)
    assert (row.done_at, row.done_by) == (None, "")
    remove_act(SYSTEM, meeting.id, act.id)
    assert acts_of(meeting.id) == []


def test_a_letter_of_appointment_needs_somebody_to_receive_it():
    meeting, item = stage(Kind.APPOINTMENT)
    with pytest.raises(Invalid) as refused:
        act_of(meeting, item, kind=ActKind.APPOINTMENT, title="专家委员会主任聘书")
    assert refused.value.field == "recipients"
    act_of(
        meeting,
        item,
        kind=ActKind.APPOINTMENT,
        title="专家委员会主任聘书",
        recipients=[NameIn("李敏", "教授")],
    )
    assert acts_of(meeting.id)[0].received_by == "李敏"


def test_acts_stand_in_order_of_their_groups_with_their_cues():
    meeting, item = stage(Kind.UNVEILING)
    for title, group in (("第三块", 2), ("第一块", 1), ("第二块", 1)):
        act_of(meeting, item, title=title, group=group, cue="音乐起")
    assert [(row.title, row.group) for row in acts_of(meeting.id)] == [
        ("第一块", 1),
        ("第二块", 1),
        ("第三块", 2),
    ]
    assert acts_of(meeting.id)[0].cue == "音乐起"
    assert [row.plate for row in unveilings_of(meeting.id)] == ["第一块", "第二块", "第三块"]


def test_an_act_is_changed_with_its_people_until_it_is_done():
    meeting, item = stage(Kind.LAUNCH)
    act = act_of(meeting, item, kind=ActKind.LAUNCH, presenters=[NameIn("王志安")])
    change_act(SYSTEM, meeting.id, act.id, title="成立启动", presenters=[NameIn("杜振波")])
    (row,) = acts_of(meeting.id)
    assert (row.title, row.presented_by) == ("成立启动", "杜振波")
    mark_act(SYSTEM, meeting.id, act.id)
    with pytest.raises(Conflict):
        change_act(SYSTEM, meeting.id, act.id, title="改")


def test_a_presenter_who_speaks_elsewhere_is_found_and_set_free():
    alliance = make_alliance()
    meeting = make_meeting(alliance, rooms=("报告厅", "贵宾厅"))
    hall, side = [room.id for room in rooms_of(meeting.id)]
    person = make_person(alliance, "王磊")
    make_item(meeting, "报告", room_id=hall, people=[PersonIn("speaker", "王磊", "", person.id)])
    item = make_item(meeting, "揭牌", room_id=side, fixed_at=START + timedelta(minutes=5))
    act = act_of(meeting, item, presenters=[NameIn("", "", person.id)])
    assert "person_twice" in {one.code for one in findings_of(meeting.id)}
    remove_act(SYSTEM, meeting.id, act.id)
    assert "person_twice" not in {one.code for one in findings_of(meeting.id)}


def test_an_act_of_another_meeting_does_not_exist():
    meeting, item = stage()
    act = act_of(meeting, item)
    other, _ = stage()
    with pytest.raises(NotFound):
        mark_act(SYSTEM, other.id, act.id)
