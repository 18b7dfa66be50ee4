"""Forms of a ceremony: agreements with their parties, plaques and plates."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import BooleanField, FieldList, Form, FormField, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import HiddenInput

from eventapp.web.forms import BaseForm, needed, text_field

_: Any = lazy_gettext
FEWEST_ROWS, BLANK_ROWS = 4, 1
"""Rows for parties that a form offers at least, and after those that are there."""


class PartyForm(Form):
    """A party: a unit of the alliance, and who signs for it."""

    unit = text_field(_("单位"), longest=120, required=False, render_kw={"list": "units-known"})
    signatory = text_field(
        _("签署人"), longest=80, required=False, render_kw={"list": "people-known"}
    )
    title = text_field(_("签署人职务"), longest=160, required=False)


class EditAgreementForm(BaseForm):
    """An agreement with its parties in the order 甲乙丙…."""

    item_id = SelectField(_("所在环节"), coerce=int, validators=[needed])
    title = text_field(_("协议名称"), longest=160)
    copies = IntegerField(
        _("份数"),
        validators=[Optional(), NumberRange(min=1, max=200)],
        render_kw={"inputmode": "numeric"},
    )
    parties = FieldList(FormField(PartyForm), label=_("各方"))


class ReadyForm(BaseForm):
    """That the papers of an agreement have been compared."""

    papers_checked = BooleanField(_("各方文本已核对，份数无误"))


class AddPlaqueForm(BaseForm):
    """A plaque for a unit."""

    item_id = SelectField(_("所在环节"), coerce=int, validators=[needed])
    unit = text_field(_("受牌单位"), longest=120, render_kw={"list": "units-known"})
    plaque = text_field(_("牌匾"), longest=120)
    presenters = text_field(_("授牌人"), longest=200, required=False)


class AddUnveilingForm(BaseForm):
    """A plate to be unveiled."""

    item_id = SelectField(_("所在环节"), coerce=int, validators=[needed])
    plate = text_field(_("牌子"), longest=160)
    unveilers = text_field(_("揭牌人"), longest=200, required=False)


class DoneForm(BaseForm):
    """One button; `done` 0 takes the act back."""

    done = IntegerField(widget=HiddenInput(), default=1, validators=[Optional()])
