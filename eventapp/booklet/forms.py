"""Forms of the booklet."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import (
    Field,
    Form,
    IntegerField,
    RadioField,
    SelectMultipleField,
    ValidationError,
)
from wtforms.fields import (
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
)
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from eventapp.booklet.rules import FORMAT_LABEL, PART_LABEL, Format, Part
from eventapp.web.forms import BaseForm, needed

_: Any = lazy_gettext
MOST_NOTES = 8
"""Pages for notes that a booklet may end with."""


def _chosen(_form: Form, field: Field) -> None:
    """Ask for one part at least."""
    if not field.data:
        raise ValidationError(gettext("请至少选一部分。"))


_chosen.field_flags = {"needed": True}  # type: ignore[attr-defined]


class PrintBookletForm(BaseForm):
    """What goes into a booklet, and as what it is made."""

    parts = SelectMultipleField(
        _("内容"),
        choices=[SelectChoice(part.value, _(PART_LABEL[part])) for part in Part],
        default=[part.value for part in Part],
        validators=[_chosen],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    notes = IntegerField(
        _("记事页数"),
        default=2,
        validators=[InputRequired(), NumberRange(1, MOST_NOTES, _("记事页是 1 到 8 页。"))],
        render_kw={"inputmode": "numeric", "min": 1, "max": MOST_NOTES},
    )
    format = RadioField(
        _("格式"),
        choices=[SelectChoice(one.value, _(FORMAT_LABEL[one])) for one in Format],
        default=Format.PDF.value,
        validators=[needed],
    )
