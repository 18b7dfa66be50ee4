"""Forms of lists: the file, what its columns mean, how it is taken."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from wtforms import FieldList, FileField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange

from eventapp.registration.rules import (
    CATEGORY_LABEL,
    Category,
    FieldRow,
    field_name,
    label_of,
)
from eventapp.roster.rules import COLUMN_LABEL, Column
from eventapp.web.forms import BaseForm, needed
from eventapp.web.forms import lazy as _

ROW_WRONG = _("请填写行号；没有表头填 0。")
ADD, NAME_ONLY = "add", "name"
"""What is done with units that are not members."""


class OpenRosterForm(BaseForm):
    """A list, as a file."""

    file: Any = FileField(
        _("名单文件"),
        description=_(".xlsx、.xls 或 .csv，最大 8 MB，最多 20000 行。"),
        validators=[needed],
        render_kw={"accept": ".xlsx,.xlsm,.xls,.et,.csv,.tsv,.txt", "required": True},
    )


class SetColumnsForm(BaseForm):
    """What each column means, where the headings were not understood."""

    header_row = IntegerField(
        _("表头在第几行"),
        validators=[InputRequired(ROW_WRONG), NumberRange(0, 10**6, message=ROW_WRONG)],
        description=_("表头及其以上的行不当作人员；没有表头填 0。"),
        render_kw={"inputmode": "numeric", "class": "input-short"},
    )
    columns: Any = FieldList(SelectField(validate_choice=True))

    def offer(self, heads: Sequence[str], questions: Sequence[FieldRow], language: str) -> None:
        """Name each column by what stands above it, and offer what it can mean."""
        meanings = [
            ("", gettext("不导入")),
            *((one.value, gettext(COLUMN_LABEL[one])) for one in Column),
            *((field_name(one.id), gettext(label_of(one, language))) for one in questions),
        ]
        for place, head in enumerate(heads):
            entry = self.columns[place]
            entry.label.text = head or gettext("第 %(number)s 列", number=place + 1)
            entry.choices = meanings
            entry.flags.needed = True


class SetUnitsForm(BaseForm):
    """Which members the units are that stand in a list under other names."""

    units: Any = FieldList(SelectField(validate_choice=True))

    def offer(self, written: Mapping[str, Sequence[str]]) -> None:
        """Name each unit as it is written, and offer the members that it may be."""
        for entry, (unit, names) in zip(self.units, written.items(), strict=True):
            entry.label.text = unit
            entry.choices = [("", gettext("不是成员单位")), *((one, one) for one in names)]
            entry.flags.needed = True


class SetPeopleForm(BaseForm):
    """Who the rows are that may be somebody known."""

    people: Any = FieldList(SelectField(validate_choice=True))

    def offer(self, rows: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        """Name each row, and offer the people who it may be."""
        for entry, (label, people) in zip(self.people, rows, strict=True):
            entry.label.text = label
            entry.choices = [("", gettext("还没有确认")), *people]
            entry.flags.needed = True


class TakeRosterForm(BaseForm):
    """How a checked list is taken."""

    category = SelectField(
        _("名单里没有写类别的人，按哪一类报名"),
        default=Category.DELEGATE.value,
        validators=[needed],
    )
    units = RadioField(_("单位不在成员名单里时"), default=ADD, validators=[needed])

    def offer(self) -> None:
        """Offer the categories and the two ways with units that nobody knows."""
        self.category.choices = [(one.value, gettext(CATEGORY_LABEL[one])) for one in Category]
        self.units.choices = [
            (ADD, gettext("新增为成员单位")),
            (NAME_ONLY, gettext("只作为单位名称，不加入成员名单")),
        ]
