"""Forms of the door and of its desk pages."""

from uuid import uuid4

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from eventapp.checkin.rules import TEXT_LONGEST
from eventapp.web.forms import BaseForm, text_field


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


class UndoAdmissionForm(BaseForm):
    """An admission to be taken back."""

    gate = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    registration_id = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    reason = text_field(_("撤销的原因"), longest=200)


class NameGateForm(BaseForm):
    """The name of a gate."""

    name = text_field(_("入口名称"), longest=40)
