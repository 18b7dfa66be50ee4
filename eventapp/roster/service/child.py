"""A program of its own that opens one workbook: bytes in, rows of texts out as JSON.

A workbook is a programme for its reader: a few kilobytes can ask for gigabytes, or for files of
this machine. So it is opened in a process that may take little memory and time, and whose death
harms nobody. `sheets.py` starts this file by its path; it imports nothing of ours.
"""

import json
import re
import resource
import struct
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

ROWS = 20_000
LAST_ROW = 2**20
COLUMNS = 100
LONGEST = 500
"""Characters of a cell that are looked at; nothing that we ask for is half as long."""
WEIGHT = 8_000_000
"""Characters and cells (eight for each) of a whole table: some ten times the longest real list."""
SHEETS = 10
PARTS = 2_000
UNPACKED = 48 * 2**20
MEMORY = 100 * 2**20
SECONDS = 30
_DOCTYPE = re.compile(
    b"|".join(
        re.escape(word.encode(encoding))
        for word in ("<!DOCTYPE", "<!ENTITY")
        for encoding in ("ascii", "utf-16-le", "utf-16-be")
    )
)
_FORMULA, _EOF, _FILEPASS, _SHEET, _BOF = 0x0006, 0x000A, 0x002F, 0x0085, 0x0809

Row = tuple[int, list[str], list[int]]
Table = tuple[str, list[Row]]


class Refused(Exception):
    """Why a workbook is not read, in one word."""


def main() -> None:
    """Read a workbook from standard input, its kind from the command line; write JSON."""
    data, kind = sys.stdin.buffer.read(), sys.argv[1]
    try:
        tables = list((_xlsx if kind == "xlsx" else _xls)(data))
        answer: dict[str, Any] = {"sheets": tables}
    except Refused as error:
        answer = {"refused": str(error)}
    except MemoryError:
        answer = {"refused": "large"}
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))


def _confine() -> None:
    """Take no more than this from now on; the libraries are loaded already."""
    with open("/proc/self/statm") as file:
        held = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY, held + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _xlsx(data: bytes) -> Iterator[Table]:
    import openpyxl  # noqa: PLC0415 - each kind loads its own reader
    from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula  # noqa: PLC0415

    _confine()
    _ensure_harmless(data)
    try:
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, keep_links=False)
        for sheet in book.worksheets[:SHEETS]:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()  # it may claim a million columns
            yield sheet.title, _texts(
                ["=" if isinstance(value, ArrayFormula | DataTableFormula) else value
                 for value in row]
                for row in sheet.iter_rows(values_only=True)
            )  # fmt: skip
    except (Refused, MemoryError):
        raise
    except Exception as error:
        raise Refused("damaged") from error


def _ensure_harmless(data: bytes) -> None:
    """Refuse an archive that is broken, locked, far larger inside, or speaks of other files."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        parts = archive.infolist()
        if any(part.flag_bits & 1 for part in parts):
            raise Refused("encrypted")
        texts = [part for part in parts if part.filename.endswith((".xml", ".rels"))]
        if len(parts) > PARTS or sum(part.file_size for part in texts) > UNPACKED:
            raise Refused("large")
        for part in texts:
            _ensure_plain(archive, part)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError) as error:
        raise Refused("damaged") from error
    except (NotImplementedError, ValueError, struct.error) as error:
        raise Refused("damaged") from error


def _ensure_plain(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    tail = b""
    with archive.open(part) as file:
        while chunk := file.read(2**16):
            if _DOCTYPE.search(tail + chunk):
                raise Refused("entities")
            tail = chunk[-18:]


def _xls(data: bytes) -> Iterator[Table]:
    import python_calamine  # noqa: PLC0415 - each kind loads its own reader

    _confine()
    try:
        stream = _stream(data)
        if _is_locked(stream):  # its reader only says that it knows no such format
            raise Refused("encrypted")
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))
        formulas = _formulas_of(stream)
        visible = python_calamine.SheetVisibleEnum.Visible
        for place, sheet in enumerate(book.sheets_metadata[:SHEETS]):
            if sheet.visible != visible:
                continue
            rows: list[list[Any]] = book.get_sheet_by_index(place).to_python(skip_empty_area=False)
            for row, column in formulas.get(place, ()):
                if row < len(rows) and column < len(rows[row]):
                    rows[row][column] = "="
            yield sheet.name, _texts(rows)
    except (Refused, MemoryError):
        raise
    except Exception as error:
        raise Refused("damaged") from error


def _texts(rows: Iterable[Iterable[Any]]) -> list[Row]:
    """Return the rows that hold something as a person reads them, and where numbers stand."""
    found: list[Row] = []
    weight = 0
    for number, row in enumerate(rows, start=1):
        values = list(row)
        cells = [_text(value) for value in values]
        while cells and not cells[-1].strip():
            cells.pop()
        if len(cells) > COLUMNS:
            raise Refused("columns")
        weight += weight_of(cells)
        if weight > WEIGHT:
            raise Refused("large")
        if cells:
            numeric = [place for place, value in enumerate(values) if _is_number(value)]
            found.append((number, cells, numeric))
        if len(found) > ROWS or number > LAST_ROW:
            raise Refused("rows")
    return found


def weight_of(cells: Sequence[str]) -> int:
    """Tell about how much room a row takes."""
    return sum(8 + len(cell) for cell in cells)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)[:LONGEST]


def _records(stream: bytes) -> Iterator[tuple[int, int]]:
    """Tell the records of an .xls file's stream by [MS-XLS]: the type, and where each begins."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, at
        at += 4 + length


