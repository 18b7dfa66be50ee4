"""Tables leave as workbooks or as CSV: the one door by which spreadsheets are written.

Names come from other people, and a spreadsheet that runs what they typed is a known way into an
office (CWE-1236). So no cell is ever a formula, and none becomes one when it is edited or when a
CSV is opened.
"""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO

from xlsxwriter import Workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
_LONGEST_TITLE = 31
# Chinese and Japanese Excel take the full-width signs for the half-width ones.
_BEGINS_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_CONTROLS = ("\t", "\r", "\n")

Cell = str | int


def is_dangerous(text: str) -> bool:
    """Answer whether a spreadsheet might read this text as a formula, now or when it is edited."""
    return text.startswith(_CONTROLS) or text.lstrip().startswith(_BEGINS_FORMULA)


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
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(buffer, options) as book:
        page = book.add_worksheet(title[:_LONGEST_TITLE])
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
