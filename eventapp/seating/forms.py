"""Forms of seating: a new plan, how it is drawn, and the small ones of a single step."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields import (
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
)
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from eventapp.seating.rules import CUSTOMS, KIND_LABEL, LARGEST, Kind, Preset, Shape, presets_for
from eventapp.web.forms import BaseForm, needed, text_field

_: Any = lazy_gettext


def _size(label: Any) -> IntegerField:
    return IntegerField(
        label,
        default=1,
        validators=[
            InputRequired(_("请填一个数。")),
            NumberRange(min=1, max=LARGEST, message=_("请填 %(min)d 到 %(max)d 之间的数。")),
        ],
        render_kw={"inputmode": "numeric", "min": 1, "max": LARGEST},
    )


class NewPlanForm(BaseForm):
    """What a new plan is of; how it is drawn is chosen on its page."""

    kind = RadioField(
        _("画什么"),
        choices=[SelectChoice(kind.value, _(KIND_LABEL[kind])) for kind in Kind],
        default=Kind.PODIUM.value,
        validators=[needed],
    )
    title = text_field(_("名称"), longest=120, required=False)


class StepForm(BaseForm):
    """One step on a plan as it was at `version`; `key` says whom it is about."""

    version = IntegerField(widget=HiddenInput(), default=0)
    key = StringField(widget=HiddenInput(), default="")


class PlaceForm(StepForm):
    """Who gets which place."""

    key = SelectField(_("谁"), validators=[needed], validate_choice=False)
    place = IntegerField(_("移到"), validators=[InputRequired(_("请选择位置。"))])


class RankForm(StepForm):
    """Which rank somebody gets, counted from 1."""

    position = IntegerField(_("排到第几位"), validators=[InputRequired(_("请填一个数。"))])


class AddForm(StepForm):
    """Whom a plan takes in."""

    keys = SelectMultipleField(
        _("人员"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )


class PlanForm(StepForm):
    """How a plan is drawn."""

    title = text_field(_("名称"), longest=120)
    preset = SelectField(_("惯例"), validators=[needed])
    columns = _size(_("每排人数"))
    rows = _size(_("排数"))
    capacity = _size(_("每区人数"))

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.preset.choices = [
            (preset.value, gettext(CUSTOMS[preset].label)) for preset in presets_for(kind)
        ]
        if kind is Kind.AUDIENCE:
            self.columns.label.text = gettext("每排区数")
        else:
            del self.rows, self.capacity

    def values(self) -> dict[str, Any]:
        """Give what was chosen, as the verb takes it."""
        rows = self.rows.data if "rows" in self else 1
        capacity = self.capacity.data if "capacity" in self else 1
        return {
            "title": self.title.data,
            "preset": Preset(self.preset.data),
            "shape": Shape(self.columns.data or 0, rows or 0, capacity or 0),
        }
