"""What a meeting asks of those who register, of whom, and which answers it takes."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from eventapp.core.errors import N_, Invalid
from eventapp.core.phones import clean_phone

SHORT_DAYS = 7
"""How long meals, rooms and car plates are kept after a meeting."""


class FieldKind(StrEnum):
    """What a question of the registration form asks for."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    PHONE = "phone"
    EMAIL = "email"
    FILE = "file"
    YES_NO = "yes_no"


FIELD_LABEL: dict[FieldKind, str] = {
    FieldKind.TEXT: N_("单行文字"),
    FieldKind.LONG_TEXT: N_("多行文字"),
    FieldKind.CHOICE: N_("单选"),
    FieldKind.CHOICES: N_("多选"),
    FieldKind.NUMBER: N_("数字"),
    FieldKind.DATE: N_("日期"),
    FieldKind.PHONE: N_("电话"),
    FieldKind.EMAIL: N_("邮箱"),
    FieldKind.FILE: N_("文件"),
    FieldKind.YES_NO: N_("是或否"),
}
CHOOSING = frozenset({FieldKind.CHOICE, FieldKind.CHOICES})
"""Kinds that need options."""
STEERING = CHOOSING | {FieldKind.YES_NO}
"""Kinds whose answer may decide whether another field is asked."""
YES, NO = "yes", "no"
YES_NO_LABEL: dict[str, str] = {YES: N_("是"), NO: N_("否")}


@dataclass(frozen=True, slots=True)
class FieldDraft:
    """A field as an organiser words it; `categories` empty means everybody."""

    kind: FieldKind
    label: str
    purpose: str
    label_en: str = ""
    help: str = ""
    categories: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    required: bool = False
    short_lived: bool = False
    shown_if_id: int | None = None
    shown_if_value: str = ""


@dataclass(frozen=True, slots=True)
class FieldRow(FieldDraft):
    """A field of a meeting; a retired one is asked of nobody, and keeps its answers."""

    id: int = 0
    ordinal: int = 0
    retired: bool = False


def field_name(field_id: int) -> str:
    """Name a field in forms."""
    return f"answer-{field_id}"


def label_of(field: FieldDraft, language: str) -> str:
    """Say a field's label in a language, in Chinese where it has no other."""
    return (field.label_en if language.startswith("en") else "") or field.label


def is_asked(
    field: FieldRow, fields: Mapping[int, FieldRow], category: str, answers: Mapping[int, list[str]]
) -> bool:
    """Tell whether a field is asked of somebody of this category who answered so.

    One that hangs on another is asked where that one is asked itself and was answered so.
    """
    if field.retired or (field.categories and category not in field.categories):
        return False
    if field.shown_if_id is None:
        return True
    parent = fields.get(field.shown_if_id)
    return (
        parent is not None
        and is_asked(parent, fields, category, answers)
        and field.shown_if_value in answers.get(parent.id, [])
    )


def read_answers(
    fields: Sequence[FieldRow], category: str, typed: Mapping[int, Sequence[str]]
) -> tuple[dict[int, list[str]], dict[int, Invalid]]:
    """Return what is kept of what somebody typed, and what is wrong, both by the field's id.

    What was not to be asked is not kept, whatever was sent.
    """
    by_id = {field.id: field for field in fields}
    answers: dict[int, list[str]] = {}
    problems: dict[int, Invalid] = {}
    for field in _parents_first(fields):
        if not is_asked(field, by_id, category, answers):
            continue
        try:
            answer = read_answer(field, typed.get(field.id, ()))
        except Invalid as error:
            problems[field.id] = error
        else:
            if answer:
                answers[field.id] = answer
    return answers, problems


def not_required(fields: Sequence[FieldRow]) -> list[FieldRow]:
    """Return the same questions, none of which has to be answered: for whoever asks for others.

    What they leave open is asked on the person's own page.
    """
    return [replace(field, required=False) for field in fields]


