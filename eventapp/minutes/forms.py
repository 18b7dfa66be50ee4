"""Forms of minutes: the draft around its facts, a word beside a step, a code to verify."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from eventapp.minutes.models import Minutes
from eventapp.minutes.rules import Byline, Item, Prose
from eventapp.web.forms import BaseForm, long_field, text_field

LONGEST_TEXT = 8000
ITEM = "item_"


class DraftMinutesForm(BaseForm):
    """The prose of the minutes; `draft_form` adds one field for each agenda item."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    title = text_field(_("标题"), longest=160)
    introduction = long_field(_("会议概况补充"), longest=LONGEST_TEXT, required=False)
    closing = long_field(_("结尾"), longest=LONGEST_TEXT, required=False)
    writer = text_field(_("供稿"), longest=60, required=False)
    editor = text_field(_("责编"), longest=60, required=False)
    approver = text_field(_("审签"), longest=60, required=False)

    @property
    def item_fields(self) -> list[Any]:
        """The fields of the agenda items, in their order."""
        return [field for field in self if field.name.startswith(ITEM)]

    def prose(self) -> Prose:
        """Give what was written."""
        items = {
            field.name.removeprefix(ITEM): field.data for field in self.item_fields if field.data
        }
        return Prose(self.introduction.data or "", items, self.closing.data or "")

    def byline(self) -> Byline:
        """Give who is to be named."""
        return Byline(self.writer.data or "", self.editor.data or "", self.approver.data or "")


def draft_form(minutes: Minutes, items: Sequence[Item], *, stored: bool = False) -> Any:
    """Build the form of a draft for these items; with `stored` it ignores what was sent."""
    fields = {
        f"{ITEM}{item.id}": long_field(item.title, longest=LONGEST_TEXT, required=False)
        for item in items
    }
    form = type("DraftMinutesForm", (DraftMinutesForm,), fields)
    values = kept_values(minutes)
    return form(formdata=None, data=values) if stored else form(data=values)


def kept_values(minutes: Minutes) -> dict[str, Any]:
    """Give what is kept of a draft, by the names of the form's fields."""
    prose, byline = minutes.prose or {}, minutes.byline or {}
    return {
        "version": minutes.version,
        "title": minutes.title,
        "introduction": prose.get("introduction", ""),
        "closing": prose.get("closing", ""),
        **{f"{ITEM}{key}": text for key, text in prose.get("items", {}).items()},
        **byline,
    }


class SubmitMinutesForm(BaseForm):
    """The version that is handed over."""

    version = IntegerField(validators=[InputRequired()])


class CheckMinutesForm(BaseForm):
    """The content that was seen; a word why no comments are asked for, where none are."""

    seen = HiddenField()
    word = text_field(_("不征求意见的原因"), longest=200, required=False)


class SignMinutesForm(BaseForm):
    """The content that was seen."""

    seen = HiddenField()


class WordForm(BaseForm):
    """A word beside a step."""

    word = text_field(_("说明"), longest=200, required=False)
