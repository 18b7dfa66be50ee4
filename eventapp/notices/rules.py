"""What a notice, a reply and a letter can be; when a notice is late, and a reply too late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.meetings.rules import State as MeetingState
from eventapp.registration.rules import LIAISON_LINK, State


class NoticeState(StrEnum):
    """Where a notice stands; a sent one is never changed, a later one follows it."""

    DRAFT = "draft"
    SENT = "sent"


NOTICE_LABEL: dict[NoticeState, str] = {
    NoticeState.DRAFT: N_("未发出"),
    NoticeState.SENT: N_("已发出"),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a notice says, as somebody wrote it."""

    title: str
    text: str
    matters: Sequence[str]
    reply_by: datetime | None
    notice_days: int
    seen: str = ""
    """The digest of the meeting's arrangements that stood beside it while it was written."""


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

MOST_ANNOUNCED = 500
"""Characters that an announcement may have: a wall shows no more."""
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


def ensure_in_time(starts_at: datetime, notice_days: int, now: datetime, late_reason: str) -> str:
    """Return the reason why a notice goes out late, empty for one in time.

    Raises Invalid (field `late_reason`) for a late one without a reason.
    """
    if not is_late(starts_at, notice_days, now):
        return ""
    if not late_reason.strip():
        raise Invalid(
            "notice_late",
            N_("距会议已不足 %(days)s 天，请写明理由，理由会记录在案。"),
            field="late_reason",
            days=notice_days,
        )
    return late_reason.strip()


REPLY_DAYS = 3
"""Days before the meeting until which a new notice asks for replies, while that lies ahead."""
_WEEKDAYS = "一二三四五六日"


def usual_reply_by(starts_at: datetime, now: datetime) -> datetime | None:
    """Return until when replies are asked for unless somebody writes another time."""
    until = starts_at - timedelta(days=REPLY_DAYS)
    return until if until > now else None


# The words of a notice are content: it is written in the language of the meeting and can be
# changed until it is sent, whatever language the reader's screen has.
def compose_title(meeting: str) -> str:
    """Return the title with which a notice begins, as GB/T 9704-2012 (7.3.1) asks for it."""
    return f"关于召开{meeting}的通知"


def chinese_day(instant: datetime, zone: str, *, time: bool = False) -> str:
    """Write a day as papers do, with the hour if asked: 2024年1月19日09:00."""
    at = instant.astimezone(ZoneInfo(zone))
    return (
        f"{at.year}年{at.month}月{at.day}日{at:%H:%M}"
        if time
        else (f"{at.year}年{at.month}月{at.day}日")
    )


def compose_text(meeting: str, starts_at: datetime, zone: str, venue: str, address: str) -> str:
    """Return the text with which a notice begins; time and place are part of it."""
    at = starts_at.astimezone(ZoneInfo(zone))
    weekday = _WEEKDAYS[at.weekday()]
    day = f"{chinese_day(starts_at, zone)}（星期{weekday}）{at:%H:%M}"
    place = f"{venue}（{address}）" if venue and address else venue or address
    lines = [
        f"定于{day}召开{meeting}，现将有关事项通知如下。",
        f"一、会议时间：{day}开始，请提前半小时签到。",
        f"二、会议地点：{place}。" if place else "二、会议地点：另行通知。",
        "三、参会人员：各成员单位代表，名额见本单位页面。",
        "四、请各单位在本单位页面报名并填写回执；不能参会的，请在回执中请假，"
        "或者委托其他单位的代表。",
    ]
    return "\n".join(lines)


class Kind(StrEnum):
    """What a letter to a person or a unit is for."""

    RECEIVED = "received"
    APPROVAL = "approval"
    DECLINE = "decline"
    WAITLIST = "waitlist"
    MOVED_UP = "moved_up"
    SUBSTITUTE = "substitute"
    SUBSTITUTED = "substituted"
    CANCELLATION = "cancellation"
    INVITATION = "invitation"
    INVITATION_REMINDER = "invitation_reminder"
    REMINDER = "reminder"
    CHANGE = "change"
    NOTICE = "notice"
    NOTICE_REMINDER = "notice_reminder"
    LIAISON_LINK = LIAISON_LINK
    AGENDA = "agenda"
    ANNOUNCEMENT = "announcement"


KIND_LABEL: dict[Kind, str] = {
    Kind.RECEIVED: N_("收到报名"),
    Kind.APPROVAL: N_("报名通过"),
    Kind.DECLINE: N_("报名未通过"),
    Kind.WAITLIST: N_("列入候补"),
    Kind.MOVED_UP: N_("候补转正"),
    Kind.SUBSTITUTE: N_("换人：致新代表"),
    Kind.SUBSTITUTED: N_("换人：致原代表"),
    Kind.CANCELLATION: N_("报名取消"),
    Kind.INVITATION: N_("邀请"),
    Kind.INVITATION_REMINDER: N_("催请答复"),
    Kind.REMINDER: N_("会前提醒"),
    Kind.CHANGE: N_("变动通知"),
    Kind.NOTICE: N_("会议通知"),
    Kind.NOTICE_REMINDER: N_("催报回执"),
    Kind.LIAISON_LINK: N_("联络员链接"),
    Kind.AGENDA: N_("议程更改"),
    Kind.ANNOUNCEMENT: N_("公告"),
}
TO_UNITS = (Kind.NOTICE, Kind.NOTICE_REMINDER, Kind.LIAISON_LINK)
OF_OWN_PAGE = (Kind.AGENDA, Kind.ANNOUNCEMENT)
"""Letters that are looked at and sent on pages of their own."""
TO_PEOPLE = tuple(kind for kind in Kind if kind not in (*TO_UNITS, *OF_OWN_PAGE))
TO_MANY = (Kind.REMINDER, Kind.CHANGE)
"""What somebody at the desk sends to everybody; all else follows from an act."""

_BY_STATE: dict[State, Kind] = {
    State.SUBMITTED: Kind.RECEIVED,
    State.APPROVED: Kind.APPROVAL,
    State.DECLINED: Kind.DECLINE,
    State.WAITLISTED: Kind.WAITLIST,
    State.INVITED: Kind.INVITATION,
    State.REPLACED: Kind.SUBSTITUTED,
    State.CANCELLED: Kind.CANCELLATION,
}


def decide_kind(
    state: State, before: State | None, *, is_substitute: bool, was_reminded: bool
) -> Kind | None:
    """Say what is written to somebody whose registration came into a state; None for nothing."""
    if state is State.APPROVED and before is State.WAITLISTED:
        return Kind.MOVED_UP
    if state is State.APPROVED and before is None and is_substitute:
        return Kind.SUBSTITUTE
    if state is State.INVITED and was_reminded:
        return Kind.INVITATION_REMINDER
    return _BY_STATE.get(state)