def left_open(
    fields: Sequence[FieldRow], category: str, answers: Mapping[int, list[str]]
) -> tuple[int, int]:
    """Count what somebody who answered so is asked and has not answered: needed, and in all."""
    by_id = {field.id: field for field in fields}
    missing = [
        field
        for field in fields
        if field.id not in answers and is_asked(field, by_id, category, answers)
    ]
    return sum(field.required for field in missing), len(missing)


def _parents_first(fields: Sequence[FieldRow]) -> list[FieldRow]:
    by_id = {field.id: field for field in fields}

    def depth(field: FieldRow) -> int:
        parent = by_id.get(field.shown_if_id or 0)
        return 0 if parent is None else depth(parent) + 1

    return sorted(fields, key=depth)


def read_answer(field: FieldRow, texts: Sequence[str]) -> list[str]:
    """Return an answer as it is kept; nothing typed is an empty list.

    A file is its digest and its name. Raises Invalid, whose `field` is the field's name in
    forms, where a required answer is missing or what was typed is none.
    """
    given = [text for text in (_clean(field.kind, one) for one in texts) if text]
    if not given:
        if field.required:
            raise _wrong(field, "answer_missing", N_("请填写%(label)s。"), label=field.label)
        return []
    if field.kind is FieldKind.FILE:
        return _read_file(field, given)
    if field.kind is FieldKind.CHOICES:
        return _read_choices(field, given)
    if len(given) > 1:
        raise _wrong(field, "answer_many", N_("这一项只能有一个答案。"))
    return [_read_one(field, given[0])]


def _wrong(field: FieldRow, code: str, message: str, **params: object) -> Invalid:
    return Invalid(code, message, field=field_name(field.id), **params)


_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ud800-\udfff]")


def _clean(kind: FieldKind, text: str) -> str:
    """Trim what was typed; only several lines of text keep their lines."""
    text = _UNSEEN.sub("", text)
    if kind is FieldKind.LONG_TEXT:
        return "\n".join(line.rstrip() for line in text.strip().splitlines())
    return " ".join(text.split())


LONGEST = {FieldKind.TEXT: 200, FieldKind.LONG_TEXT: 2000, FieldKind.EMAIL: 254}
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_DATE = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,6})?")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_YES = frozenset({YES, "y", "true", "1", "是", "有", "需要", "需", "要", "√", "✓"})
_NO = frozenset(
    {NO, "n", "false", "0", "否", "无", "没有", "不", "不需要", "不要", "不用", "×", "✗"}
)


def _read_one(field: FieldRow, text: str) -> str:
    kind = field.kind
    if len(text) > LONGEST.get(kind, 200):
        raise _wrong(
            field, "answer_long", N_("不能超过 %(max)s 个字。"), max=LONGEST.get(kind, 200)
        )
    if kind is FieldKind.PHONE:
        try:
            return clean_phone(text)
        except Invalid as error:
            raise _wrong(field, error.code, error.message) from error
    read = _READERS.get(kind)
    return text if read is None else read(field, text)


def _read_choice(field: FieldRow, text: str) -> str:
    if text not in field.options:
        raise _wrong(field, "answer_no_option", N_("请从列出的选项里选。"))
    return text


def _read_choices(field: FieldRow, texts: Sequence[str]) -> list[str]:
    chosen = {_read_choice(field, text) for text in texts}
    return [option for option in field.options if option in chosen]


def _read_file(field: FieldRow, texts: Sequence[str]) -> list[str]:
    if len(texts) != 2 or not _DIGEST.fullmatch(texts[0]) or len(texts[1]) > 160:
        raise _wrong(field, "answer_no_file", N_("请选择一个文件。"))
    return list(texts)


