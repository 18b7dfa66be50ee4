"""Running an agenda: what really began and ended when, one item at a time in a room."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from eventapp.agenda.queries import item_in, next_item, running_item, was_deliberated
from eventapp.agenda.rules import ItemState, Kind
from eventapp.agenda.service import advance, finish_item, skip_item, start_item, undo_item
from eventapp.core import clock
from eventapp.core.access import SYSTEM
from eventapp.core.db import db
from eventapp.core.errors import Conflict, Invalid
from eventapp.core.ledger import AuditEntry
from eventapp.meetings.queries import rooms_of
from tests.factories_agenda import make_item
from tests.factories_alliance import START, make_alliance, make_meeting

pytestmark = pytest.mark.usefixtures("house")


def at(minutes):
    return clock.fixed(START + timedelta(minutes=minutes))


def test_start_and_finish_keep_the_real_times():
    meeting = make_meeting(make_alliance())
    item = make_item(meeting, minutes=10)
    with at(3):
        start_item(SYSTEM, meeting.id, item.id)
    with at(15):
        finish_item(SYSTEM, meeting.id, item.id)
    found = item_in(meeting.id, item.id)
    assert found.state == ItemState.DONE
    assert found.started_at == START + timedelta(minutes=3)
    assert found.ended_at == START + timedelta(minutes=15)
    assert found.lateness == timedelta(minutes=3)
    assert found.due_at == START + timedelta(minutes=13)


def test_only_one_item_runs_at_a_time_in_a_room():
    meeting = make_meeting(make_alliance())
    first, second = make_item(meeting), make_item(meeting)
    start_item(SYSTEM, meeting.id, first.id)
    with pytest.raises(Conflict) as refused:
        start_item(SYSTEM, meeting.id, second.id)
    assert refused.value.code == "item_running"
    running = running_item(meeting.id)
    assert running is not None
    assert running.id == first.id


def test_the_database_itself_refuses_two_running_claims():
    meeting = make_meeting(make_alliance())
    ids = [make_item(meeting).id for _ in range(2)]
    run = sa.text("UPDATE agenda_items SET running_in = 0 WHERE id = :id")
    with db.engines[None].begin() as connection:
        connection.execute(run, {"id": ids[0]})
        with pytest.raises(IntegrityError):
            connection.execute(run, {"id": ids[1]})
        connection.rollback()


def test_two_rooms_run_side_by_side():
    meeting = make_meeting(make_alliance(), rooms=("报告厅", "一号厅"))
    hall, side = [room.id for room in rooms_of(meeting.id)]
    first, second = make_item(meeting, room_id=hall), make_item(meeting, room_id=side)
    start_item(SYSTEM, meeting.id, first.id)
    start_item(SYSTEM, meeting.id, second.id)
    assert item_in(meeting.id, second.id).state == ItemState.RUNNING


def test_advance_ends_one_item_and_begins_the_next():
    meeting = make_meeting(make_alliance())
    first, skipped, third = (make_item(meeting) for _ in range(3))
    start_item(SYSTEM, meeting.id, first.id)
    skip_item(SYSTEM, meeting.id, skipped.id, "讲者缺席")
    begun = advance(SYSTEM, meeting.id, first.id)
    assert begun is not None
    assert begun.id == third.id
    assert item_in(meeting.id, first.id).state == ItemState.DONE
    assert item_in(meeting.id, skipped.id).reason == "讲者缺席"
    assert advance(SYSTEM, meeting.id, third.id) is None
    assert next_item(meeting.id) is None


def test_a_skip_needs_its_reason():
    meeting = make_meeting(make_alliance())
    item = make_item(meeting)
    with pytest.raises(Invalid) as refused:
        skip_item(SYSTEM, meeting.id, item.id, " ")
    assert refused.value.field == "reason"


def test_every_step_can_be_taken_back_and_stays_on_record():
    meeting = make_meeting(make_alliance())
    item = make_item(meeting)
    item_id, meeting_id = item.id, meeting.id
    start_item(SYSTEM, meeting_id, item_id)
    finish_item(SYSTEM, meeting_id, item_id)
    undo_item(SYSTEM, meeting_id, item_id)
    again = item_in(meeting_id, item_id)
    assert (again.state, again.ended_at) == (ItemState.RUNNING, None)
    assert again.started_at is not None
    undo_item(SYSTEM, meeting_id, item_id)
    assert item_in(meeting_id, item_id).started_at is None
    with pytest.raises(Conflict):
        undo_item(SYSTEM, meeting_id, item_id)
    steps = db.session.scalar(
        sa.select(sa.func.count()).where(
            AuditEntry.action == "item.stepped", AuditEntry.subject == f"item:{item_id}"
        )
    )
    assert steps == 4


def test_an_undo_does_not_make_two_items_run():
    meeting = make_meeting(make_alliance())
    first, second = make_item(meeting), make_item(meeting)
    start_item(SYSTEM, meeting.id, first.id)
    advance(SYSTEM, meeting.id, first.id)
    with pytest.raises(Conflict) as refused:
        undo_item(SYSTEM, meeting.id, first.id)
    assert refused.value.code == "item_running"
    assert item_in(meeting.id, second.id).state == ItemState.RUNNING


def test_a_done_item_is_not_started_again():
    meeting = make_meeting(make_alliance())
    item = make_item(meeting)
    start_item(SYSTEM, meeting.id, item.id)
    finish_item(SYSTEM, meeting.id, item.id)
    with pytest.raises(Conflict):
        start_item(SYSTEM, meeting.id, item.id)


def test_only_a_begun_deliberation_or_report_counts_as_deliberated():
    meeting = make_meeting(make_alliance())
    speech, talk = make_item(meeting), make_item(meeting, kind=Kind.DELIBERATION)
    assert not was_deliberated(meeting.id, talk.id)
    start_item(SYSTEM, meeting.id, speech.id)
    assert not was_deliberated(meeting.id, speech.id)
    advance(SYSTEM, meeting.id, speech.id)
    assert was_deliberated(meeting.id, talk.id)
    other = make_meeting(make_alliance())
    assert not was_deliberated(other.id, talk.id)
