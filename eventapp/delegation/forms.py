"""Forms of a unit's liaison: rows of a table, a substitute, the answer to the notice."""

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FileField,
    IntegerField,
    RadioField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from eventapp.core.papers import MEDIA_TYPES
from eventapp.notices.rules import LONGEST_REMARK
from eventapp.registration.forms import PersonFields
from eventapp.registration.rules import FieldRow, field_name
from eventapp.roster.rules import Column
from eventapp.roster.rules.drafts import DRAFT_COLUMNS, DraftRow
from eventapp.web.forms import BaseForm, strip, text_field

_: Any = lazy_gettext  # WTForms takes lazy texts, though its types do not say so


def _wanted(_form: Any, _field: Any) -> None:
    """Mark a field that one of the choices needs; the verb says when it is missing."""


_wanted.field_flags = {"needed": True}  # type: ignore[attr-defined]


class AddRowsForm(BaseForm):
    """Rows copied from a table, or the table's file."""

    text = TextAreaField(
        _("从表格粘贴"),
        validators=[_wanted],
        description=_(
            "在 Excel 或 WPS 里选中名单，复制后粘贴到这里。有没有表头都可以，一行一个人。"
        ),
        render_kw={"rows": 5, "spellcheck": "false", "autocomplete": "off"},
    )
    file = FileField(
        _("或者上传文件"),
        validators=[_wanted],
        description=_("支持 .xlsx、.xls 和 .csv。"),
        render_kw={"accept": ".xlsx,.xls,.csv"},
    )
    submit = SubmitField(_("读取名单"))


class SubstituteForm(PersonFields):
    """Who comes in a delegate's stead; the unit and the category stay."""

    unit = None
    consent = BooleanField(
        _("我已把个人信息说明告知本人，并得到同意"),
        validators=[InputRequired(_("请先告知本人，同意后勾选。"))],
    )
    submit = SubmitField(_("确定换人"))


class AnswerNoticeForm(BaseForm):
    """A unit's answer: it sends people, excuses itself, or lets another unit's person speak."""

    answer = RadioField(_("本单位"), validators=[InputRequired(_("请选择一项。"))])
    persons = IntegerField(
        _("参会人数"), validators=[_wanted, Optional()], render_kw={"inputmode": "numeric"}
    )
    remark = StringField(
        _("说明"),
        filters=[strip],
        validators=[Length(max=LONGEST_REMARK, message=_("不能超过 %(max)d 个字。"))],
        description=_("请假请写明原因；其他要告诉会务组的事也写在这里。"),
    )
    proxy_name = text_field(_("受托人姓名"), longest=60, required=False, validators=[_wanted])
    proxy_unit = text_field(
        _("受托人单位"),
        longest=120,
        required=False,
        validators=[_wanted],
        render_kw={"list": "member-units"},
    )
    proxy_phone = text_field(
        _("受托人手机号"),
        longest=30,
        required=False,
        validators=[_wanted],
        render_kw={"type": "tel", "inputmode": "tel"},
    )
    paper = FileField(
        _("委托书"),
        validators=[_wanted],
        description=_("签字或盖章后的 PDF、JPG、PNG 或 DOCX，不超过 10 MB。"),
        render_kw={"accept": ",".join(MEDIA_TYPES.values())},
    )
    submit = SubmitField(_("提交回执"))


def cell_name(column: str, number: int) -> str:
    """Name the cell of a row in the form of a list."""
    return f"{column}.{number}"


def typed_rows(
    sent: MultiDict[str, str], numbers: Collection[int], fields: Sequence[FieldRow]
) -> dict[int, DraftRow]:
    """Read the rows of a list as they were sent; cells that were not sent are empty."""
    found: dict[int, DraftRow] = {}
    for number in numbers:
        if cell_name(Column.NAME, number) not in sent:
            continue
        cells = tuple(sent.get(cell_name(one, number), "") for one in DRAFT_COLUMNS)
        answers = {
            field.id: list(texts)
            for field in fields
            if any(texts := sent.getlist(cell_name(field_name(field.id), number)))
        }
        found[number] = DraftRow(number, cells, answers)
    return found
