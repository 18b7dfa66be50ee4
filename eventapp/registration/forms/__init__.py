"""Forms of registering, of a unit's delegation, and of the desk's pages about both."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    SubmitField,
    ValidationError,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from eventapp.alliance.queries import Member
from eventapp.core.errors import Invalid
from eventapp.core.names import clean_name
from eventapp.core.phones import clean_phone
from eventapp.registration.forms.questions import AnsweringForm
from eventapp.registration.rules import CATEGORY_LABEL, Category
from eventapp.web.errors import text_of
from eventapp.web.forms import BaseForm, LocalTimeField, long_field, needed, text_field

_: Any = lazy_gettext  # WTForms takes lazy texts, though its types do not say so
LARGEST_QUOTA = 100_000
DAYS_WRONG = _("保存天数是 1 到 365 之间的整数。")
MONTHS_WRONG = _("保存期限是 1 到 120 之间的整数，单位是月。")


def category_choices(categories: Iterable[Category]) -> list[tuple[str, str]]:
    """List categories as choices, worded."""
    return [(category.value, gettext(CATEGORY_LABEL[category])) for category in categories]


class PersonFields(BaseForm):
    """What is asked about a person, with the keyboards and the autofill that fit."""

    name = text_field(_("姓名"), longest=60, render_kw={"autocomplete": "name"})
    phone = text_field(
        _("手机号"),
        longest=30,
        render_kw={"type": "tel", "inputmode": "tel", "autocomplete": "tel"},
    )
    unit = text_field(
        _("单位"),
        longest=120,
        render_kw={"list": "member-units", "autocomplete": "organization"},
        description=_("先输入几个字再从名单里选；名单里没有的，直接填写其他单位。"),
    )
    titles = text_field(
        _("职务"),
        longest=160,
        required=False,
        render_kw={"autocomplete": "organization-title"},
    )
    email = text_field(
        _("邮箱"),
        longest=254,
        required=False,
        render_kw={"type": "email", "inputmode": "email", "autocomplete": "email"},
    )

    def validate_name(self, field: Field) -> None:
        """Refuse a name of which nothing can be seen."""
        if field.data and not clean_name(_storable(field.data)):
            raise ValidationError(gettext("请填写姓名。"))

    def validate_phone(self, field: Field) -> None:
        """Say at the field that a number cannot be one."""
        try:
            clean_phone(_storable(field.data or ""))
        except Invalid as error:
            raise ValidationError(text_of(error)) from error

    def validate_email(self, field: Field) -> None:
        """Say at the field that an address lacks its parts; the service looks closer."""
        local, at, domain = (field.data or "").partition("@")
        if field.data and not (local and at and "." in domain):
            raise ValidationError(gettext("邮箱格式不对。"))


def _storable(text: str) -> str:
    return text.replace("\x00", "")


class RegisterForm(AnsweringForm, PersonFields):
    """The public form: done in under a minute, one thumb."""

    category = RadioField(_("参会身份"), validators=[InputRequired(_("请选择参会身份。"))])
    consent = BooleanField(
        _("我已阅读并同意上面的个人信息说明"),
        validators=[InputRequired(_("请阅读个人信息说明，同意后勾选。"))],
    )
    consent_version = HiddenField()
    seal = HiddenField()
    memo = StringField()  # a trap: nobody sees it, programs fill it in
    submit = SubmitField(_("提交报名"))

    @property
    def version(self) -> int:
        """The version of the consent text that was on the page; -1 for none that exists."""
        return _version(self.consent_version.data)


def _version(text: str | None) -> int:
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


class EnterLinkForm(BaseForm):
    """Type the code of a printed slip."""

    code = text_field(
        _("编码"),
        longest=80,
        render_kw={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"},
        description=_("印在纸条上，共三十二位，空格可以不输。"),
    )
    submit = SubmitField(_("打开"))


class AddRegistrationForm(AnsweringForm, PersonFields):
    """A person whom the organiser adds by hand, in any category."""

    phone = text_field(
        _("手机号"), longest=30, required=False, render_kw={"type": "tel", "inputmode": "tel"}
    )
    unit = text_field(_("单位"), longest=120, required=False, render_kw={"list": "member-units"})
    category = SelectField(_("类别"), validators=[needed])
    submit = SubmitField(_("添加"))


class AnswerForForm(AnsweringForm):
    """What the organiser writes down for somebody who answered by telephone or on paper."""

    category = HiddenField()
    submit = SubmitField(_("保存"))


class DeclineForm(BaseForm):
    """Decline with a reason."""

    reason = text_field(_("原因"), longest=200, description=_("会写在通知里，请用完整的句子。"))
    submit = SubmitField(_("不通过"))


class CancelForm(BaseForm):
    """Cancel for somebody, with a word why."""

    reason = text_field(_("原因"), longest=200, required=False)
    submit = SubmitField(_("取消报名"))


class GiveMandateForm(BaseForm):
    """Let a person speak for a unit."""

    organisation_id = SelectField(_("代表哪个单位"), coerce=int, validators=[needed])
    proxy = BooleanField(_("受其他单位委托（已收到委托书）"))
    submit = SubmitField(_("授权"))


def _quota_field(label: Any, description: Any) -> IntegerField:
    range_words = _("名额是 0 到 100000 之间的整数。")
    return IntegerField(
        label,
        validators=[Optional(), NumberRange(0, LARGEST_QUOTA, range_words)],
        render_kw={"inputmode": "numeric"},
        description=description,
    )


class SetCategoryForm(BaseForm):
    """What a meeting allows in one category."""

    public = BooleanField(_("可以自行报名"))
    auto_approve = BooleanField(_("有名额即通过，不必审核"))
    quota = _quota_field(_("名额"), _("不填就是不限。"))
    submit = SubmitField(_("保存"))


class SetConsentForm(BaseForm):
    """The words that people agree to, and the term in them that the program keeps."""

    text = long_field(
        _("个人信息说明"),
        longest=4000,
        render_kw={"rows": 10},
        description=_(
            "写明收集哪些信息、作什么用、保存多久、怎样更正或删除。每次修改都是新的版本。"
        ),
    )
    contact_months = IntegerField(
        _("手机号和邮箱在闭会后保存的月数"),
        validators=[InputRequired(MONTHS_WRONG), NumberRange(1, 120, MONTHS_WRONG)],
        render_kw={"inputmode": "numeric"},
        description=_("到期由系统删除，请与上面写明的期限一致。"),
    )
    submit = SubmitField(_("保存为新版本"))


class SetLiaisonForm(BaseForm):
    """A unit's liaison and how many people it may send."""

    organisation_id = SelectField(_("单位"), coerce=int, validators=[needed])
    name = text_field(_("联络员姓名"), longest=60, required=False)
    phone = text_field(
        _("联络员手机号"),
        longest=30,
        required=False,
        render_kw={"type": "tel", "inputmode": "tel"},
    )
    quota = _quota_field(_("名额"), _("不填就是不限。"))
    email = text_field(
        _("联络员邮箱"),
        longest=254,
        required=False,
        render_kw={"type": "email", "inputmode": "email"},
        description=_("填了邮箱，可以从这里把链接发过去。"),
    )
    submit = SubmitField(_("保存"))

    validate_email = PersonFields.validate_email


