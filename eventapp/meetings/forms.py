"""Forms of meetings."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext
from wtforms import (
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
    SelectField,
    SubmitField,
)
from wtforms.validators import Optional

from eventapp.meetings.models import Meeting, Room
from eventapp.meetings.rules import KIND_LABEL, Kind
from eventapp.web.forms import (
    BaseForm,
    LocalTimeField,
    long_field,
    needed,
    text_field,
    to_local,
    to_utc,
)

_: Any = lazy_gettext
SLUG_KW = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


class MeetingForm(BaseForm):
    """What a meeting is, when and where."""

    title = text_field(_("会议名称"), longest=160)
    kind = RadioField(
        _("类型"),
        validators=[needed],
        choices=[SelectChoice(kind.value, _(KIND_LABEL[kind])) for kind in Kind],
    )
    slug = text_field(
        _("网址名"),
        longest=60,
        render_kw=SLUG_KW,
        description=_("出现在网址里，如 founding-2024；发布后不能再改。"),
    )
    starts_at = LocalTimeField(_("开始时间"), [needed])
    ends_at = LocalTimeField(_("结束时间"), [needed])
    zone = text_field(
        _("时区"), longest=40, description=_("以上时间按这个时区，如 Asia/Shanghai。")
    )
    venue = text_field(_("地点"), longest=160, required=False)
    address = text_field(_("地址"), longest=200, required=False)
    rooms = long_field(
        _("会场"), longest=2000, required=False, description=_("每行一个，如：主会场、二楼报告厅。")
    )
    host_name = text_field(_("主持人"), longest=60, required=False)
    registration_closes_at = LocalTimeField(_("报名截止时间"), [Optional()])
    prepares_id = SelectField(_("为哪次会议做筹备"), choices=[], coerce=int, default=0)
    introduction = long_field(_("会议介绍"), longest=4000, required=False)
    submit = SubmitField(_("保存"))

    def offer(self, others: list[Meeting]) -> None:
        """Offer the alliance's other meetings as the one that this one prepares."""
        none = SelectChoice("0", str(_("不是筹备会议")))
        self.prepares_id.choices = [
            none,
            *(SelectChoice(str(other.id), other.title) for other in others),
        ]

    def values(self) -> dict[str, Any]:
        """Give what was typed as the verb wants it; raises KeyError for an unknown zone."""
        zone = self.zone.data or ""
        closes = self.registration_closes_at.data
        return {
            "slug": self.slug.data or "",
            "kind": Kind(self.kind.data),
            "title": self.title.data or "",
            "starts_at": _instant(self.starts_at.data, zone),
            "ends_at": _instant(self.ends_at.data, zone),
            "zone": zone,
            "venue": self.venue.data or "",
            "address": self.address.data or "",
            "introduction": self.introduction.data or "",
            "host_name": self.host_name.data or "",
            "prepares_id": self.prepares_id.data or None,
            "rooms": (self.rooms.data or "").splitlines(),
            "registration_closes_at": _instant(closes, zone) if closes else None,
        }


def _instant(local: datetime | None, zone: str) -> datetime:
    assert local is not None  # noqa: S101 - `needed` has refused an empty one
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        zone = "UTC"  # the verb refuses the zone at its own field
    return to_utc(local, zone)


def shown(meeting: Meeting, rooms: list[Room]) -> dict[str, Any]:
    """Give a meeting's details as the form shows them."""
    closes = meeting.registration_closes_at
    return {
        "title": meeting.title,
        "kind": meeting.kind.value,
        "slug": meeting.slug,
        "starts_at": to_local(meeting.starts_at, meeting.zone),
        "ends_at": to_local(meeting.ends_at, meeting.zone),
        "zone": meeting.zone,
        "venue": meeting.venue,
        "address": meeting.address,
        "rooms": "\n".join(room.name for room in rooms),
        "host_name": meeting.host_name,
        "registration_closes_at": to_local(closes, meeting.zone) if closes else None,
        "prepares_id": meeting.prepares_id or 0,
        "introduction": meeting.introduction,
    }


class CopyMeetingForm(BaseForm):
    """Call a meeting with the details of another."""

    title = text_field(_("会议名称"), longest=160)
    slug = text_field(_("网址名"), longest=60, render_kw=SLUG_KW)
    starts_at = LocalTimeField(_("开始时间"), [needed])
    submit = SubmitField(_("复制"))


class SetStateForm(BaseForm):
    """Lead a meeting to its next state."""

    state = text_field(_("状态"), longest=40)
    reason = text_field(_("原因"), longest=200, required=False)
