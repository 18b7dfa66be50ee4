"""Forms of notices and of letters to many."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    IntegerField,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from eventapp.core.papers import MEDIA_TYPES
from eventapp.meetings.models import Meeting
from eventapp.notices.models import Notice
from eventapp.notices.rules import MOST_ANNOUNCED, Draft
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
DAYS_WRONG = _("天数是 0 到 90 之间的整数。")


class NoticeForm(BaseForm):
    """What a notice says."""

    title = text_field(_("标题"), longest=160)
    text = long_field(_("正文"), longest=8000, render_kw={"rows": 10})
    matters = long_field(
        _("会议议题"),
        longest=4000,
        required=False,
        description=_("每行一项，取自议程，可以改。"),
        render_kw={"rows": 6},
    )
    reply_by = LocalTimeField(_("回执截止时间"), [Optional()])
    notice_days = IntegerField(
        _("提前几天通知"),
        [InputRequired(DAYS_WRONG), NumberRange(0, 90, DAYS_WRONG)],
        description=_("按章程规定填写；迟于这个期限发出，要写明理由。"),
    )

    seen = HiddenField()

    def fill(self, notice: Notice, meeting: Meeting) -> None:
        """Show a notice as it is kept."""
        self.title.data, self.text.data = notice.title, notice.text
        self.matters.data = "\n".join(notice.matters)
        self.notice_days.data = notice.notice_days
        by = notice.reply_by
        self.reply_by.data = to_local(by, meeting.zone) if by else None

    def draft(self, meeting: Meeting) -> Draft:
        """Give what was typed."""
        by = self.reply_by.data
        return Draft(
            title=self.title.data or "",
            text=self.text.data or "",
            matters=(self.matters.data or "").splitlines(),
            reply_by=to_utc(by, meeting.zone) if by else None,
            notice_days=self.notice_days.data or 0,
            seen=(self.seen.data or "")[:64],
        )


class PaperForm(BaseForm):
    """A paper that goes with a notice."""

    paper = FileField(
        _("会议文件"),
        [needed],
        description=_("PDF、JPG、PNG 或 DOCX，不超过 10 MB。"),
        render_kw={"accept": ",".join(MEDIA_TYPES.values())},
    )


def _due(_form: Any, _field: Any) -> None:
    """Mark a field that is shown only where it is needed; the verb says when it is missing."""


_due.field_flags = {"needed": True}  # type: ignore[attr-defined]


class SendNoticeForm(BaseForm):
    """The last word before a notice goes out."""

    late_reason = text_field(_("迟发的理由"), longest=200, required=False, validators=[_due])


class WriteForm(BaseForm):
    """The last word before a letter goes to many."""

    texts = BooleanField(
        _("没有邮箱的人，生成短信文件"),
        description=_("系统不直接发短信：文字存成文件，由会务组自行发送。"),
    )
    seen = IntegerField(_("人数"), [Optional()])


class SeenForm(BaseForm):
    """Send what was looked at; `seen` names it."""

    seen = HiddenField(default="")


class AnnounceForm(BaseForm):
    """A sentence for everybody."""

    text = long_field(
        _("公告内容"),
        longest=MOST_ANNOUNCED,
        description=_("一两句话，例如：下午的分组会改在二号厅。"),
        render_kw={"rows": 3},
    )
