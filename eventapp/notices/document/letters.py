"""What is written to people: one template for each kind, in the language of its reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext

from eventapp.accounts.models import PersonalLink
from eventapp.accounts.queries import LinkHere
from eventapp.agenda.document import calendar_file
from eventapp.agenda.queries import latest_edition
from eventapp.core import installation
from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import STATE_LABEL, State
from eventapp.notices.models import Notice
from eventapp.notices.queries import Change
from eventapp.notices.rules import Kind
from eventapp.registration.document import CHINESE, link_address
from eventapp.registration.queries import DelegationRow, Row
from eventapp.registration.rules import CATEGORY_LABEL, format_code
from eventapp.web.filters import long_time

SUBJECTS: dict[Kind, str] = {
    Kind.RECEIVED: N_("已收到报名：%(meeting)s"),
    Kind.APPROVAL: N_("报名已通过：%(meeting)s"),
    Kind.DECLINE: N_("报名未能通过：%(meeting)s"),
    Kind.WAITLIST: N_("报名已列入候补：%(meeting)s"),
    Kind.MOVED_UP: N_("您已由候补转为正式参会：%(meeting)s"),
    Kind.SUBSTITUTE: N_("请您代表本单位参会：%(meeting)s"),
    Kind.SUBSTITUTED: N_("您的单位已改派他人参会：%(meeting)s"),
    Kind.CANCELLATION: N_("参会登记已取消：%(meeting)s"),
    Kind.INVITATION: N_("邀请您出席：%(meeting)s"),
    Kind.INVITATION_REMINDER: N_("请答复邀请：%(meeting)s"),
    Kind.REMINDER: N_("会前提醒：%(meeting)s"),
    Kind.CHANGE: N_("会议有变动：%(meeting)s"),
    Kind.NOTICE: N_("会议通知：%(meeting)s"),
    Kind.NOTICE_REMINDER: N_("请报回执：%(meeting)s"),
    Kind.LIAISON_LINK: N_("本单位的报名链接：%(meeting)s"),
    Kind.AGENDA: N_("议程有更改：%(meeting)s"),
    Kind.ANNOUNCEMENT: N_("会议公告：%(meeting)s"),
}
WITH_CALENDAR = (Kind.APPROVAL, Kind.MOVED_UP, Kind.SUBSTITUTE, Kind.CHANGE)
WITHOUT_LINK = (Kind.SUBSTITUTED, Kind.CHANGE, Kind.CANCELLATION, Kind.ANNOUNCEMENT)
"""Letters that are whole without a personal link."""
CHANGE_LABEL: dict[str, str] = {
    "time": N_("时间"),
    "venue": N_("地点"),
    "address": N_("地址"),
    "state": N_("会议状态"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is posted."""

    subject: str
    text: str
    calendar: bytes = b""


def letter_to_person(
    kind: Kind,
    meeting: Meeting,
    row: Row,
    link: PersonalLink | LinkHere | None,
    *,
    changes: Sequence[Change] = (),
    announced: str = "",
    language: str | None = None,
) -> Letter:
    """Write to somebody about their registration, in their own language unless one is named."""
    with force_locale((row.language if language is None else language) or CHINESE):
        subject, text = written(
            kind,
            f"registration_{kind.value}",
            meeting,
            row=row,
            category=CATEGORY_LABEL[row.category],
            code=format_code(row.code) if row.code else "—",
            link=link_address(link) if link is not None else "",
            changes=[_worded(meeting, change) for change in changes],
            announced=announced,
        )
        calendar = (
            calendar_file(meeting, latest_edition(meeting.id)) if kind in WITH_CALENDAR else b""
        )
    return Letter(subject, text, calendar)


def letter_to_unit(
    kind: Kind,
    meeting: Meeting,
    unit: DelegationRow,
    link: PersonalLink,
    notice: Notice | None = None,
    *,
    language: str = CHINESE,
) -> Letter:
    """Write to a unit's liaison, about a notice where one is named; in Chinese, as notices are,
    unless another language is named."""
    with force_locale(language):
        return Letter(
            *written(
                kind,
                kind.value,
                meeting,
                notice=notice,
                unit=unit.organisation,
                liaison=unit.liaison,
                link=link_address(link),
                ends_at=link.expires_at,
            )
        )


def written(kind: Kind, template: str, meeting: Meeting, **values: Any) -> tuple[str, str]:
    """Render without a request, in the language that is forced: workers write letters."""
    text = current_app.jinja_env.get_template(f"mail/{template}.txt").render(
        demo=installation.is_demo(), meeting=meeting, **values
    )
    return gettext(SUBJECTS[kind]) % {"meeting": meeting.title}, text


def _worded(meeting: Meeting, change: Change) -> dict[str, str]:
    return {
        "what": gettext(CHANGE_LABEL[change.what]),
        "before": _value(meeting, change.what, change.before),
        "after": _value(meeting, change.what, change.after),
    }


def _value(meeting: Meeting, what: str, value: str) -> str:
    if what == "time":
        return long_time(datetime.fromisoformat(value), meeting.zone)
    if what == "state":
        return gettext(STATE_LABEL[State(value)]) if value else ""
    return value or "—"
