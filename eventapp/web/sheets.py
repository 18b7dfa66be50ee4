"""Tables leave as workbooks or as CSV: the one door by which spreadsheets are written.

Names come from other people, and a spreadsheet that runs what they typed is a known way into an
office (CWE-1236). So no cell is ever a formula, and none becomes one when it is edited or when a
CSV is opened.
"""

import csv
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from io import BytesIO, StringIO

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
_LONGEST_TITLE = 31
_ROWS_TO_FILL = 5000
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
# Chinese and Japanese Excel take the full-width signs for the half-width ones.
_BEGINS_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_CONTROLS = ("\t", "\r", "\n")

Cell = str | int


def is_dangerous(text: str) -> bool:
    """Answer whether a spreadsheet might read this text as a formula, now or when it is edited."""
    return text.startswith(_CONTROLS) or text.lstrip().startswith(_BEGINS_FORMULA)


def safe_title(title: str) -> str:
    """Return a title as a sheet may bear it: without the signs that Excel refuses, not too long."""
    return re.sub(r"[\[\]:*?/\\']", "", title)[:_LONGEST_TITLE] or "1"


def workbook(
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    widths: Sequence[int] = (),
    above: Sequence[str] = (),
) -> bytes:
    """Write one table as .xlsx: texts stay texts, numbers are numbers.

    `widths` are those of the columns in characters, 24 where none is given; the lines `above`
    stand before the table, an empty one after them.
    """
    buffer = BytesIO()
    with Workbook(buffer, _OPTIONS) as book:
        page = book.add_worksheet(safe_title(title))
        bold = book.add_format({"bold": True, "bottom": 1})
        quoted = book.add_format({"quote_prefix": True})

        def write(row: int, column: int, value: Cell) -> None:
            if isinstance(value, int):
                page.write_number(row, column, value)
            else:
                page.write_string(row, column, value, quoted if is_dangerous(value) else None)

        for number, line in enumerate(above):
            write(number, 0, line)
        first = len(above) + 1 if above else 0
        for column, head in enumerate(heads):
            page.write_string(first, column, head, bold)
            page.set_column(column, column, widths[column] if widths else 24)
        for number, row in enumerate(rows, start=first + 1):
            for column, value in enumerate(row):
                write(number, column, value)
        page.freeze_panes(first + 1, 0)
    return buffer.getvalue()


def csv_file(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Write one table as CSV in UTF-8, with the mark by which Excel knows it.

    A text that might be read as a formula gets an apostrophe before it, since CSV has no types.
    """
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    for row in (heads, *rows):
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and is_dangerous(cell) else cell


class Tone(IntEnum):
    """How grave a mark at a cell is."""

    TOLD = 1
    LOOK = 2
    BAD = 3


_PAINT = {Tone.TOLD: "#E8EEF4", Tone.LOOK: "#FFF1C9", Tone.BAD: "#F9D5D0"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A colour at a cell and what is said there; an empty text is no comment."""

    tone: Tone
    text: str


def marked_workbook(
    title: str, rows: Mapping[int, Sequence[str]], marks: Mapping[tuple[int, int], Mark]
) -> bytes:
    """Write texts at the rows where they stood (from 1), with marks at (row, column from 0)."""
    buffer = BytesIO()
    with Workbook(buffer, _OPTIONS) as book:
        page = book.add_worksheet(safe_title(title))
        paints = {
            (tone, quoted): book.add_format({"bg_color": _PAINT[tone], "quote_prefix": quoted})
            for tone in Tone
            for quoted in (False, True)
        }
        plain, quoted = None, book.add_format({"quote_prefix": True})
        width = 0
        for row, cells in rows.items():
            width = max(width, len(cells))
            for column, text in enumerate(cells):
                mark = marks.get((row, column))
                is_quoted = is_dangerous(text)
                paint = paints[mark.tone, is_quoted] if mark else quoted if is_quoted else plain
                if text or mark:
                    page.write_string(row - 1, column, text, paint)
                if mark and mark.text:
                    page.write_comment(row - 1, column, mark.text, {"x_scale": 2})
        page.set_column(0, max(width - 2, 0), 16)
        page.set_column(max(width - 1, 0), max(width - 1, 0), 60)
    return buffer.getvalue()


def form_workbook(
    title: str,
    heads: Sequence[str],
    *,
    hints: Mapping[int, str],
    choices: Mapping[int, Sequence[str]],
    strict: Collection[int] = (),
) -> bytes:
    """Write an empty table to fill, every cell a text, with hints and drop-downs at columns.

    Choices stand on a second sheet; only a strict column refuses what is not among them.
    """
    buffer = BytesIO()
    with Workbook(buffer, _OPTIONS) as book:
        page, lists = book.add_worksheet(safe_title(title)), book.add_worksheet("_")
        lists.hide()
        bold = book.add_format({"bold": True, "bottom": 1})
        text = book.add_format({"num_format": "@"})
        for column, head in enumerate(heads):
            page.set_column(column, column, 24, text)
            page.write_string(0, column, head, bold)
            rule: dict[str, object] = {"validate": "any"}
            offered = choices.get(column)
            if offered:
                for row, choice in enumerate(offered):
                    lists.write_string(row, column, choice)
                name = xl_col_to_name(column)
                source = f"=_!${name}$1:${name}${len(offered)}"
                rule = {"validate": "list", "source": source, "show_error": column in strict}
            if column in hints:
                rule |= {"input_title": head[:32], "input_message": hints[column][:255]}
            if len(rule) > 1:
                page.data_validation(1, column, _ROWS_TO_FILL, column, rule)
        page.freeze_panes(1, 0)
    return buffer.getvalue()
