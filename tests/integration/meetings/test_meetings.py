"""Meetings: called, changed, copied, led from state to state."""

from datetime import timedelta

import pytest
from flask import Flask

from eventapp.core.access import SYSTEM
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.core.scope import chain_of
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import (
    meeting_by_slug,
    meeting_in,
    meetings_of,
    public_meetings,
    rooms_of,
)
from eventapp.meetings.rules import State
from eventapp.meetings.service import change_meeting, copy_meeting, set_state
from tests.factories_alliance import START, make_alliance, make_meeting


def rooms(meeting: Meeting) -> list[str]:
    return [room.name for room in rooms_of(meeting.id)]


def test_a_meeting_stands_under_its_alliance(house: Flask) -> None:
    alliance = make_alliance()
    meeting = make_meeting(alliance, slug="founding-2024", rooms=["主会场", "", "主会场", "二楼"])
    chain = chain_of("founding-2024")
    assert chain is not None
    assert chain.ids[:2] == (meeting.scope_id, alliance.scope_id)
    assert rooms(meeting) == ["主会场", "二楼"]
    assert meeting_by_slug("founding-2024").id == meeting.id


def test_what_cannot_be_is_refused_at_its_field(house: Flask) -> None:
    alliance = make_alliance()
    wrong = {
        "ends_at": {"ends_at": START},
        "zone": {"zone": "Mars/Base"},
        "title": {"title": " "},
        "registration_closes_at": {"registration_closes_at": START + timedelta(days=9)},
        "slug": {"slug": "成立大会"},
    }
    for field, more in wrong.items():
        with pytest.raises(Invalid) as refusal:
            make_meeting(alliance, **more)
        assert refusal.value.field == field
    assert meetings_of(alliance.id) == []


def test_a_draft_is_not_public_and_its_address_may_change_until_it_is(house: Flask) -> None:
    meeting = make_meeting(make_alliance(), slug="draft")
    change_meeting(SYSTEM, meeting.id, slug="final", title="成立大会")
    assert chain_of("draft") is None
    assert public_meetings() == []
    set_state(SYSTEM, meeting.id, State.PUBLISHED)
    assert [row.slug for row in public_meetings()] == ["final"]
    with pytest.raises(Conflict):
        change_meeting(SYSTEM, meeting.id, slug="other")
    with pytest.raises(Conflict):
        make_meeting(make_alliance(), slug="final")


def test_a_change_keeps_what_it_does_not_name(house: Flask) -> None:
    meeting = make_meeting(make_alliance(), rooms=["一", "二", "三"])
    change_meeting(SYSTEM, meeting.id, venue="新会场", rooms=["三", "一"])
    assert rooms(meeting) == ["三", "一"]
    assert (meeting.venue, meeting.starts_at) == ("新会场", START)
    with pytest.raises(TypeError):
        change_meeting(SYSTEM, meeting.id, state=State.ARCHIVED)


def test_states_follow_the_rule_and_keep_the_reason(house: Flask) -> None:
    meeting = make_meeting(make_alliance())
    with pytest.raises(Conflict):
        set_state(SYSTEM, meeting.id, State.IN_SESSION)
    with pytest.raises(Invalid):
        set_state(SYSTEM, meeting.id, State.POSTPONED)
    set_state(SYSTEM, meeting.id, State.POSTPONED, reason="台风")
    assert meeting.state_reason == "台风"
    set_state(SYSTEM, meeting.id, State.PUBLISHED)
    set_state(SYSTEM, meeting.id, State.IN_SESSION)
    assert (meeting.state, meeting.state_reason) == (State.IN_SESSION, "")


def test_a_copy_has_the_details_and_rooms_on_another_day(house: Flask) -> None:
    alliance = make_alliance()
    old = make_meeting(alliance, rooms=["主会场"], registration_closes_at=START - timedelta(days=2))
    set_state(SYSTEM, old.id, State.PUBLISHED)
    new = copy_meeting(
        SYSTEM, old.id, slug="next", title="第二次", starts_at=START + timedelta(days=30)
    )
    assert (new.state, new.venue, rooms(new)) == (State.DRAFT, "会议中心", ["主会场"])
    assert new.ends_at - new.starts_at == timedelta(hours=3)
    assert new.registration_closes_at == START + timedelta(days=28)


def test_a_meeting_prepares_one_of_its_own_alliance_only(house: Flask) -> None:
    one, other = make_alliance(), make_alliance()
    founding = make_meeting(one)
    assert make_meeting(one, prepares_id=founding.id).prepares_id == founding.id
    with pytest.raises(NotFound):
        make_meeting(other, prepares_id=founding.id)
    with pytest.raises(NotFound):
        meeting_in(other.id, founding.id)
    assert meetings_of(other.id) == []
