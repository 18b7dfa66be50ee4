"""Forms with a meeting's own questions: answering them, and writing them."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import (
    BooleanField,
    Field,
    FileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # pyright: ignore[reportAttributeAccessIssue]
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from eventapp.core.errors import Invalid
from eventapp.core.papers import LARGEST as LARGEST_PAPER
from eventapp.core.papers import MEDIA_TYPES, media_type_of, own_copy, paper_name
from eventapp.registration.rules import (
    CATEGORY_LABEL,
    FIELD_LABEL,
    STEERING,
    YES_NO_LABEL,
    Category,
    FieldDraft,
    FieldKind,
    FieldRow,
    field_name,
    label_of,
    read_answers,
    steering_values,
)
from eventapp.web.errors import text_of
from eventapp.web.forms import BaseForm, long_field, needed, strip, text_field

_: Any = lazy_gettext  # WTForms takes lazy texts, though its types do not say so


class AnsweringForm(BaseForm):
    """A form with a meeting's own questions; `with_questions` makes one.

    After a valid round `answers` holds what is kept, by the field's id, and `papers` what was
    sent with it: content and media type. A file that is there already stays where none is sent,
    and so does an answer that is withheld from the page.
    """

    questions: Sequence[FieldRow] = ()
    language = ""
    earlier: Mapping[int, list[str]] = {}
    withheld: Collection[int] = ()

    @property
    def answering_category(self) -> str:
        """Tell in which category the person answers."""
        return self["category"].data or ""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the answers as well, each at its field."""
        valid = super().validate(extra_validators)
        self.answers: dict[int, list[str]] = {}
        self.papers: list[tuple[bytes, str]] = []
        if not self.questions:
            return valid
        typed, problems = self._typed()
        self.answers, wrong = read_answers(self.questions, self.answering_category, typed)
        by_id = {field.id: field for field in self.questions}
        for field_id, error in {**wrong, **problems}.items():
            if "label" in error.params:
                error.params["label"] = gettext(label_of(by_id[field_id], self.language))
            field = self[field_name(field_id)]
            field.errors = [*field.errors, text_of(error)]
        return valid and not wrong and not problems

    def _typed(self) -> tuple[dict[int, Sequence[str]], dict[int, Invalid]]:
        typed: dict[int, Sequence[str]] = {}
        problems: dict[int, Invalid] = {}
        for field in self.questions:
            data = self[field_name(field.id)].data
            if field.kind is not FieldKind.FILE:
                given = data if isinstance(data, list) else [data or ""]
                stays = field.id in self.withheld and not any(given)
                typed[field.id] = self.earlier.get(field.id, ()) if stays else given
            elif not getattr(data, "filename", ""):
                typed[field.id] = self.earlier.get(field.id, ())
            else:
                try:
                    typed[field.id] = self._take_paper(data)
                except Invalid as error:
                    problems[field.id] = error
        return typed, problems

    def _take_paper(self, sent: Any) -> list[str]:
        with sent.stream:
            data = sent.read(LARGEST_PAPER + 1)
        media_type = media_type_of(data)
        copy = own_copy(data)
        self.papers.append((copy, media_type))
        return [hashlib.sha256(copy).hexdigest(), paper_name(sent.filename, media_type)]


def with_questions(
    form: type[AnsweringForm],
    fields: Sequence[FieldRow],
    language: str,
    answers: Mapping[int, list[str]] | None = None,
    *,
    withheld: Collection[int] = (),
) -> type[AnsweringForm]:
    """Return the form with a place for each question, filled with what was answered earlier.

    `withheld` are fields whose answers are kept and not shown.
    """
    if not fields:
        return form
    earlier = answers or {}
    made: dict[str, Any] = {
        field_name(field.id): _place(
            field, language, [] if field.id in withheld else earlier.get(field.id, [])
        )
        for field in fields
    }
    more = {"questions": fields, "language": language, "earlier": earlier, "withheld": withheld}
    return type(form.__name__, (form,), {**made, **more})


