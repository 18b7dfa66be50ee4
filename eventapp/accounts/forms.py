"""Forms of accounts and personal links."""

from flask_babel import lazy_gettext as _
from wtforms import EmailField, SelectField, SubmitField
from wtforms.validators import Email

from eventapp.core.access import LINK_ROLES, ROLE_LABEL, Role
from eventapp.web.forms import BaseForm, needed, strip, text_field


class OpenLinkForm(BaseForm):
    """The one button of a personal link."""

    submit = SubmitField(_("打开"))


class OpenBoundLinkForm(BaseForm):
    """The button of a link that asks for a sign-in code."""

    code = text_field(
        _("登录码"),
        longest=12,
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters"},
        description=_("六位，在签到处领取。"),
    )
    submit = SubmitField(_("打开"))


class InviteStaffForm(BaseForm):
    """Invite somebody to a role."""

    name = text_field(_("姓名"), longest=60)
    email = EmailField(
        _("邮箱"), filters=[strip], validators=[needed, Email(message=_("邮箱格式不对。"))]
    )
    role = SelectField(
        _("身份"),
        choices=[
            (role.value, ROLE_LABEL[role])
            for role in Role
            if role not in LINK_ROLES and role is not Role.ADMINISTRATOR
        ],
    )
    submit = SubmitField(_("邀请"))
