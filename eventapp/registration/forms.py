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
    SubmitField,
    ValidationError,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from eventapp.alliance.queries import Member
from eventapp.core.errors import Invalid
from eventapp.core.names import clean_name
from eventapp.core.phones import clean_phone
from eventapp.registration.rules import CATEGORY_LABEL, Category
from eventapp.web.errors import text_of
from eventapp.web.forms import BaseForm, long_field, needed, text_field

_: Any = lazy_gettext  # WTForms takes lazy texts, though its types do not say so
LARGEST_QUOTA = 100_000
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


class RegisterForm(PersonFields):
    """The public form: done in under a minute, one thumb."""

    category = RadioField(_("参会身份"), validators=[InputRequired(_("请选择参会身份。"))])
    consent = BooleanField(
        _("我已阅读并同意上面的个人信息说明"),
        validators=[InputRequired(_("请阅读个人信息说明，同意后勾选。"))],
    )
    consent_version = HiddenField()
    submit = SubmitField(_("提交报名"))

    @property
    def version(self) -> int:
        """The version of the consent text that was on the page; -1 for none that exists."""
        text = self.consent_version.data or ""
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


class AddDelegateForm(PersonFields):
    """One more person of a unit; the unit is the liaison's own."""

    unit = None
    category = RadioField(_("参会身份"), validators=[InputRequired(_("请选择参会身份。"))])
    consent = BooleanField(
        _("我已把个人信息说明告知本人，并得到同意"),
        validators=[InputRequired(_("请先告知本人，同意后勾选。"))],
    )
    submit = SubmitField(_("添加"))


class AddRegistrationForm(PersonFields):
    """A person whom the organiser adds by hand, in any category."""

    phone = text_field(
        _("手机号"), longest=30, required=False, render_kw={"type": "tel", "inputmode": "tel"}
    )
    unit = text_field(_("单位"), longest=120, required=False, render_kw={"list": "member-units"})
    category = SelectField(_("类别"), validators=[needed])
    submit = SubmitField(_("添加"))


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


class SetCategoryForm(BaseForm):
    """What a meeting allows in one category."""

    public = BooleanField(_("可以自行报名"))
    auto_approve = BooleanField(_("有名额即通过，不必审核"))
    quota = IntegerField(
        _("名额"),
        validators=[
            Optional(),
            NumberRange(0, LARGEST_QUOTA, _("名额是 0 到 100000 之间的整数。")),
        ],
        render_kw={"inputmode": "numeric"},
        description=_("不填就是不限。"),
    )
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
    quota = IntegerField(
        _("名额"),
        validators=[
            Optional(),
            NumberRange(0, LARGEST_QUOTA, _("名额是 0 到 100000 之间的整数。")),
        ],
        render_kw={"inputmode": "numeric"},
        description=_("不填就是不限。"),
    )
    submit = SubmitField(_("保存"))


class NoteLeaveForm(BaseForm):
    """A unit that excused itself."""

    organisation_id = SelectField(_("单位"), coerce=int, validators=[needed])
    reason = text_field(_("原因"), longest=200, required=False)
    submit = SubmitField(_("记录请假"))


def offer_units(field: Any, members: Iterable[Member]) -> None:
    """Fill a choice with the alliance's units."""
    field.choices = [(member.organisation_id, member.name) for member in members]