def _place(field: FieldRow, language: str, answer: Sequence[str]) -> Any:
    label = gettext(label_of(field, language))
    common: dict[str, Any] = {
        "validators": [_asked] if field.required else [],
        "description": gettext(field.help) if field.help else "",
    }
    kind = field.kind
    if kind in STEERING:
        words = YES_NO_LABEL if kind is FieldKind.YES_NO else {one: one for one in field.options}
        choices = [SelectChoice(value, gettext(word)) for value, word in words.items()]
        common |= {"choices": choices, "validate_choice": False}
        if kind is FieldKind.CHOICES:
            return SelectMultipleField(
                label,
                option_widget=CheckboxInput(),
                widget=ListWidget(prefix_label=False),
                default=list(answer),
                **common,
            )
        return RadioField(label, default=answer[0] if answer else None, **common)
    if kind is FieldKind.FILE:
        return FileField(label, render_kw={"accept": ",".join(MEDIA_TYPES.values())}, **common)
    common |= {"default": answer[0] if answer else "", "filters": [strip]}
    if kind is FieldKind.LONG_TEXT:
        return TextAreaField(label, render_kw={"rows": 3, "maxlength": 2000}, **common)
    return StringField(label, render_kw=KEYBOARDS.get(kind, {"maxlength": 200}), **common)


KEYBOARDS: dict[FieldKind, dict[str, Any]] = {
    FieldKind.NUMBER: {"inputmode": "decimal", "maxlength": 24, "class": "input-short"},
    FieldKind.DATE: {"type": "date", "class": "input-short"},
    FieldKind.PHONE: {"type": "tel", "inputmode": "tel", "maxlength": 30},
    FieldKind.EMAIL: {"type": "email", "inputmode": "email", "maxlength": 254},
}


def _asked(_form: Any, _field: Field) -> None:
    """Mark a field as needed; `AnsweringForm` checks it, where it is asked at all."""


_asked.field_flags = {"needed": True}  # type: ignore[attr-defined]


class WriteFieldForm(BaseForm):
    """A question of a meeting: what is asked, of whom, what for, and how long answers are kept."""

    kind = SelectField(_("答案的样子"), validators=[needed])
    label = text_field(_("问题"), longest=60)
    label_en = text_field(_("英文问题"), longest=120, required=False)
    help = text_field(_("填写提示"), longest=200, required=False)
    purpose = text_field(
        _("用途"),
        longest=200,
        description=_("写明作什么用，会列在个人信息说明里，例如：用于会务组预订房间"),
    )
    options = long_field(
        _("选项"),
        longest=2500,
        required=False,
        render_kw={"rows": 4},
        description=_("单选和多选才要，每行一个。"),
    )
    categories = SelectMultipleField(
        _("问哪些类别"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description=_("都不选就是问所有人。"),
    )
    required = BooleanField(_("必填"))
    short_lived = BooleanField(_("短期保存：闭会后几天即删除"))
    shown_if = SelectField(_("什么时候问"), validators=[Optional()])
    submit = SubmitField(_("保存"))

    def offer(self, fields: Sequence[FieldRow]) -> None:
        """Fill the choices: kinds, categories, and the answers that may decide about this one."""
        self.kind.choices = [(kind.value, gettext(FIELD_LABEL[kind])) for kind in FieldKind]
        self.categories.choices = [(one.value, gettext(CATEGORY_LABEL[one])) for one in Category]
        steering = [one for one in fields if one.kind in STEERING]
        self.shown_if.choices = [("", gettext("总是问")), *_conditions(steering)]

    def draft(self) -> FieldDraft:
        """Return the question as typed."""
        parent, _colon, value = (self.shown_if.data or "").partition(":")
        return FieldDraft(
            FieldKind(self.kind.data),
            self.label.data or "",
            self.purpose.data or "",
            self.label_en.data or "",
            self.help.data or "",
            tuple(self.categories.data or ()),
            tuple((self.options.data or "").splitlines()),
            required=bool(self.required.data),
            short_lived=bool(self.short_lived.data),
            shown_if_id=int(parent) if parent else None,
            shown_if_value=value,
        )


def _conditions(fields: Iterable[FieldRow]) -> list[tuple[str, str]]:
    return [
        (
            f"{one.id}:{value}",
            gettext(
                "“%(question)s”选“%(answer)s”时",
                question=one.label,
                answer=gettext(YES_NO_LABEL.get(value, value)),
            ),
        )
        for one in fields
        for value in steering_values(one)
    ]
