"""Forms of alliances, units, people and lists."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import (
    BooleanField,
    EmailField,
    IntegerField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
    SelectField,
    SubmitField,
)
from wtforms.validators import NumberRange, Optional

from eventapp.alliance.models import Seat
from eventapp.alliance.queries import Member
from eventapp.web.forms import BaseForm, long_field, strip, text_field

_: Any = lazy_gettext


def _place(label: Any, hint: Any) -> IntegerField:
    return IntegerField(
        label,
        validators=[Optional(), NumberRange(min=1, max=9999, message=_("请填写 1 以上的整数。"))],
        description=hint,
        render_kw={"inputmode": "numeric"},
    )


_PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


class DescribeAllianceForm(BaseForm):
    """What an alliance is called and what it is for."""

    name = text_field(_("名称"), longest=120)
    short_name = text_field(_("简称"), longest=60, required=False)
    aims = long_field(_("宗旨"), longest=4000, required=False, description=_("每行一条。"))
    submit = SubmitField(_("保存"))

    def lines(self) -> list[str]:
        """Give the aims, one a line."""
        return (self.aims.data or "").splitlines()


class CreateAllianceForm(DescribeAllianceForm):
    """Found an alliance."""

    slug = text_field(
        _("网址名"),
        longest=60,
        render_kw={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"},
        description=_("出现在网址里，只用小写字母、数字和短横线；以后不能改。"),
    )


class AddSeatForm(BaseForm):
    """Add a seat."""

    label = text_field(_("席位名称"), longest=40)
    votes_in_council = BooleanField(_("在理事会有表决权"))
    submit = SubmitField(_("添加席位"))


class UnitForm(BaseForm):
    """Add or change one unit."""

    name = text_field(_("单位名称"), longest=120)
    credit_code = text_field(
        _("统一社会信用代码"),
        longest=18,
        required=False,
        render_kw={"autocapitalize": "characters"},
    )
    seat = SelectField(
        _("拟任席位"),
        choices=[],
        default="",
        description=_("理事会席位在名单通过后生效；会员单位即时生效。"),
    )
    ordinal = _place(_("同席位内的次序"), _("不填则按拼音。"))
    lead_ordinal = _place(_("牵头单位次序"), _("不是牵头单位则不填。"))
    submit = SubmitField(_("保存"))

    def offer(self, seats: Sequence[Seat]) -> None:
        """Offer the alliance's seats."""
        self.seat.choices = [
            SelectChoice("", gettext("未定")),
            *(SelectChoice(seat.key, gettext(seat.label)) for seat in seats),
        ]


class PasteRowsForm(BaseForm):
    """Rows copied from a spreadsheet."""

    rows = long_field(
        _("表格内容"), longest=200_000, render_kw={"rows": 12, "spellcheck": "false", "wrap": "off"}
    )
    submit = SubmitField(_("导入"))


class PersonForm(BaseForm):
    """Add or change one person."""

    name = text_field(_("姓名"), longest=60, render_kw={"autocomplete": "off"})
    organisation_id = SelectField(_("单位"), choices=[], coerce=int, default=0)
    titles = text_field(_("职务"), longest=160, required=False)
    phone = text_field(
        _("电话"), longest=30, required=False, render_kw={"inputmode": "tel", "autocomplete": "off"}
    )
    email = EmailField(_("邮箱"), filters=[strip], render_kw={"autocomplete": "off"})
    apart = BooleanField(_("都看过了，不是同一人，照样保存"))
    submit = SubmitField(_("保存"))

    def offer(self, members: Sequence[Member]) -> None:
        """Offer the alliance's units."""
        self.organisation_id.choices = [
            SelectChoice("0", gettext("不属于成员单位")),
            *(SelectChoice(str(row.organisation_id), row.name) for row in members),
        ]

    def values(self) -> dict[str, Any]:
        """Give what was typed as the verbs want it."""
        return {
            "name": self.name.data or "",
            "organisation_id": self.organisation_id.data or None,
            "titles": self.titles.data or "",
            "phone": self.phone.data or "",
            "email": self.email.data or "",
        }


class EditPersonForm(PersonForm):
    """Correct one person, and say how the name is read and sorted."""

    pinyin = text_field(_("拼音"), longest=160, required=False, render_kw=_PLAIN)
    initials = text_field(_("首字母"), longest=40, required=False, render_kw=_PLAIN)
    strokes = text_field(_("各字笔画数"), longest=160, required=False, render_kw=_PLAIN)

    def said(self) -> dict[str, str]:
        """Give what was said by hand about the name; what is empty is worked out."""
        fields = (self.pinyin, self.initials, self.strokes)
        return {field.name: field.data or "" for field in fields}


class CreateListForm(BaseForm):
    """Begin a list."""

    title = text_field(_("名单名称"), longest=160, description=_("如：第一届理事会单位名单"))
    submit = SubmitField(_("新建名单"))


class EmptyForm(BaseForm):
    """A form without fields of its own: a table whose rows are read by the view."""
