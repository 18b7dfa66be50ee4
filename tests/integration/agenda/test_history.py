"""What was changed last is taken back, one step after the other; an agenda is taken over."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from eventapp.agenda.models import AgendaChange
from eventapp.agenda.queries import changes_of, findings_of, items_of
from eventapp.agenda.rules import KEPT_CHANGES, ChangeVerb, Kind
from eventapp.agenda.service import (
    PersonIn,
    change_item,
    copy_agenda,
    hand_over_person,
    move_item,
    move_item_after,
    remove_item,
    set_cue,
    start_item,
    undo_change,
)
from eventapp.agenda.service.people import forget_person
from eventapp.alliance.queries import alliance_of
from eventapp.core.access import SYSTEM
from eventapp.core.db import db
from eventapp.core.errors import Conflict, NotFound
from eventapp.core.ledger import AuditEntry
from eventapp.meetings.queries import rooms_of
from tests.factories_agenda import make_agreement, make_item
from tests.factories_alliance import START, make_alliance, make_meeting, make_person

pytestmark = pytest.mark.usefixtures("house")


def shape(meeting_id):
    """Tell what an agenda says, without what every writing raises."""
    return [
        (item.id, item.title, item.kind, item.minutes, item.fixed_at, item.over_by, item.people)
        for item in items_of(meeting_id)
    ]


def undo(meeting_id):
    undo_change(SYSTEM, meeting_id, changes_of(meeting_id)[0].id)


def test_every_kind_of_change_is_taken_back_in_turn():
    alliance = make_alliance()
    meeting, earlier = make_meeting(alliance), make_meeting(alliance)
    make_item(earlier, "上次的议程")
    person = make_person(alliance, "王磊")
    who = [PersonIn("speaker", "王磊", "院长", person.id)]
    shapes = [shape(meeting.id)]
    ids = []
    for title in ("一", "二", "三"):
        ids.append(make_item(meeting, title, people=who).id)
        shapes.append(shape(meeting.id))
    steps = [
        lambda: change_item(
            SYSTEM,
            meeting.id,
            ids[1],
            version=1,
            kind=Kind.REPORT,
            title="贰",
            minutes=25,
            fixed_at=START + timedelta(hours=1),
            over_by=START + timedelta(hours=2),
            people=[PersonIn("host", "李敏")],
        ),
        lambda: move_item(SYSTEM, meeting.id, ids[2], 1),
        lambda: remove_item(SYSTEM, meeting.id, ids[1]),
        lambda: copy_agenda(SYSTEM, meeting.id, earlier.id),
        lambda: move_item_after(SYSTEM, meeting.id, ids[0], 0),
    ]
    for step in steps:
        step()
        shapes.append(shape(meeting.id))
    verbs = [one.verb for one in changes_of(meeting.id)]
    assert verbs[:5] == [
        ChangeVerb.MOVE,
        ChangeVerb.COPY,
        ChangeVerb.REMOVE,
        ChangeVerb.MOVE,
        ChangeVerb.CHANGE,
    ]
    while changes_of(meeting.id):
        assert shape(meeting.id) == shapes.pop()
        undo(meeting.id)
    assert shape(meeting.id) == shapes.pop() == []
    assert not shapes
    acts = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert acts.count("agenda.undone") == 8


def test_a_restored_item_clashes_and_is_versioned_as_before():
    meeting = make_meeting(make_alliance(), rooms=("报告厅", "一号厅"))
    hall, side = [room.id for room in rooms_of(meeting.id)]
    person = make_person_of(meeting)
    who = [PersonIn("speaker", "王磊", "", person)]
    make_item(meeting, room_id=hall, people=who)
    second = make_item(meeting, room_id=side, fixed_at=START, people=who)
    second_id, version = second.id, second.version
    remove_item(SYSTEM, meeting.id, second_id)
    assert findings_of(meeting.id) == []
    undo(meeting.id)
    assert [one.code for one in findings_of(meeting.id)] == ["person_twice"]
    assert items_of(meeting.id)[1].version > version
    with pytest.raises(Conflict):
        change_item(SYSTEM, meeting.id, second_id, version=version, title="旧页面")


def make_person_of(meeting):
    return make_person(alliance_of(meeting.alliance_id), "王磊").id


def test_only_the_newest_change_is_taken_back():
    meeting = make_meeting(make_alliance())
    make_item(meeting, "一")
    shown = changes_of(meeting.id)[0].id
    make_item(meeting, "二")
    meeting_id = meeting.id
    for change_id in (shown, 0, 99_999):
        with pytest.raises(Conflict) as refused:
            undo_change(SYSTEM, meeting_id, change_id)
        assert refused.value.code == "undo_outdated"
    assert len(items_of(meeting_id)) == 2


def test_an_item_that_began_or_is_needed_elsewhere_is_not_taken_away_again():
    meeting = make_meeting(make_alliance())
    item = make_item(meeting, kind=Kind.SIGNING)
    make_agreement(meeting, item)
    meeting_id, item_id = meeting.id, item.id
    with pytest.raises(Conflict) as refused:
        undo(meeting_id)
    assert refused.value.code == "item_in_use"
    start_item(SYSTEM, meeting_id, item_id)
    with pytest.raises(Conflict) as refused:
        undo(meeting_id)
    assert refused.value.code == "item_began"
    assert len(items_of(meeting_id)) == 1


def test_what_changes_nothing_is_no_change_and_the_oldest_go():
    meeting = make_meeting(make_alliance())
    ids = [make_item(meeting).id for _ in range(2)]
    move_item(SYSTEM, meeting.id, ids[0], 1)
    assert len(changes_of(meeting.id)) == 2
    for _ in range(KEPT_CHANGES + 3):
        move_item(SYSTEM, meeting.id, ids[0], 3)
        move_item(SYSTEM, meeting.id, ids[0], 1)
    assert db.session.scalar(sa.select(sa.func.count(AgendaChange.id))) == KEPT_CHANGES


def test_names_in_what_could_be_taken_back_go_with_the_person():
    meeting = make_meeting(make_alliance())
    person = make_person_of(meeting)
    item = make_item(meeting, people=[PersonIn("speaker", "王磊", "", person)])
    change_item(SYSTEM, meeting.id, item.id, version=1, people=[])
    assert changes_of(meeting.id)
    forget_person(SYSTEM, meeting.id, person)
    assert not changes_of(meeting.id)
    make_item(meeting)
    hand_over_person(person, make_person_of(meeting))
    assert not changes_of(meeting.id)


def test_a_neighbour_that_is_gone_refuses_the_move():
    meeting = make_meeting(make_alliance())
    ids = [make_item(meeting).id for _ in range(3)]
    move_item_after(SYSTEM, meeting.id, ids[0], ids[2])
    assert [item.id for item in items_of(meeting.id)] == [ids[1], ids[2], ids[0]]
    remove_item(SYSTEM, meeting.id, ids[2])
    meeting_id = meeting.id
    with pytest.raises(Conflict) as refused:
        move_item_after(SYSTEM, meeting_id, ids[1], ids[2])
    assert refused.value.code == "neighbour_gone"
    assert [item.ordinal for item in items_of(meeting_id)] == [1, 2]


def test_an_earlier_agenda_is_taken_over_with_its_times_and_rooms():
    alliance = make_alliance()
    earlier = make_meeting(alliance, rooms=("报告厅", "一号厅"))
    later = make_meeting(alliance, rooms=("一号厅",), starts_at=START + timedelta(days=90, hours=1))
    hall, side = [room.id for room in rooms_of(earlier.id)]
    who = [PersonIn("speaker", "王磊", "院长", make_person_of(earlier))]
    first = make_item(earlier, "致辞", kind=Kind.ADDRESS, room_id=hall, people=who)
    fixed = START + timedelta(minutes=30)
    make_item(earlier, "分组", room_id=side, fixed_at=fixed, detail="两组")
    cues = {"cue": "话筒两支", "responsible": "李明"}
    set_cue(SYSTEM, earlier.id, first.id, version=first.version, **cues)
    start_item(SYSTEM, earlier.id, first.id)
    make_item(later, "原有的一项")
    assert copy_agenda(SYSTEM, later.id, earlier.id, people=True) == 2
    _, address, group = items_of(later.id)
    assert (address.title, address.room, address.people) == (
        "致辞",
        "",
        items_of(earlier.id)[0].people,
    )
    assert (address.started_at, address.cue, address.responsible) == (None, *cues.values())
    assert (group.room, group.detail) == ("一号厅", "两组")
    assert group.fixed_at == later.starts_at + timedelta(minutes=30)
    assert copy_agenda(SYSTEM, later.id, earlier.id) == 2
    assert not any(item.people or item.responsible for item in items_of(later.id)[3:])


def test_a_foreign_or_empty_agenda_is_not_taken_over():
    meeting, foreign = make_meeting(make_alliance()), make_meeting(make_alliance())
    make_item(foreign)
    meeting_id, foreign_id = meeting.id, foreign.id
    with pytest.raises(NotFound):
        copy_agenda(SYSTEM, meeting_id, foreign_id)
    with pytest.raises(Conflict):
        copy_agenda(SYSTEM, meeting_id, meeting_id)
