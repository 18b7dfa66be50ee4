"""What the rows of a list of people mean, and what is wrong with which cell.

Nothing is dropped or put right in silence: whatever was read otherwise than it stands there,
and whatever was passed over, carries a remark.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from email_validator import EmailNotValidError, validate_email

from eventapp.core.errors import Invalid
from eventapp.core.names import clean_name, name_key
from eventapp.core.phones import clean_phone
from eventapp.core.variants import loose_key
from eventapp.registration.rules import CATEGORY_LABEL, Category
from eventapp.roster.rules.columns import COLUMN_LABEL, Column, Heading, SheetRow, meaning_of
from eventapp.roster.rules.notes import Note, Severity
from eventapp.roster.rules.states import Fate

LONGEST_NAME = 60
LONGEST_UNIT = 120
LONGEST_TITLES = 160
MOBILE_DIGITS = 11

_TOTALS = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|总人数|汇总|total)(?:\W|\d|$)|共\s*\d+\s*人", re.IGNORECASE
)
_REMARK = re.compile(
    r"(?:注|备注|说明|填表说明|填报说明|填报人|制表人|联系人|附注|note)\s*[:：]", re.IGNORECASE
)
_SEVERAL = re.compile(r"[、,，/;；\n]")
_ROUNDED = re.compile(r"\d(?:\.\d*)?[eE]\+?\d+")
_COLUMNS = frozenset(Column)
_ORDINAL = re.compile(r"[\d.、]+")
_CATEGORIES: dict[str, Category] = {
    **{str(category): category for category in Category},
    **{label: category for category, label in CATEGORY_LABEL.items()},
    **dict.fromkeys(("代表", "参会代表", "会员代表", "delegate"), Category.DELEGATE),
    **dict.fromkeys(("列席代表", "列席人员", "旁听"), Category.OBSERVER),
    **dict.fromkeys(("特邀嘉宾", "来宾", "专家"), Category.GUEST),
    **dict.fromkeys(("记者", "新闻媒体", "媒体记者"), Category.PRESS),
    **dict.fromkeys(("会务", "会务人员", "志愿者"), Category.STAFF),
    **dict.fromkeys(("领导嘉宾", "出席领导"), Category.LEADER),
}


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row, what it means by column, what becomes of it so far, and what is to be said.

    `answers` are those to the meeting's own questions, by the id of the field.
    """

    number: int
    cells: tuple[str, ...]
    values: dict[str, str] = field(default_factory=dict[str, str])
    fate: Fate = Fate.NEW
    notes: tuple[Note, ...] = ()
    answers: Mapping[int, list[str]] = field(default_factory=dict[int, list[str]])

    def with_note(self, note: Note, fate: Fate | None = None) -> "ReadRow":
        """Return the row with one more remark; an error makes it a problem."""
        becomes = fate or (Fate.PROBLEM if note.severity is Severity.ERROR else self.fate)
        return replace(self, fate=becomes, notes=(*self.notes, note))


def read_rows(rows: Sequence[SheetRow], heading: Heading) -> list[ReadRow]:
    """Return what each row means, by the columns that the heading names.

    An empty unit is the one above. Who stands twice in the list is taken once.
    """
    found: list[ReadRow] = []
    above: str | None = ""
    for row in rows:
        texts = {
            column: row.cells[place] if place < len(row.cells) else ""
            for place, column in enumerate(heading.columns)
            if column in _COLUMNS
        }
        reason = _nobody(row, texts, heading.row)
        if reason:
            note = Note("", reason, Severity.INFO)
            found.append(ReadRow(row.number, row.cells, {}, Fate.SKIPPED, (note,)))
            continue
        reader = _Reader(row, heading, texts)
        if Column.UNIT in texts:
            above = reader.unit(above)
        found.append(reader.result())
    return _mark_repeated(found)


