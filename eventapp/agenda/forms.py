"""Forms of the agenda: one item with its people, and the small ones of a single button."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import (
    BooleanField,
    FieldList,
    FileField,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
)
from wtforms.fields import (
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from eventapp.agenda.rules import KIND_LABEL, READERS_LABEL, ROLE_LABEL, Kind, Readers
from eventapp.core.papers import MEDIA_TYPES
from eventapp.web.forms import BaseForm, LocalTimeField, long_field, needed, text_field

_: Any = lazy_gettext
BLANK_ROWS = 3
"""Empty rows for people that a form offers after those that are there."""


class PersonForm(Form):
    """Somebody whom an item needs; a name of the list is a person whom the alliance knows."""

    name = text_field(_("姓名"), longest=80, required=False, render_kw={"list": "people-known"})
    title = text_field(_("职务"), longest=160, required=False)
    role = SelectField(
        _("身份"),
        choices=[SelectChoice(key, _(word)) for key, word in ROLE_LABEL.items()],
        default="speaker",
    )


class EditItemForm(BaseForm):
    """An item of the agenda, as it was at `version`."""

    version = HiddenField(default="0")
    kind = SelectField(
        _("类型"),
        choices=[SelectChoice(kind.value, _(KIND_LABEL[kind])) for kind in Kind],
        validators=[needed],
        default="speech",
    )
    title = text_field(_("标题"), longest=200)
    minutes = IntegerField(
        _("时长（分钟）"),
        default=10,
        validators=[needed],
        render_kw={"inputmode": "numeric", "min": 1, "max": 600},
    )
    fixed_at = LocalTimeField(_("固定开始时间"), validators=[Optional()])
    over_by = LocalTimeField(_("最晚结束时间"), validators=[Optional()])
    room_id = SelectField(
        _("会场"), coerce=int, choices=[SelectChoice("0", _("主会场"))], default=0
    )
    detail = long_field(_("说明"), longest=2000, required=False)
    people = FieldList(FormField(PersonForm), label=_("人员"))


class MoveItemForm(BaseForm):
    """Where an item is to stand: a position counted from 1, or the item after which it comes.

    `after` 0 is the first place.
    """

    position = IntegerField(_("移到第几项"), validators=[Optional()])
    after = IntegerField(_("移到哪一项之后"), validators=[Optional()])


class MendFindingForm(BaseForm):
    """A repair as its button names it: its number and the finding's key, "0:room_twice.room-1…"."""

    repair = text_field(_("修正"), longest=120)


class UndoChangeForm(BaseForm):
    """The change that the page showed as the newest."""

    change = IntegerField(_("撤销"), validators=[InputRequired()])


class CopyAgendaForm(BaseForm):
    """Which meeting's agenda is taken over, and whether its people come along."""

    from_id = SelectField(_("从哪次会议复制"), coerce=int, choices=[], validators=[needed])
    people = BooleanField(_("连同人员安排一起复制"))


class SkipItemForm(BaseForm):
    """Why an item is left out."""

    reason = text_field(_("略过的原因"), longest=200)


class StepForm(BaseForm):
    """One button; `next` 1 begins the following item as well."""

    next = IntegerField(widget=HiddenInput(), default=0, validators=[Optional()])


class PublishForm(BaseForm):
    """Publish what was looked at: `seen` is the digest of that draft."""

    seen = HiddenField(default="")


class ReadersForm(BaseForm):
    """Who may read a paper, and from when."""

    readers = SelectField(
        _("谁能读"),
        choices=[SelectChoice(one.value, _(READERS_LABEL[one])) for one in Readers],
        default=Readers.REGISTERED.value,
        validators=[needed],
    )
    readable_from = LocalTimeField(
        _("从何时起"), validators=[Optional()], description=_("不填就是马上。")
    )


class ItemPaperForm(ReadersForm):
    """A new paper of an item."""

    item_id = SelectField(_("环节"), coerce=int, validators=[needed])
    paper = FileField(
        _("文件"),
        [needed],
        description=_("PDF、JPG、PNG 或 DOCX，不超过 10 MB。"),
        render_kw={"accept": ",".join(MEDIA_TYPES.values())},
    )