def _read_number(field: FieldRow, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    try:
        if not _NUMBER.fullmatch(plain):
            raise InvalidOperation
        number = Decimal(plain)
    except InvalidOperation as error:
        raise _wrong(field, "answer_no_number", N_("请填写数字。")) from error
    return f"{number.normalize() + 0:f}"


def _read_date(field: FieldRow, text: str) -> str:
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    try:
        return date(*(int(part) for part in found.groups())).isoformat() if found else _no_date()
    except ValueError as error:
        raise _wrong(
            field, "answer_no_date", N_("日期不对，请按 2024-01-19 的样子填写。")
        ) from error


def _no_date() -> str:
    raise ValueError


def _read_email(field: FieldRow, text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise _wrong(field, "answer_no_email", N_("邮箱格式不对。"))
    return text


def _read_yes_no(field: FieldRow, text: str) -> str:
    word = text.casefold()
    if word in _YES:
        return YES
    if word in _NO:
        return NO
    raise _wrong(field, "answer_no_word", N_("请选择是或否。"))


_READERS = {
    FieldKind.CHOICE: _read_choice,
    FieldKind.NUMBER: _read_number,
    FieldKind.DATE: _read_date,
    FieldKind.EMAIL: _read_email,
    FieldKind.YES_NO: _read_yes_no,
}


def annex_of(fields: Sequence[FieldRow], short_days: int, contact_months: int) -> str:
    """Write what a consent text has to say about the questions: purpose and term of each.

    It is part of what people agree to, so it is Chinese like the text.
    """
    asked = [field for field in fields if not field.retired]
    return "\n".join(
        f"{one.label}：{one.purpose.rstrip('。')}，{term_of(one, short_days, contact_months)}。"
        for one in asked
    )


def term_of(field: FieldDraft, short_days: int, contact_months: int) -> str:
    """Say in Chinese how long answers to a field are kept."""
    if field.short_lived:
        return f"闭会后 {short_days} 天删除"
    return f"与手机号一样，闭会后 {contact_months} 个月删除"


def ensure_draft(draft: FieldDraft, fields: Sequence[FieldRow], field_id: int = 0) -> FieldDraft:
    """Return a field as it is kept, trimmed; raises Invalid at what is wrong with it.

    `field_id` is the field that is changed, 0 for a new one.
    """
    label, purpose = " ".join(draft.label.split()), " ".join(draft.purpose.split())
    if not label or len(label) > 60:
        raise Invalid("field_label", N_("请填写问题，最多 60 个字。"), field="label")
    if not purpose or len(purpose) > 200:
        raise Invalid(
            "field_purpose", N_("请写明这一项作什么用，会给填写的人看。"), field="purpose"
        )
    options = tuple(dict.fromkeys(" ".join(one.split()) for one in draft.options if one.strip()))
    if draft.kind in CHOOSING and not 2 <= len(options) <= 40:
        raise Invalid("field_options", N_("请至少写两个选项，每行一个。"), field="options")
    if any(len(option) > 60 for option in options):
        raise Invalid("field_option_long", N_("每个选项不能超过 60 个字。"), field="options")
    return replace(
        draft,
        label=label,
        purpose=purpose,
        label_en=" ".join(draft.label_en.split())[:120],
        help=" ".join(draft.help.split())[:200],
        options=options if draft.kind in CHOOSING else (),
        **_condition(draft, fields, field_id),
    )


def _condition(draft: FieldDraft, fields: Sequence[FieldRow], field_id: int) -> dict[str, Any]:
    if draft.shown_if_id is None:
        return {"shown_if_id": None, "shown_if_value": ""}
    by_id = {field.id: field for field in fields if not field.retired}
    parent = by_id.get(draft.shown_if_id)
    above = parent
    while above is not None and above.id != field_id:
        above = by_id.get(above.shown_if_id or 0)
    if parent is None or parent.kind not in STEERING or above is not None:
        raise Invalid(
            "field_parent", N_("请选一个能决定这一项的单选、多选或是非题。"), field="shown_if"
        )
    if draft.shown_if_value not in steering_values(parent):
        raise Invalid("field_parent_value", N_("那一题没有这个答案。"), field="shown_if")
    return {"shown_if_id": parent.id, "shown_if_value": draft.shown_if_value}


def steering_values(field: FieldDraft) -> tuple[str, ...]:
    """List the answers of a field that may decide about another."""
    return (YES, NO) if field.kind is FieldKind.YES_NO else field.options
