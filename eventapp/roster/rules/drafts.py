"""A unit's own list before it is sent: what its rows hold, and what is still wrong with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from eventapp.core.errors import N_
from eventapp.core.names import name_key
from eventapp.registration.rules import (
    PUBLIC_CATEGORIES,
    Category,
    FieldRow,
    field_name,
    read_answers,
)
from eventapp.roster.rules.columns import Column, Heading, SheetRow
from eventapp.roster.rules.notes import REFUSED, Note, Severity
from eventapp.roster.rules.reading import ReadRow, read_rows
from eventapp.roster.rules.standing import Standing, judge_rows
from eventapp.roster.rules.states import Fate

DRAFT_COLUMNS = (
    Column.NAME,
    Column.PHONE,
    Column.TITLES,
    Column.EMAIL,
    Column.CATEGORY,
    Column.UNIT,
)
"""What the cells of a draft are, in their order; the unit is written only where it is another's."""
MOST_ROWS = 300
LONGEST_CELL = 400


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A row as it is typed so far: cells in the order of the columns, answers by the field's id."""

    number: int
    cells: tuple[str, ...] = ("",) * len(DRAFT_COLUMNS)
    answers: Mapping[int, Sequence[str]] = field(default_factory=dict[int, Sequence[str]])

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing has been typed yet; a chosen category alone is nothing."""
        place = DRAFT_COLUMNS.index(Column.CATEGORY)
        typed = any(cell.strip() for at, cell in enumerate(self.cells) if at != place)
        return not typed and not any(text.strip() for one in self.answers.values() for text in one)

    def text(self, column: Column) -> str:
        """Return what is typed in a column."""
        return self.cells[DRAFT_COLUMNS.index(column)]


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row of a draft, how it was read, and what becomes of it; a blank one becomes nothing."""

    row: DraftRow
    read: ReadRow
    answers: Mapping[int, list[str]] = field(default_factory=dict[int, list[str]])

    @property
    def is_new(self) -> bool:
        """Tell whether this row registers somebody."""
        return not self.row.is_blank and self.read.fate is Fate.NEW

    def notes_at(self, column: str) -> list[Note]:
        """List what is to be said at a column, empty for the whole row; what is trifling is not."""
        return [
            note
            for note in self.read.notes
            if note.column == column and (note.severity is not Severity.INFO or not column)
        ]

    @property
    def errors(self) -> list[Note]:
        """List what stops this row."""
        return [note for note in self.read.notes if note.severity is Severity.ERROR]


def read_draft(rows: Sequence[DraftRow]) -> list[ReadRow]:
    """Return what the rows mean that are not blank; numbers are their places, from 1."""
    sheet = [
        SheetRow(place, row.cells) for place, row in enumerate(rows, start=1) if not row.is_blank
    ]
    return [_without_unit(row) for row in read_rows(sheet, Heading(0, DRAFT_COLUMNS))]


def _without_unit(row: ReadRow) -> ReadRow:
    """Forget how the unit was read: in a unit's own list nobody stands under the one above."""
    kept = tuple(note for note in row.notes if note.column != Column.UNIT)
    errors = any(note.severity is Severity.ERROR for note in kept)
    fate = Fate.NEW if row.fate is Fate.PROBLEM and not errors else row.fate
    return ReadRow(row.number, row.cells, dict(row.values), fate, kept)


def judge_draft(
    rows: Sequence[DraftRow],
    read: Iterable[ReadRow],
    *,
    unit: str,
    standing: Standing,
    fields: Sequence[FieldRow],
) -> list[JudgedRow]:
    """Say of each row what becomes of it when the list of this unit is sent."""
    own = [
        ReadRow(one.number, one.cells, {**one.values, Column.UNIT: unit}, one.fate, one.notes)
        if one.values
        else one
        for one in read
    ]
    judged = {row.number: row for row in judge_rows(own, standing)}
    return [
        JudgedRow(row, ReadRow(place, row.cells))
        if place not in judged
        else _with_answers(row, _of_unit(row, judged[place], unit), fields)
        for place, row in enumerate(rows, start=1)
    ]


def _of_unit(row: DraftRow, judged: ReadRow, unit: str) -> ReadRow:
    written, category = row.text(Column.UNIT).strip(), judged.values.get(Column.CATEGORY, "")
    if judged.fate is Fate.SKIPPED:
        return judged
    if written and name_key(written) != name_key(unit):
        judged = judged.with_note(_refused(Column.UNIT, OTHER_UNIT))
    if category and category not in PUBLIC_CATEGORIES:
        judged = judged.with_note(_refused(Column.CATEGORY, GIVEN_CATEGORY))
    return judged


OTHER_UNIT = N_("这里写的是别的单位。确是本单位的人，请把这一格清空；不是的，请删去这一行。")
GIVEN_CATEGORY = N_("这个类别由主办方安排，不能自行报名。")


def _refused(column: str, why: str, **params: object) -> Note:
    return Note(column, REFUSED, Severity.ERROR, {"why": why, **params})


def _with_answers(row: DraftRow, judged: ReadRow, fields: Sequence[FieldRow]) -> JudgedRow:
    if judged.fate in (Fate.SKIPPED, Fate.KNOWN):
        return JudgedRow(row, judged)
    category = judged.values.get(Column.CATEGORY) or Category.DELEGATE
    answers, problems = read_answers(fields, category, row.answers)
    for field_id, error in problems.items():
        note = _refused(field_name(field_id), error.message, **error.params)
        judged = judged.with_note(note)
    return JudgedRow(row, judged, answers)
