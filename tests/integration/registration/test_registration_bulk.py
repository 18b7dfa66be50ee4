"""Many registrations decided at once, and put back as they were."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.core import clock
from eventapp.core.access import SYSTEM
from eventapp.core.db import db
from eventapp.core.errors import Conflict, Invalid
from eventapp.core.jobs import Job
from eventapp.registration.models import Pass, Registration
from eventapp.registration.queries import registration_in
from eventapp.registration.rules import Category, State
from eventapp.registration.service import register_person, set_category
from eventapp.registration.service.bulk import AT_ONCE, UNDO_WINDOW, decide_many, undo_many
from eventapp.web.queue import run_due
from tests.factories_registration import make_meeting, make_person, make_registration


def _limit(meeting_id: int, quota: int | None, *, auto_approve: bool = True) -> None:
    set_category(
        SYSTEM,
        meeting_id,
        Category.DELEGATE,
        public=True,
        auto_approve=auto_approve,
        quota=quota,
    )


def _submitted(meeting, names: str, **more: Any) -> list[int]:
    ids = []
    for number, name in enumerate(names.split()):
        person = make_person(meeting.alliance_id, name, email=f"p{number}@example.org")
        made = register_person(
            SYSTEM,
            meeting.id,
            person_id=person.id,
            category=Category.DELEGATE,
            channel="public",
            **more,
        )
        ids.append(made.id)
    return ids


def _states(meeting_id: int, ids: list[int]) -> list[State]:
    return [registration_in(meeting_id, one).state for one in ids]


def _letters() -> list[dict[str, object]]:
    query = sa.select(Job.params).where(Job.kind == "tell_registrant").order_by(Job.id)
    return list(db.session.scalars(query))


def test_many_are_approved_while_places_last_or_nobody_is(house: Flask):
    meeting = make_meeting()
    meeting_id = meeting.id
    _limit(meeting_id, None, auto_approve=False)
    ids = _submitted(meeting, "王磊 李娜 赵敏")
    _limit(meeting_id, 2, auto_approve=False)
    with pytest.raises(Conflict, match="名额已满") as refused:
        decide_many(SYSTEM, meeting_id, ids, State.APPROVED)
    assert refused.value.row == 2
    assert _states(meeting_id, ids) == [State.SUBMITTED] * 3
    decide_many(SYSTEM, meeting_id, ids[:2], State.APPROVED)
    codes = [registration_in(meeting_id, one).code for one in ids]
    assert all(codes[:2])
    assert not codes[2]


def test_what_is_undone_in_time_is_told_to_nobody(house: Flask):
    meeting = make_meeting()
    meeting_id = meeting.id
    _limit(meeting_id, None, auto_approve=False)
    ids = _submitted(meeting, "王磊 李娜")
    before = len(_letters())
    act = decide_many(SYSTEM, meeting_id, ids, State.DECLINED, reason="名额有限。")
    waiting = _letters()[before:]
    assert [one["registration"] for one in waiting] == ids
    assert undo_many(SYSTEM, meeting_id, act.id) == 2
    assert _states(meeting_id, ids) == [State.SUBMITTED] * 2
    assert registration_in(meeting_id, ids[0]).reason == ""
    with clock.fixed(clock.now() + UNDO_WINDOW):
        run_due(house)
        results = list(
            db.session.scalars(
                sa.select(Job.result).where(Job.kind == "tell_registrant").order_by(Job.id)
            )
        )
    assert all(not (one or {}).get("posted") for one in results[before:])


def test_an_undone_cancelling_gives_the_same_pass_back(house: Flask):
    meeting = make_meeting()
    meeting_id = meeting.id
    one = make_registration(meeting).id
    old = db.session.get_one(Pass, one)
    held = (old.generation, old.code)
    act = decide_many(SYSTEM, meeting_id, [one], State.CANCELLED)
    dead = db.session.get_one(Pass, one, populate_existing=True)
    assert dead.generation > held[0]
    assert dead.code != held[1]
    undo_many(SYSTEM, meeting_id, act.id)
    alive = db.session.get_one(Pass, one, populate_existing=True)
    assert (alive.generation, alive.code) == held


def test_a_reason_to_look_survives_approving_and_undoing(house: Flask):
    meeting = make_meeting()
    meeting_id = meeting.id
    (one,) = _submitted(
        meeting, "王磊", to_check="这个手机号登记在另一个姓名名下，请核对后再通过。"
    )
    act = decide_many(SYSTEM, meeting_id, [one], State.APPROVED)
    undo_many(SYSTEM, meeting_id, act.id)
    row = registration_in(meeting_id, one)
    assert row.state is State.SUBMITTED
    assert "核对" in row.reason


def test_a_freed_place_that_is_taken_does_not_come_back(house: Flask):
    meeting = make_meeting()
    meeting_id = meeting.id
    _limit(meeting_id, 1)
    first = make_registration(meeting).id
    second = make_registration(meeting, "李娜").id
    act = decide_many(SYSTEM, meeting_id, [first], State.CANCELLED)
    assert _states(meeting_id, [first, second]) == [State.CANCELLED, State.APPROVED]
    with pytest.raises(Conflict, match="名额已满"):
        undo_many(SYSTEM, meeting_id, act.id)
    assert _states(meeting_id, [first, second]) == [State.CANCELLED, State.APPROVED]


def test_who_was_decided_again_or_came_back_is_left_alone(house: Flask):
    meeting = make_meeting()
    meeting_id = meeting.id
    ids = [make_registration(meeting, name).id for name in ("王磊", "李娜")]
    person_id = registration_in(meeting_id, ids[0]).person_id
    act = decide_many(SYSTEM, meeting_id, ids, State.CANCELLED)
    again = register_person(
        SYSTEM, meeting_id, person_id=person_id, category=Category.DELEGATE, channel="desk"
    ).id
    assert undo_many(SYSTEM, meeting_id, act.id) == 1
    assert _states(meeting_id, [*ids, again]) == [
        State.CANCELLED,
        State.APPROVED,
        State.APPROVED,
    ]


def test_undoing_ends_when_the_letters_go_out(house: Flask):
    meeting = make_meeting()
    meeting_id = meeting.id
    one = make_registration(meeting).id
    act = decide_many(SYSTEM, meeting_id, [one], State.CANCELLED)
    with clock.fixed(clock.now() + UNDO_WINDOW), pytest.raises(Conflict, match="不能再整批撤销"):
        undo_many(SYSTEM, meeting_id, act.id)
    with clock.fixed(clock.now() + UNDO_WINDOW - timedelta(seconds=1)):
        assert undo_many(SYSTEM, meeting_id, act.id) == 1


def test_deciding_asks_for_somebody_a_reason_and_a_bound(house: Flask):
    meeting = make_meeting()
    meeting_id = meeting.id
    one = make_registration(meeting).id
    with pytest.raises(Invalid, match="请先选择"):
        decide_many(SYSTEM, meeting_id, [], State.APPROVED)
    with pytest.raises(Invalid, match="原因"):
        decide_many(SYSTEM, meeting_id, [one], State.DECLINED, reason=" ")
    with pytest.raises(Invalid, match="一次最多处理"):
        decide_many(SYSTEM, meeting_id, range(1, AT_ONCE + 2), State.CANCELLED)
    assert db.session.get_one(Registration, one).state is State.APPROVED