class SetTermsForm(BaseForm):
    """What holds for everybody who comes: places, how many a unit, until when people change."""

    quota = _quota_field(_("会议名额"), _("所有类别合计，受邀的人也算在内；不填就是不限。"))
    unit_quota = _quota_field(
        _("每个单位的名额"), _("没有单独设定的单位都按这个数；不填就是不限。")
    )
    substitute_until = LocalTimeField(
        _("更换代表截止"),
        validators=[Optional()],
        description=_("不填就是到第一个人扫码入场为止，最晚到开会。"),
    )
    short_days = IntegerField(
        _("餐食、住宿、车辆信息在闭会后保存的天数"),
        validators=[InputRequired(DAYS_WRONG), NumberRange(1, 365, DAYS_WRONG)],
        render_kw={"inputmode": "numeric"},
    )
    submit = SubmitField(_("保存"))


class SetUnitQuotasForm(BaseForm):
    """How many people units may send, many units at once."""

    rows = long_field(
        _("单位和名额"),
        longest=100_000,
        required=False,
        render_kw={"rows": 8},
        description=_(
            "每行一个单位，名称后面写名额；可以从 Excel 复制两列。不写名额就按每个单位的名额。"
        ),
    )
    others = _quota_field(_("其余单位各"), _("上面没有写到的成员单位都改成这个数；不填就不改。"))
    submit = SubmitField(_("保存"))


class InvitePeopleForm(BaseForm):
    """People whom the organiser invites, pasted or typed, in one category."""

    category = SelectField(_("类别"), validators=[needed])
    rows = long_field(
        _("要邀请的人"),
        longest=100_000,
        render_kw={"rows": 8},
        description=_(
            "每行一位，依次是姓名、职务、电话、邮箱、单位，可以从 Excel 复制五列（后四列可空）。"
        ),
    )
    language = SelectField(_("用什么语言写信"), default="")
    submit = SubmitField(_("发出邀请"))


class AcceptInvitationForm(BaseForm):
    """An invited person comes, and has read what is kept."""

    consent = BooleanField(
        _("我已阅读并同意上面的个人信息说明"),
        validators=[InputRequired(_("请阅读个人信息说明，同意后勾选。"))],
    )
    consent_version = HiddenField()
    submit = SubmitField(_("出席"))

    @property
    def version(self) -> int:
        """The version of the consent text that was on the page; -1 for none that exists."""
        return _version(self.consent_version.data)


class DeclineInvitationForm(BaseForm):
    """An invited person does not come, perhaps with a word."""

    word = text_field(_("给会务组的话"), longest=200, required=False)
    submit = SubmitField(_("不能出席"))


class NoteLeaveForm(BaseForm):
    """A unit that excused itself."""

    organisation_id = SelectField(_("单位"), coerce=int, validators=[needed])
    reason = text_field(_("原因"), longest=200, required=False)
    submit = SubmitField(_("记录请假"))


def offer_units(field: Any, members: Iterable[Member]) -> None:
    """Fill a choice with the alliance's units."""
    field.choices = [(member.organisation_id, member.name) for member in members]


class ChangeOwnForm(AnsweringForm):
    """What a person changes alone: titles, address, a unit that is no member, the answers."""

    titles: Any = PersonFields.titles
    email: Any = PersonFields.email
    unit = text_field(_("单位"), longest=120, required=False)
    category = HiddenField()
    consent = BooleanField(_("我已阅读并同意上面的个人信息说明"))
    consent_version = HiddenField()
    submit = SubmitField(_("保存"))

    validate_email = PersonFields.validate_email


class AskCorrectionForm(BaseForm):
    """A name or a phone that the organiser is asked to correct."""

    name: Any = PersonFields.name
    phone = text_field(
        _("手机号"), longest=30, required=False, render_kw={"type": "tel", "inputmode": "tel"}
    )
    submit = SubmitField(_("请会务组更正"))

    validate_name = PersonFields.validate_name
    validate_phone = PersonFields.validate_phone
