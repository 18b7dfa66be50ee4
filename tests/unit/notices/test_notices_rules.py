"""When a notice is late, until when a unit may answer, and which letter follows from what."""

from datetime import UTC, datetime, timedelta

import pytest

from eventapp.core.errors import Invalid
from eventapp.meetings.rules import State as MeetingState
from eventapp.notices.rules import (
    KIND_LABEL,
    Kind,
    chinese_day,
    compose_text,
    decide_kind,
    ensure_in_time,
    is_late,
    may_reply,
    usual_reply_by,
)
from eventapp.registration.rules import State

STARTS = datetime(2024, 1, 19, 1, 0, tzinfo=UTC)
TEN = timedelta(days=10)
SECOND = timedelta(seconds=1)


def test_a_notice_is_in_time_to_the_last_second():
    assert not is_late(STARTS, 10, STARTS - TEN)
    assert is_late(STARTS, 10, STARTS - TEN + SECOND)
    assert ensure_in_time(STARTS, 10, STARTS - TEN, "理由") == ""
    with pytest.raises(Invalid):
        ensure_in_time(STARTS, 10, STARTS - TEN + SECOND, "　")
    assert ensure_in_time(STARTS, 10, STARTS, " 理由 ") == "理由"


def test_replies_are_taken_until_the_meeting_begins():
    open_state = MeetingState.REGISTRATION_OPEN
    assert may_reply(open_state, STARTS, STARTS - SECOND)
    assert not may_reply(open_state, STARTS, STARTS)
    assert not may_reply(MeetingState.CANCELLED, STARTS, STARTS - SECOND)
    assert may_reply(MeetingState.POSTPONED, STARTS, STARTS - SECOND)


def test_replies_are_asked_for_three_days_ahead_while_that_lies_ahead():
    assert usual_reply_by(STARTS, STARTS - TEN) == STARTS - timedelta(days=3)
    assert usual_reply_by(STARTS, STARTS - timedelta(days=3)) is None


def test_a_notice_names_time_and_place_in_the_meetings_zone():
    text = compose_text("成立大会", STARTS, "Asia/Shanghai", "会议中心", "济南市经十路1号")
    assert "2024年1月19日（星期五）09:00" in text
    assert "会议中心（济南市经十路1号）" in text
    assert "另行通知" in compose_text("成立大会", STARTS, "Asia/Shanghai", "", "")
    assert chinese_day(STARTS, "Asia/Shanghai", time=True) == "2024年1月19日09:00"


@pytest.mark.parametrize(
    ("state", "before", "is_substitute", "was_reminded", "kind"),
    [
        (State.SUBMITTED, None, False, False, Kind.RECEIVED),
        (State.APPROVED, None, False, False, Kind.APPROVAL),
        (State.APPROVED, State.SUBMITTED, False, False, Kind.APPROVAL),
        (State.APPROVED, State.WAITLISTED, False, False, Kind.MOVED_UP),
        (State.APPROVED, None, True, False, Kind.SUBSTITUTE),
        (State.APPROVED, State.DECLINED, True, False, Kind.APPROVAL),
        (State.REPLACED, None, False, False, Kind.SUBSTITUTED),
        (State.INVITED, None, False, False, Kind.INVITATION),
        (State.INVITED, None, False, True, Kind.INVITATION_REMINDER),
        (State.APPROVED, State.INVITED, False, True, Kind.APPROVAL),
        (State.DECLINED, State.SUBMITTED, False, False, Kind.DECLINE),
        (State.WAITLISTED, None, False, False, Kind.WAITLIST),
        (State.CANCELLED, State.APPROVED, False, False, Kind.CANCELLATION),
    ],
)
def test_what_is_written_follows_from_what_happened(
    state: State, before: State | None, is_substitute: bool, was_reminded: bool, kind: Kind | None
):
    found = decide_kind(state, before, is_substitute=is_substitute, was_reminded=was_reminded)
    assert found is kind


def test_every_kind_has_its_word():
    assert set(KIND_LABEL) == set(Kind)
