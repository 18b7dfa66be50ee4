"""Lists as files: the copy in which every row is marked with its fate, and an empty one to fill."""

from collections.abc import Sequence

from flask_babel import gettext

from eventapp.core.errors import N_
from eventapp.registration.rules import (
    CATEGORY_LABEL,
    STEERING,
    YES_NO_LABEL,
    FieldRow,
    field_name,
    label_of,
    steering_values,
)
from eventapp.roster.rules import (
    COLUMN_LABEL,
    Column,
    Fate,
    Note,
    ReadRow,
    Severity,
    sentence_of,
)
from eventapp.web.filters import worded
from eventapp.web.language import html_lang
from eventapp.web.sheets import Mark, Tone, form_workbook, marked_workbook

FATE_LABEL: dict[Fate, str] = {
    Fate.NEW: N_("将导入"),
    Fate.KNOWN: N_("不重复导入"),
    Fate.PROBLEM: N_("有误，不导入"),
    Fate.SKIPPED: N_("略过不计"),
    Fate.TAKEN: N_("已导入"),
}

_TONE = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.LOOK, Severity.INFO: Tone.TOLD}


def say_note(note: Note, fields: Sequence[FieldRow] = ()) -> str:
    """Say a remark in the language of whoever looks, after the question that it is about."""
    labels = {field.id: gettext(label_of(field, html_lang())) for field in fields}
    steering = labels.get(note.params.get("field", 0))
    params = {**note.params, "question": steering} if steering else note.params
    said = worded(sentence_of(note), params)
    label = next((labels[one.id] for one in fields if note.column == field_name(one.id)), "")
    return gettext("%(label)s：%(problem)s", label=label, problem=said) if label else said


def marked_copy(
    rows: Sequence[ReadRow],
    columns: Sequence[str],
    sheet: str,
    fields: Sequence[FieldRow] = (),
) -> bytes:
    """Return the table as it was sent, each row where it stood, with its fate and the reasons.

    A remark stands as a comment at its cell too; the two columns at the end repeat it in words.
    """
    width = max((len(row.cells) for row in rows), default=0)
    marks: dict[tuple[int, int], Mark] = {}
    lines: dict[int, list[str]] = {}
    for row in rows:
        said = [say_note(note, fields) for note in row.notes]
        cells = [*row.cells, *[""] * (width - len(row.cells))]
        lines[row.number] = [*cells, gettext(FATE_LABEL[row.fate]), "\n".join(said)]
        for note, text in zip(row.notes, said, strict=True):
            if note.column in columns:
                place = (row.number, list(columns).index(note.column))
                before = marks.get(place)
                tone = _TONE[note.severity]
                if before is not None:
                    tone, text = max(tone, before.tone), f"{before.text}\n{text}"  # noqa: PLW2901
                marks[place] = Mark(tone, text)
        if row.fate is Fate.PROBLEM:
            marks[row.number, width] = Mark(Tone.BAD, "")
    return marked_workbook(sheet or gettext("名单"), lines, marks)


def empty_list(units: Sequence[str], questions: Sequence[FieldRow] = ()) -> bytes:
    """Return an empty list to fill: headings, telephone numbers as texts, units to choose from.

    The meeting's own questions follow, in the meeting's language, as their choices are kept.
    """
    heads = [gettext(COLUMN_LABEL[column]) for column in Column]
    first = len(heads)
    heads += [field.label for field in questions]
    hints = {
        Column.NAME: gettext("每人一行。"),
        Column.UNIT: gettext("与上一行相同可以留空。可从下拉名单选，也可填写其他单位。"),
        Column.PHONE: gettext("11 位手机号。"),
        Column.CATEGORY: gettext("可以留空，导入时统一选定。"),
    }
    places = {column: place for place, column in enumerate(Column)}
    return form_workbook(
        gettext("参会人员"),
        heads,
        hints={
            **{places[column]: hint for column, hint in hints.items()},
            **{first + at: one.help for at, one in enumerate(questions) if one.help},
        },
        choices={
            places[Column.UNIT]: list(units),
            places[Column.CATEGORY]: [gettext(label) for label in CATEGORY_LABEL.values()],
            **{
                first + at: [YES_NO_LABEL.get(value, value) for value in steering_values(one)]
                for at, one in enumerate(questions)
                if one.kind in STEERING
            },
        },
        strict={places[Column.CATEGORY]},
    )
