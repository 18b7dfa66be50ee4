"""Forms of the stage manager's page and of the papers of the day."""

from wtforms import FileField, HiddenField, SelectField
from wtforms.fields import (
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
)

from eventapp.hall.rules import SCREEN_LABEL
from eventapp.web.forms import BaseForm, lazy, long_field, needed, text_field

_ = lazy


class SubstituteForm(BaseForm):
    """Who takes a part over; a name of the list is a person whom the alliance knows."""

    name = text_field(_("由谁代替"), longest=80, render_kw={"list": "people-known"})
    title = text_field(_("职务"), longest=160, required=False)
    reason = text_field(_("原因"), longest=200, required=False)


class ChooseScreenForm(BaseForm):
    """What the wall is to show."""

    screen = SelectField(
        _("大屏"),
        choices=[SelectChoice(key.value, _(word)) for key, word in SCREEN_LABEL.items()],
        validators=[needed],
    )


class CueForm(BaseForm):
    """What the crew brings and does at an item as it was at `version`, and who sees to it."""

    version = HiddenField(default="0")
    cue = long_field(_("物料与提示"), longest=500, required=False, render_kw={"rows": 2})
    responsible = text_field(_("负责人"), longest=80, required=False)


class TemplateForm(BaseForm):
    """The organiser's own template of the host's script."""

    template = FileField(
        _("Word 模板"),
        [needed],
        description=_("DOCX，不超过 2 MB。"),
        render_kw={"accept": ".docx"},
    )
