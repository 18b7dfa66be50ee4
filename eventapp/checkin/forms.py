"""Forms of the door and of its desk pages."""

from typing import Any
from uuid import uuid4

from flask_babel import gettext
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectMultipleField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from eventapp.checkin.rules import TEXT_LONGEST
from eventapp.registration.rules import CATEGORY_LABEL, Category
from eventapp.web.forms import BaseForm, LocalTimeField, text_field, to_utc
from eventapp.web.forms import lazy as _


class TypeCodeForm(BaseForm):
    """A typed code, or what a wedge scanner types; `scan_id` keeps a second press harmless."""

    gate = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    scan_id = HiddenField(default=lambda: str(uuid4()))
    code = text_field(
        _("签到码"),
        longest=TEXT_LONGEST,
        render_kw={
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "enterkeyhint": "go",
            "placeholder": "7F3A 91C2",
        },
    )


class KioskCodeForm(BaseForm):
    """A code that somebody types for themselves; nothing that was typed is kept."""

    scan_id = HiddenField(default=lambda: str(uuid4()))
    code = text_field(
        _("签到码"),
        longest=TEXT_LONGEST,
        render_kw={
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "enterkeyhint": "go",
            "placeholder": "7F3A 91C2",
        },
    )


class LeaveKioskForm(BaseForm):
    """The password that opens a locked browser again."""

    password = PasswordField(
        _("门岗主管的密码"),
        validators=[InputRequired(_("请输入密码。"))],
        render_kw={"autocomplete": "off"},
    )


class SetSigningForm(BaseForm):
    """Whether whoever comes in is asked to sign on the screen."""

    signs = BooleanField(
        _("入场签名"),
        description=_("签到后请本人用手指在屏幕上签名，印在签到表姓名旁。"),
    )


class UndoAdmissionForm(BaseForm):
    """An admission to be taken back."""

    gate = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    registration_id = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    reason = text_field(_("撤销的原因"), longest=200)


class NameGateForm(BaseForm):
    """The name of a gate."""

    name = text_field(_("入口名称"), longest=40)


class ChangeGateForm(NameGateForm):
    """A gate with its rules; times are those of the meeting's zone."""

    categories = SelectMultipleField(
        _("接待哪些类别"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description=_("都不选就是接待所有人。"),
    )
    opens_at = LocalTimeField(
        _("开放时间"), validators=[Optional()], description=_("不填就是一直开放。")
    )
    closes_at = LocalTimeField(
        _("关闭时间"), validators=[Optional()], description=_("到这一刻停止入场，离场不受限制。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.categories.choices = [(one.value, gettext(CATEGORY_LABEL[one])) for one in Category]

    def values(self, zone: str) -> dict[str, Any]:
        """Give what was typed as the verb wants it."""
        opens, closes = self.opens_at.data, self.closes_at.data
        return {
            "name": self.name.data or "",
            "categories": [Category(word) for word in self.categories.data or ()],
            "opens_at": to_utc(opens, zone) if opens else None,
            "closes_at": to_utc(closes, zone) if closes else None,
        }


class SetCapacityForm(BaseForm):
    """How many may be inside at once."""

    capacity = IntegerField(
        _("场内人数上限"),
        validators=[Optional()],
        render_kw={"inputmode": "numeric"},
        description=_("不填就是不限。到了上限，有人离场才能再放行；改小不会请出已在场的人。"),
    )
