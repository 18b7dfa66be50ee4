"""Forms of privacy: saying that one's own data, or a person's, are to be erased."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import BooleanField
from wtforms.validators import InputRequired

from eventapp.web.forms import BaseForm

_: Any = lazy_gettext  # WTForms takes lazy texts, though its types do not say so


class AskErasureForm(BaseForm):
    """What a person confirms who wants to be erased."""

    sure = BooleanField(
        _("我已看过上面的说明，申请删除我的个人信息"),
        validators=[InputRequired(_("请看过说明，勾选确认。"))],
    )


class ErasePersonForm(BaseForm):
    """What the organiser confirms who erases somebody."""

    sure = BooleanField(
        _("已核对是本人的意思，删除以后无法恢复"),
        validators=[InputRequired(_("请先核对，勾选确认。"))],
    )
