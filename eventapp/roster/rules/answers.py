"""Answers to a meeting's own questions that stand in further columns of a list."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from eventapp.core.errors import Invalid
from eventapp.registration.rules import (
    YES_NO_LABEL,
    Category,
    FieldKind,
    FieldRow,
    field_name,
    not_required,
    read_answer,
    read_answers,
)
from eventapp.roster.rules.columns import Column, Heading, folded
from eventapp.roster.rules.notes import REFUSED, Note, Severity
from eventapp.roster.rules.reading import ReadRow
from eventapp.roster.rules.states import Fate

SYNONYMS: dict[str, str] = {
    "是否用餐": "用餐 就餐 是否就餐 用餐情况",
    "饮食要求": "饮食禁忌 饮食习惯 忌口 餐食要求 用餐要求",
    "是否住宿": "住宿 需要住宿 是否需要住宿 住宿需求",
    "入住日期": "入住时间 入住",
    "离店日期": "离店时间 离店 退房日期 退房时间",
    "房型": "房间类型 住宿房型",
    "是否自驾车": "自驾 是否自驾 自驾车 是否开车",
    "车牌号": "车牌 车号 车牌号码 车辆牌照",
}
"""Headings that offices write over what the usual questions ask."""


def asked_in_lists(fields: Iterable[FieldRow]) -> list[FieldRow]:
    """List the questions that fit into a cell: a file is sent by the person alone."""
    return [one for one in fields if one.kind is not FieldKind.FILE]


def headings_of(fields: Iterable[FieldRow]) -> dict[str, str]:
    """Tell which heading means which question, by its folded words; the first claims a word."""
    found: dict[str, str] = {}
    for field in asked_in_lists(fields):
        if not field.retired:
            for words in (field.label, field.label_en, *SYNONYMS.get(field.label, "").split()):
                found.setdefault(folded(words), field_name(field.id))
    found.pop("", None)
    return found


_BETWEEN = re.compile(r"[、,，;；/|\n\s]+")


def texts_in(field: FieldRow, cell: str) -> list[str]:
    """Split what stands in a cell where a question takes several choices.

    Choices are looked for first, because one may hold a comma itself.
    """
    if field.kind is not FieldKind.CHOICES:
        return [cell]
    found: list[str] = []
    rest = " ".join(cell.split())
    for option in sorted(field.options, key=len, reverse=True):
        if option in rest:
            found.append(option)
            rest = rest.replace(option, "\n")
    return [*found, *(text for text in _BETWEEN.split(rest) if text)]


def read_answer_cells(
    rows: Iterable[ReadRow], heading: Heading, fields: Sequence[FieldRow]
) -> list[ReadRow]:
    """Return the rows with what their further columns answer; a wrong cell is an error there.

    Nothing has to be answered: what is open is asked on the person's own page.
    """
    by_name = {field_name(one.id): one for one in not_required(asked_in_lists(fields))}
    places = {place: by_name[one] for place, one in enumerate(heading.columns) if one in by_name}
    if not places:
        return list(rows)
    return [
        row if row.fate is Fate.SKIPPED else _told(_read(row, places, fields), fields)
        for row in rows
    ]


def _read(row: ReadRow, places: Mapping[int, FieldRow], fields: Sequence[FieldRow]) -> ReadRow:
    answers: dict[int, list[str]] = {}
    for place, field in places.items():
        cell = row.cells[place] if place < len(row.cells) else ""
        column = field_name(field.id)
        if cell.lstrip().startswith("="):
            about = {"column": field.label}
            row = row.with_note(Note(column, "formula", Severity.ERROR, about))
            continue
        try:
            answer = read_answer(field, texts_in(field, cell))
        except Invalid as error:
            why = {"why": error.message, **error.params}
            row = row.with_note(Note(column, REFUSED, Severity.ERROR, why))
            continue
        if answer:
            answers[field.id] = answer
    return _with_implied(replace(row, answers=answers), fields)


def _with_implied(row: ReadRow, fields: Sequence[FieldRow]) -> ReadRow:
    """Answer what an answer hangs on: whoever gives a number plate comes by car, and says so."""
    by_id = {field.id: field for field in fields}
    answers = dict(row.answers)
    for field_id in row.answers:
        field = by_id[field_id]
        while field.shown_if_id in by_id and field.shown_if_id not in answers:
            parent, value = by_id[field.shown_if_id], field.shown_if_value
            answers[parent.id] = [value]
            said = {
                "question": parent.label,
                "answer": YES_NO_LABEL.get(value, value),
                "field": parent.id,
            }
            row = row.with_note(Note(field_name(field_id), "answer_implied", Severity.INFO, said))
            field = parent
    return replace(row, answers=answers)


def _told(row: ReadRow, fields: Sequence[FieldRow]) -> ReadRow:
    category = row.values.get(Column.CATEGORY) or Category.DELEGATE
    return asked_answers(row, fields, category)[1]


def asked_answers(
    row: ReadRow, fields: Sequence[FieldRow], category: str
) -> tuple[dict[int, list[str]], ReadRow]:
    """Return what is kept of a row's answers in a category, and the row that tells of the rest."""
    if not row.answers:
        return {}, row
    kept, _wrong = read_answers(not_required(fields), category, row.answers)
    labels = {field.id: field.label for field in fields}
    for field_id in row.answers.keys() - kept.keys():
        note = Note(
            field_name(field_id),
            "answer_not_asked",
            Severity.WARNING,
            {"column": labels.get(field_id, "")},
        )
        if note not in row.notes:
            row = row.with_note(note)
    return kept, row