def _nobody(row: SheetRow, texts: dict[str, str], heading_row: int) -> str:
    """Say why a row is not a person, in a code; empty where it is one."""
    filled = [cell.strip() for cell in row.cells if cell.strip()]
    name = texts.get(Column.NAME, "").strip()
    if row.number <= heading_row:
        return "heading" if row.number == heading_row else "above_heading"
    if name and meaning_of(name) == Column.NAME and len(filled) > 1:
        return "heading"
    if _TOTALS.match(filled[0]) or (not name and any(_TOTALS.match(text) for text in filled)):
        return "totals"
    if _REMARK.match(filled[0]):
        return "remark"
    if name or any(text.strip() for text in texts.values()):
        return ""
    return "only_number" if all(map(_ORDINAL.fullmatch, filled)) else "remark"


class _Reader:
    """Reads one row, cell by cell, and collects what is to be said."""

    def __init__(self, row: SheetRow, heading: Heading, texts: dict[str, str]) -> None:
        self.row, self.texts = row, texts
        self.notes: list[Note] = []
        self.values: dict[str, str] = {}
        self.numeric = {
            column for place, column in enumerate(heading.columns) if place in row.numeric
        }
        formulas = {column for column, text in texts.items() if text.lstrip().startswith("=")}
        for column in heading.columns:
            if column in formulas:
                self._say(column, "formula", column=COLUMN_LABEL[Column(column)])
        for column, read in (
            (Column.NAME, self._name),
            (Column.TITLES, self._titles),
            (Column.PHONE, self._phone),
            (Column.EMAIL, self._email),
            (Column.CATEGORY, self._category),
        ):
            is_read = column not in formulas and (column in texts or column is Column.NAME)
            self.values[column] = read(texts.get(column, "")) if is_read else ""

    def result(self) -> ReadRow:
        has_error = any(note.severity is Severity.ERROR for note in self.notes)
        fate = Fate.PROBLEM if has_error else Fate.NEW
        return ReadRow(self.row.number, self.row.cells, self.values, fate, tuple(self.notes))

    def unit(self, above: str | None) -> str | None:
        """Read the unit; return what the next row finds above it, None where nobody knows."""
        text = self.texts[Column.UNIT]
        self.values[Column.UNIT] = ""
        if text.lstrip().startswith("="):
            return None
        unit = clean_name(text)
        if not unit:
            return self._unit_above(above)
        if len(unit) > LONGEST_UNIT:
            self._say(Column.UNIT, "unit_long", most=LONGEST_UNIT)
        elif unit != text:
            self._say(Column.UNIT, "unit_spaces", Severity.INFO)
        self.values[Column.UNIT] = unit
        return unit

    def _unit_above(self, above: str | None) -> str | None:
        if above is None:
            self._say(Column.UNIT, "unit_above_formula")
        elif not above:
            self._say(Column.UNIT, "unit_missing", Severity.WARNING)
        else:
            self._say(Column.UNIT, "unit_above", Severity.INFO)
        self.values[Column.UNIT] = above or ""
        return above

    def _name(self, text: str) -> str:
        name = clean_name(text)
        if not name:
            self._say(Column.NAME, "name_missing")
        elif _SEVERAL.search(text):
            self._say(Column.NAME, "name_many")
        elif re.search(r"\d|@", name) or not re.search(r"[^\W\d_]", name):
            self._say(Column.NAME, "name_odd")
        elif len(name) > LONGEST_NAME:
            self._say(Column.NAME, "name_long", most=LONGEST_NAME)
        elif name != text:
            self._say(Column.NAME, "name_spaces", Severity.INFO)
        return name

    def _titles(self, text: str) -> str:
        titles = re.sub(r"\s+", " ", text.strip())
        if len(titles) > LONGEST_TITLES:
            self._say(Column.TITLES, "titles_long", max=LONGEST_TITLES)
        return titles

    def _phone(self, text: str) -> str:
        plain = unicodedata.normalize("NFKC", text).strip()
        if not plain:
            self._say(Column.PHONE, "phone_missing", Severity.WARNING)
            return ""
        wrong = _wrong_phone(plain)
        if wrong:
            self._say(Column.PHONE, wrong, digits=len(_digits(plain)))
            return ""
        try:
            phone = clean_phone(plain)
        except Invalid:
            self._say(Column.PHONE, "phone_unreadable")
            return ""
        if Column.PHONE in self.numeric:
            self._say(Column.PHONE, "phone_number", Severity.INFO)
        elif phone != text:
            self._say(Column.PHONE, "phone_cleaned", Severity.INFO)
        return phone

    def _email(self, text: str) -> str:
        if not text.strip():
            return ""
        try:
            return validate_email(text.strip(), check_deliverability=False).normalized
        except EmailNotValidError:
            self._say(Column.EMAIL, "email_unreadable")
            return ""

    def _category(self, text: str) -> str:
        if not text.strip():
            return ""
        found = _CATEGORIES.get(re.sub(r"\s+", "", text).casefold())
        if found is None:
            self._say(Column.CATEGORY, "category_unknown", text=text[:20])
        return found or ""

    def _say(
        self, at: str, code: str, severity: Severity = Severity.ERROR, /, **params: object
    ) -> None:
        self.notes.append(Note(at, code, severity, params))


