"""Forms of a ceremony: agreements with their people, the order of signing, and acts."""

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
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import HiddenInput

from eventapp.ceremony.rules import ACT_KIND_LABEL, CAPACITY_LABEL, MOST_TABLES, ActKind, Check
from eventapp.core.papers import MEDIA_TYPES
from eventapp.web.forms import BaseForm, needed, text_field

_: Any = lazy_gettext
FEWEST_ROWS, BLANK_ROWS = 4, 1
"""Rows for parties that a form offers at least, and after those that are there."""
FEWEST_NAMES = 2
"""Rows for names that a form offers at least."""
NUMERIC = {"inputmode": "numeric"}


class NameForm(Form):
    """Somebody on the stage; a name that the alliance knows once is that person."""

    name = text_field(_("姓名"), longest=60, required=False, render_kw={"list": "people-known"})
    title = text_field(_("职务"), longest=160, required=False)


class RecipientForm(NameForm):
    """Who receives: a unit, a person, or a person of a unit."""

    unit = text_field(_("单位"), longest=120, required=False, render_kw={"list": "units-known"})


class PartyForm(Form):
    """A party: a unit of the alliance, who signs for it and by what right, and who stands by."""

    unit = text_field(_("单位"), longest=120, required=False, render_kw={"list": "units-known"})
    signatory = text_field(
        _("签署人"), longest=60, required=False, render_kw={"list": "people-known"}
    )
    title = text_field(_("签署人职务"), longest=160, required=False)
    capacity = SelectField(
        _("签署身份"),
        choices=[
            SelectChoice("", _("未注明")),
            *(SelectChoice(one.value, _(word)) for one, word in CAPACITY_LABEL.items()),
        ],
        validators=[Optional()],
    )
    stand_in = text_field(
        _("替签人"), longest=60, required=False, render_kw={"list": "people-known"}
    )
    stand_in_title = text_field(_("替签人职务"), longest=160, required=False)
    helper = text_field(_("助签人"), longest=60, required=False, render_kw={"list": "people-known"})


class EditAgreementForm(BaseForm):
    """An agreement with its parties in the order 甲乙丙…."""

    item_id = SelectField(_("所在环节"), coerce=int, validators=[needed])
    title = text_field(_("协议名称"), longest=160)
    copies = IntegerField(
        _("份数"), validators=[Optional(), NumberRange(min=1, max=200)], render_kw=NUMERIC
    )
    secret = BooleanField(_("名称暂不公开：大屏、会议主页和媒体版不出现协议名称"))
    after_id = SelectField(_("不早于"), coerce=int, default=0)
    parties = FieldList(FormField(PartyForm), label=_("各方"))
    witnesses = FieldList(FormField(NameForm), label=_("见证人"))


class AuthorityForm(BaseForm):
    """A party's power of attorney: the paper itself, or a note of it."""

    text = text_field(_("纸质委托书的记录"), longest=160, required=False)
    paper = FileField(
        _("委托书文件"),
        [Optional()],
        description=_("PDF、JPG、PNG 或 DOCX，不超过 10 MB。"),
        render_kw={"accept": ",".join(MEDIA_TYPES.values())},
    )


class ReadyForm(BaseForm):
    """That the papers of an agreement have been compared."""

    papers_checked = BooleanField(_("各方文本已核对，份数无误"))


class CheckForm(BaseForm):
    """A line of the check list; `done` 0 takes the tick back."""

    line = SelectField(choices=[SelectChoice(one.value, one.value) for one in Check])
    done = IntegerField(widget=HiddenInput(), default=1, validators=[Optional()])


class VersionForm(BaseForm):
    """One button on an order as it was at `version`."""

    version = IntegerField(widget=HiddenInput(), default=0, validators=[Optional()])


class SigningForm(VersionForm):
    """At how many tables, or in how many places standing, agreements are signed."""

    tables = IntegerField(
        _("同时签几份"),
        default=1,
        validators=[needed, NumberRange(min=1, max=MOST_TABLES)],
        render_kw={**NUMERIC, "min": 1, "max": MOST_TABLES},
    )
    standing = BooleanField(_("站立签署，不设签约台"))


class ApplyOrderForm(VersionForm):
    """Take the proposal of this seed."""

    seed = IntegerField(widget=HiddenInput(), default=1, validators=[Optional()])


class MoveForm(VersionForm):
    """Which way an agreement moves."""

    direction = HiddenField()


class PinForm(BaseForm):
    """One button; `on` 0 lets go, or moves down."""

    on = IntegerField(widget=HiddenInput(), default=1, validators=[Optional()])


class SubstituteForm(BaseForm):
    """Why a stand-in signs, and by what paper."""

    party = IntegerField(widget=HiddenInput(), validators=[needed])
    reason = text_field(_("换人的原因"), longest=200)
    authority = text_field(_("替签人的委托书"), longest=160)


class EditActForm(BaseForm):
    """An act on the stage with who presents and who receives."""

    kind = SelectField(
        _("类型"),
        choices=[SelectChoice(one.value, _(ACT_KIND_LABEL[one])) for one in ActKind],
        validators=[needed],
    )
    item_id = SelectField(_("所在环节"), coerce=int, validators=[needed])
    title = text_field(_("牌匾、牌子、聘书或启动的名称"), longest=160)
    group = IntegerField(
        _("组次"), default=1, validators=[Optional(), NumberRange(min=1, max=50)], render_kw=NUMERIC
    )
    cue = text_field(_("提示"), longest=200, required=False)
    presenters = FieldList(FormField(NameForm), label=_("颁授、揭牌或启动的人"))
    recipients = FieldList(FormField(RecipientForm), label=_("受牌单位或受聘人"))


class DoneForm(BaseForm):
    """One button; `done` 0 takes the act back."""

    done = IntegerField(widget=HiddenInput(), default=1, validators=[Optional()])
