"""Forms of accounts and personal links."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import (
    EmailField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
    SelectField,
    SubmitField,
)
from wtforms.validators import Email

from eventapp.core.access import LINK_ROLES, ROLE_LABEL, Role
from eventapp.core.errors import N_
from eventapp.web.forms import BaseForm, needed, strip, text_field

_: Any = lazy_gettext


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
        validators=[needed],
        choices=[
            SelectChoice(role.value, _(ROLE_LABEL[role]))
            for role in Role
            if role not in LINK_ROLES and role is not Role.ADMINISTRATOR
        ],
        description=_("各身份能办的事不同；门岗只能验票，签发人只能看和签。"),
    )
    submit = SubmitField(_("邀请"))


LIBRARY_MESSAGES: dict[str, tuple[str, str]] = {
    "API_ERROR": (N_("这一步无法办理，请从头再来。"), "error"),
    "GENERIC_AUTHN_FAILED": (N_("邮箱或密码不对，请重新输入。"), "error"),
    "GENERIC_RECOVERY": (
        N_("如果这个邮箱有账号，重设密码的邮件已经发出，请查收。"),
        "info",
    ),
    "UNAUTHENTICATED": (N_("请先登录。"), "error"),
    "UNAUTHORIZED": (N_("您的身份不能进行这一操作。"), "error"),
    "REAUTHENTICATION_REQUIRED": (N_("为了安全，请再输入一次密码。"), "error"),
    "PASSWORD_MISMATCH": (N_("密码不对，请重新输入。"), "error"),
    "RETYPE_PASSWORD_MISMATCH": (N_("两次输入的密码不一样。"), "error"),
    "INVALID_REDIRECT": (N_("不能转到其他网站。"), "error"),
    "INVALID_RECOVERY_CODE": (N_("这个备用码不对，或已经用过。"), "error"),
    "NO_RECOVERY_CODES_SETUP": (N_("还没有备用码，请先生成。"), "info"),
    "PASSWORD_RESET_REQUEST": (
        N_("如果这个邮箱有账号，重设密码的邮件已经发出，请查收。"),
        "info",
    ),
    "PASSWORD_RESET_EXPIRED": (N_("这个链接已过期，请重新索取。"), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (N_("这个链接已失效或已经用过，请重新索取。"), "error"),
    "DISABLED_ACCOUNT": (N_("这个账号已停用，请联系系统管理员。"), "error"),
    "EMAIL_NOT_PROVIDED": (N_("请填写邮箱。"), "error"),
    "INVALID_EMAIL_ADDRESS": (N_("邮箱格式不对。"), "error"),
    "INVALID_CODE": (N_("验证码不对，请看手机上的最新一组。"), "error"),
    "INVALID_INPUT": (N_("这里的内容不对，请重新填写。"), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("请填写密码。"), "error"),
    "PASSWORD_INVALID_LENGTH": (N_("密码至少要 %(length)s 个字符。"), "error"),
    "PASSWORD_TOO_SIMPLE": (N_("这个密码太简单，请换一个。"), "error"),
    "USER_DOES_NOT_EXIST": (N_("邮箱或密码不对，请重新输入。"), "error"),
    "INVALID_PASSWORD": (N_("密码不对，请重新输入。"), "error"),
    "INVALID_PASSWORD_CODE": (N_("密码或验证码不对，请重新输入。"), "error"),
    "PASSWORD_RESET": (N_("密码已设好。"), "success"),
    "PASSWORD_RESET_NO_LOGIN": (N_("密码已设好，请用新密码登录。"), "success"),
    "PASSWORD_IS_THE_SAME": (N_("新密码不能和原来的一样。"), "error"),
    "PASSWORD_CHANGE": (N_("密码已更改，其他浏览器上的登录都已退出。"), "success"),
    "LOGIN": (N_("请先登录。"), "info"),
    "REFRESH": (N_("为了安全，请再输入一次密码。"), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("密码已核对。"), "success"),
    "ANONYMOUS_USER_REQUIRED": (N_("您已经登录；请先退出再打开这一页。"), "error"),
    "TWO_FACTOR_INVALID_TOKEN": (N_("验证码不对，请看手机上的最新一组。"), "error"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("验证码已核对。"), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
        N_("两步验证已开启。请生成备用码并妥善保管。"),
        "success",
    ),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("这一步已过期，请重新登录。"), "error"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (N_("请选择一种验证方式。"), "error"),
    "TWO_FACTOR_DISABLED": (N_("两步验证已关闭。"), "success"),
    "TWO_FACTOR_SETUP_EXPIRED": (N_("设置时间过长，请从头再来。"), "error"),
}
"""What the account library says, in our words and our catalogue."""
LIBRARY_SUBJECTS: dict[str, str] = {
    "EMAIL_SUBJECT_PASSWORD_RESET": N_("盟会：重设密码"),
    "EMAIL_SUBJECT_PASSWORD_NOTICE": N_("盟会：密码已重设"),
    "EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": N_("盟会：密码已更改"),
}
"""Subjects of its mails."""
