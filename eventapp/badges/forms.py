"""Forms of paper: for whom, in which order, in which size."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, Field, Form, RadioField, SelectField

from eventapp.alliance.rules import Ordering
from eventapp.badges.rules import ORDER_LABEL, SIZE_LABEL, Options, Size
from eventapp.registration.rules import CATEGORY_LABEL, Category
from eventapp.web.forms import BaseForm

_: Any = lazy_gettext  # WTForms takes lazy texts, though its types do not say so


def _chosen(_form: Form, _field: Field) -> None:
    """Say that something is chosen there always: the choices are closed."""


_chosen.field_flags = {"needed": True}  # type: ignore[attr-defined]


class _WhomForm(BaseForm):
    """Whom a paper is printed for, in which order."""

    category = SelectField(_("为谁打印"), validators=[_chosen])
    ordering = SelectField(_("次序"), validators=[_chosen])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = [(one.value, gettext(CATEGORY_LABEL[one])) for one in Category]
        self.category.choices = [("", gettext("全体已通过人员")), *labels]
        self.ordering.choices = [(one.value, gettext(ORDER_LABEL[one])) for one in Ordering]

    def whom(self) -> dict[str, Any]:
        """Give what was chosen, as the verb takes it."""
        return {
            "category": Category(self.category.data) if self.category.data else None,
            "ordering": Ordering(self.ordering.data),
        }


class PrintBadgesForm(_WhomForm):
    """How badges are wanted."""

    size = RadioField(_("尺寸"), default=Size.MIDDLE.value, validators=[_chosen])
    back = BooleanField(_("印背面"), default=True, description=_("背面印大二维码、时间和地点。"))
    on_sheets = BooleanField(
        _("拼在 A4 纸上"), description=_("带裁切线；双面打印请选择“沿长边翻转”。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.size.choices = [(one.value, gettext(SIZE_LABEL[one])) for one in Size]

    def options(self) -> Options:
        """Give what was chosen about the badges themselves."""
        return Options(Size(self.size.data), back=self.back.data, on_sheets=self.on_sheets.data)


class PrintCardsForm(_WhomForm):
    """How name cards are wanted."""

    with_units = BooleanField(_("印单位"), default=True)