def _wrong_phone(plain: str) -> str:
    """Say in a code why a number cannot be one, empty where it may be."""
    if _ROUNDED.fullmatch(plain):
        return "phone_rounded"
    if _SEVERAL.search(plain) or len(_digits(plain)) >= 2 * MOBILE_DIGITS:
        return "phone_many"
    is_abroad = plain.startswith(("+", "00")) and not plain.lstrip("+0").startswith("86")
    if not is_abroad and _digits(plain).startswith("1") and len(_digits(plain)) != MOBILE_DIGITS:
        return "phone_digits"
    return ""


def _digits(plain: str) -> str:
    """Return the digits of a number, without the code of China before a mobile number."""
    return re.sub(r"^(?:\+|00)?86(?=[-\s]*1\d)|\D", "", plain)


def _mark_repeated(rows: Iterable[ReadRow]) -> list[ReadRow]:
    """Note who stands in the list twice: by phone, or by name and unit."""
    phones: dict[str, ReadRow] = {}
    names: dict[tuple[str, str], ReadRow] = {}
    found: list[ReadRow] = []
    for row in rows:
        name, phone = name_key(row.values.get(Column.NAME, "")), row.values.get(Column.PHONE, "")
        if row.fate is not Fate.NEW or not name:
            found.append(row)
            continue
        here = (loose_key(name), loose_key(row.values.get(Column.UNIT, "")))
        marked = _repeated(row, phones.get(phone) if phone else None, names.get(here))
        if marked.fate is Fate.NEW:
            names.setdefault(here, marked)
            if phone:
                phones[phone] = marked
        found.append(marked)
    return found


def _repeated(row: ReadRow, by_phone: ReadRow | None, by_name: ReadRow | None) -> ReadRow:
    if by_phone is not None:
        at = {"row": by_phone.number}
        if name_key(by_phone.values[Column.NAME]) == name_key(row.values[Column.NAME]):
            return row.with_note(Note("", "same_person", Severity.WARNING, at), Fate.SKIPPED)
        return row.with_note(Note(Column.PHONE, "phone_twice", Severity.ERROR, at))
    if by_name is None:
        return row
    at = {"row": by_name.number}
    if name_key(by_name.values[Column.NAME]) != name_key(row.values[Column.NAME]):
        return row.with_note(Note(Column.NAME, "name_written", Severity.WARNING, at))
    if not row.values.get(Column.PHONE) and not by_name.values.get(Column.PHONE):
        return row.with_note(Note("", "same_person", Severity.WARNING, at), Fate.SKIPPED)
    return row.with_note(Note(Column.NAME, "name_twice", Severity.WARNING, at))
