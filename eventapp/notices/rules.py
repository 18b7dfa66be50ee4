"""What a notice and a reply can be, when a notice is late, and until when a unit may answer."""

from datetime import datetime, timedelta
from enum import StrEnum

from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.meetings.rules import State as MeetingState


class NoticeState(StrEnum):
    """Where a notice stands; a sent one is never changed, a later one follows it."""

    DRAFT = "draft"
    SENT = "sent"


NOTICE_LABEL: dict[NoticeState, str] = {
    NoticeState.DRAFT: N_("未发出"),
    NoticeState.SENT: N_("已发出"),
}


class ReplyAnswer(StrEnum):
    """What a unit answers to a notice."""

    ATTENDING = "attending"
    EXCUSED = "excused"
    PROXY = "proxy"


ANSWER_LABEL: dict[ReplyAnswer, str] = {
    ReplyAnswer.ATTENDING: N_("派人参会"),
    ReplyAnswer.EXCUSED: N_("请假"),
    ReplyAnswer.PROXY: N_("委托他人代表"),
}

LIAISON, DESK = "liaison", "desk"
"""Ways in which an answer comes: by the unit's own link, or noted at the desk."""

MOST_PERSONS = 999
LONGEST_REMARK = 400
NOTICE_DAYS = 10
"""Days of notice that a new notice asks for until somebody writes another number.

The Regulation on the Registration of Social Organisations leaves the term to each charter.
"""
_OVER = (
    MeetingState.IN_SESSION,
    MeetingState.ADJOURNED,
    MeetingState.ARCHIVED,
    MeetingState.CANCELLED,
)


def may_reply(state: MeetingState, starts_at: datetime, now: datetime) -> bool:
    """Answer whether a unit may still give or change its answer: until the meeting begins."""
    return state not in _OVER and now < starts_at


def ensure_may_reply(state: MeetingState, starts_at: datetime, now: datetime) -> None:
    """Refuse, with Conflict, an answer that comes when the meeting has begun or was called off."""
    if not may_reply(state, starts_at, now):
        raise Conflict("reply_late", N_("回执已经截止，请联系会务组。"))


def ensure_sound_reply(answer: ReplyAnswer, persons: int | None, remark: str) -> None:
    """Refuse, with Invalid, a number of people that cannot be, or a remark that is too long.

    Only a unit that sends people says how many.
    """
    if persons is not None and not 0 < persons <= MOST_PERSONS:
        raise Invalid("persons_range", N_("人数请填 1 到 999。"), field="persons")
    if persons is None and answer is ReplyAnswer.ATTENDING:
        raise Invalid("persons_missing", N_("请填写参会人数。"), field="persons")
    if len(remark) > LONGEST_REMARK:
        raise Invalid("remark_long", N_("备注最多 400 字。"), field="remark")


def latest_sending(starts_at: datetime, notice_days: int) -> datetime:
    """Return the last instant at which a notice is in time."""
    return starts_at - timedelta(days=notice_days)


def is_late(starts_at: datetime, notice_days: int, now: datetime) -> bool:
    """Answer whether a notice that is sent now falls short of its notice period."""
    return now > latest_sending(starts_at, notice_days)