def _is_locked(stream: bytes) -> bool:
    """Tell whether a password is asked for: a FILEPASS stands among the first records then."""
    for kind, _at in _records(stream):
        if kind in (_FILEPASS, _EOF):
            return kind == _FILEPASS
    return False


def _formulas_of(stream: bytes) -> dict[int, list[tuple[int, int]]]:
    """Tell where an .xls file has formulas, which its reader shows only as values.

    A FORMULA begins with row and column.
    """
    found: dict[int, list[tuple[int, int]]] = {}
    starts: list[int] = []
    sheet: int | None = None
    for kind, at in _records(stream):
        body = at + 4
        if kind == _SHEET:
            starts.append(struct.unpack_from("<I", stream, body)[0])
        elif kind == _BOF:
            sheet = starts.index(at) if at in starts else None
        elif kind == _FORMULA and sheet is not None:
            found.setdefault(sheet, []).append(struct.unpack_from("<HH", stream, body))
    return found


def _stream(data: bytes) -> bytes:
    """Return the workbook's stream of a compound file; small ones lie in the mini stream.

    By [MS-CFB] the file is a chain of sectors.
    """
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    first_entry, cutoff, first_mini = (
        struct.unpack_from("<I", data, place)[0] for place in (48, 56, 60)
    )

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    def numbers(block: bytes) -> list[int]:
        return [one for (one,) in struct.iter_unpack("<I", block[: len(block) // 4 * 4])]

    tables = [one for one in numbers(data[76:512]) if one < 0xFFFFFFFA]
    following, more = struct.unpack_from("<II", data, 68)
    for _ in range(more):
        block = numbers(sector(following))
        tables += [one for one in block[:-1] if one < 0xFFFFFFFA]
        following = block[-1]
    fat = [one for table in tables for one in numbers(sector(table))]

    def chain(start: int, links: list[int]) -> Iterator[int]:
        for _ in range(len(links)):
            if start >= len(links):
                return
            yield start
            start = links[start]

    def whole(start: int) -> bytes:
        return b"".join(sector(one) for one in chain(start, fat))

    entries = whole(first_entry)
    named = {
        entries[at : at + 64].decode("utf-16-le", "replace").split("\0")[0]: at
        for at in range(0, len(entries) - 127, 128)
        if entries[at + 66]
    }
    at = named.get("Workbook", named.get("Book"))
    if at is None:
        raise Refused("damaged")
    start, length = struct.unpack_from("<II", entries, at + 116)
    if length >= cutoff:
        return whole(start)[:length]
    mini = whole(struct.unpack_from("<I", entries, 116)[0])
    links = numbers(whole(first_mini))
    return b"".join(mini[one * 64 : one * 64 + 64] for one in chain(start, links))[:length]


if __name__ == "__main__":
    main()
