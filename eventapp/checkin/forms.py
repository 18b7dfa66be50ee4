"""Forms of the door and of its desk pages."""

from collections.abc import Iterable
from secrets import token_hex
from typing import Any
from uuid import uuid4

from flask_babel import gettext
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from eventapp.checkin.models import DoorSession, Gate
from eventapp.checkin.rules import TEXT_LONGEST, WAY_LABEL, Direction, Way
from eventapp.registration.forms import PersonFields
from eventapp.registration.rules import CATEGORY_LABEL, REISSUE_LABEL, Category, Reissue
from eventapp.web.forms import BaseForm, LocalTimeField, text_field, to_utc
from eventapp.web.forms import lazy as _


class TypeCodeForm(BaseForm):
    """A typed code, or what a wedge scanner types; `scan_id` keeps a second press harmless."""

    gate = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    scan_id = HiddenField(default=lambda: str(uuid4()))
    direction = HiddenField(default=Direction.ENTRY)
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


class ChooseGateForm(BaseForm):
    """The gate at which this browser scans."""

    gate = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class RenameDeviceForm(BaseForm):
    """The name of a device."""

    label = text_field(_("设备名称"), longest=40)


class OfferDeviceForm(RenameDeviceForm):
    """A phone that is to scan at a gate."""

    gate = SelectField(_("在哪个入口"), validators=[InputRequired()])

    def __init__(self, gates: Iterable[Gate], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.gate.choices = [(str(gate.id), gate.name) for gate in gates]


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

    session = SelectField(
        _("通往哪个场次"),
        coerce=int,
        description=_("在这里扫码，就是进出这个场次。有了扫码记录以后不能再改。"),
    )
    way = RadioField(_("进出方向"), default=Way.BOTH)

    def __init__(
        self, *args: Any, gate: Gate, sessions: Iterable[DoorSession], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not self.session.raw_data:  # what a form does not send stays as it is
            self.session.data = gate.session_id
        if not self.way.raw_data:
            self.way.data = gate.way
        self.session.flags.needed = self.way.flags.needed = True
        self.session.choices = [(one.id, one.name) for one in sessions]
        self.way.choices = [(one.value, gettext(WAY_LABEL[one])) for one in Way]
        self.categories.choices = [(one.value, gettext(CATEGORY_LABEL[one])) for one in Category]

    def values(self, zone: str) -> dict[str, Any]:
        """Give what was typed as the verb wants it."""
        opens, closes = self.opens_at.data, self.closes_at.data
        return {
            "name": self.name.data or "",
            "categories": [Category(word) for word in self.categories.data or ()],
            "opens_at": to_utc(opens, zone) if opens else None,
            "closes_at": to_utc(closes, zone) if closes else None,
            "session_id": self.session.data,
            "way": Way(self.way.data),
        }


class DescribeSessionForm(BaseForm):
    """A session: its name, how many it holds, and whether one may come in again."""

    name = text_field(_("场次名称"), longest=60)
    capacity = IntegerField(
        _("场内人数上限"),
        validators=[Optional()],
        render_kw={"inputmode": "numeric"},
        description=_("不填就是不限。到了上限，有人离场才能再放行；改小不会请出已在场的人。"),
    )
    reentry = BooleanField(_("离场后可以再次入场"), description=_("不勾选，就是一人只能入场一次。"))

    def values(self) -> dict[str, Any]:
        """Give what was typed as the verb wants it."""
        return {
            "name": self.name.data or "",
            "capacity": self.capacity.data,
            "reentry": bool(self.reentry.data),
        }


class AdmitFoundForm(BaseForm):
    """Somebody of the help desk's list; `key` makes the scan's id and a second press harmless."""

    gate = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    key = HiddenField(default=lambda: token_hex(8))


class AdmitByHandForm(AdmitFoundForm):
    """The same for somebody who can show nothing."""

    reason = text_field(_("人工登记的原因"), longest=200)


class ReissueForm(BaseForm):
    """A new pass; `seen` is the generation that the page knew, and a second press is harmless."""

    gate = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    seen = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    why = RadioField(_("补发的原因"), validators=[InputRequired(_("请选择补发的原因。"))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.why.choices = [(one.value, gettext(REISSUE_LABEL[one])) for one in Reissue]


class _ArrivalForm(PersonFields):
    """Somebody who stands at the help desk; `key` makes a second press harmless."""

    gate = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    key = HiddenField(default=lambda: token_hex(8))
    email = None
    name = text_field(_("姓名"), longest=60, render_kw={"autocomplete": "off"})
    titles = text_field(_("职务"), longest=160, required=False, render_kw={"autocomplete": "off"})
    consent = BooleanField(
        _("我已把个人信息说明告知本人，并得到同意"),
        validators=[InputRequired(_("请先告知本人，同意后勾选。"))],
    )

    def validate_email(self, field: Field) -> None:
        """Nobody is asked for an address here."""


class WalkInForm(_ArrivalForm):
    """Somebody who was not expected; where no rule approves, `word` says why a supervisor does."""

    phone = text_field(
        _("手机号"),
        longest=30,
        required=False,
        render_kw={"type": "tel", "inputmode": "tel", "autocomplete": "off"},
    )
    unit = text_field(
        _("单位"),
        longest=120,
        required=False,
        render_kw={"list": "member-units", "autocomplete": "off"},
    )
    category = RadioField(_("类别"), validators=[InputRequired(_("请选择类别。"))])
    word = text_field(
        _("主管同意的原因"),
        longest=200,
        required=False,
        render_kw={"autocomplete": "off"},
        description=_("只在所选类别不能自动通过时填写；不要写身份证号等个人信息。"),
    )


class SubstituteAtDoorForm(_ArrivalForm):
    """Who comes instead of somebody who is registered."""

    unit = None
    phone = text_field(
        _("手机号"),
        longest=30,
        render_kw={"type": "tel", "inputmode": "tel", "autocomplete": "off"},
    )
    reason = text_field(
        _("换人的原因"),
        longest=200,
        render_kw={"autocomplete": "off"},
        description=_("会留在原代表的报名里；不要写身份证号等个人信息。"),
    )


class AdmitUnitForm(BaseForm):
    """People of a unit: those ticked, or all whom the page showed as not there yet."""

    key = HiddenField(default=lambda: token_hex(8))
    people = SelectMultipleField(_("要入场的人"), coerce=int, validate_choice=False)
    shown = SelectMultipleField(coerce=int, validate_choice=False)
    all = BooleanField()

    def chosen(self) -> list[int]:
        """Tell who comes in."""
        return list((self.shown.data if self.all.data else self.people.data) or ())
