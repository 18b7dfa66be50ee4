"""Spreadsheets of units and people."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from xlsxwriter import Workbook

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def sheet(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write rows of text as an .xlsx file with one sheet.

    Every cell is text, never a formula: names come from other people, and a spreadsheet that
    runs what they typed is a known way into an office (CWE-1236). What could be taken for a
    formula when it is edited is marked as text as well.
    """
    buffer = BytesIO()
    with Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True, "bottom": 1})
        quoted = book.add_format({"quote_prefix": True})
        for column, head in enumerate(heads):
            page.write_string(0, column, head, bold)
        for number, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                cell = quoted if text.startswith(_DANGEROUS) else None
                page.write_string(number, column, text, cell)
        page.set_column(0, len(heads) - 1, 24)
        page.freeze_panes(1, 0)
    return buffer.getvalue()
