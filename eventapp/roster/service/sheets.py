"""Read what offices send: workbooks old and new, CSV in any of their encodings, pasted rows.

Whatever arrives is either a table of texts, as a person sees them, or a sentence that says what
to do. A formula stays a text that begins with "=": it is an error where it stands, never an
empty cell, because an empty unit means "the same as above".
"""

import codecs
import csv
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from eventapp.core.errors import N_, Invalid
from eventapp.roster.rules import SheetRow, find_heading
from eventapp.roster.service.child import COLUMNS, LONGEST, ROWS, WEIGHT, weight_of

LARGEST = 8 * 2**20
LARGEST_TEXT = 4 * 2**20
SECONDS = 60
_CHILD = Path(__file__).with_name("child.py")
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_TEXTS = {".csv", ".tsv", ".txt"}
_BOOKS = {".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".et": "xls"}

REFUSED = {
    "kind": N_("只能读取 .xlsx、.xls 和 .csv 文件，请另存为其中一种后再上传。"),
    "other": N_("文件的内容与后缀 %(suffix)s 不符。请用表格软件打开，另存为 .xlsx 后再上传。"),
    "empty": N_("文件里没有内容。"),
    "size": N_("文件超过 %(most)s MB，请拆成几份，或去掉图片后再上传。"),
    "large": N_("文件展开后太大，没有读取。请只保留名单，另存为新的 .xlsx 后再上传。"),
    "rows": N_("一份名单最多 %(most)s 行，请拆成几份后再上传。"),
    "columns": N_("一份名单最多 %(most)s 列，请删去多余的列后再上传。"),
    "encrypted": N_("文件设有密码，读不了。请取消密码后再上传。"),
    "damaged": N_("文件已损坏或不完整，读不出来。请重新保存或重新下载后再上传。"),
    "entities": N_("文件引用了外部内容，为安全起见没有读取。请另存为新的 .xlsx 后再上传。"),
    "encoding": N_("认不出文件的文字编码。请另存为 UTF-8 编码的 CSV，或 .xlsx，再上传。"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it was sent; `others` are further sheets of the file that hold something."""

    name: str
    rows: tuple[SheetRow, ...]
    others: tuple[str, ...] = ()


def read_sheet(data: bytes, file_name: str) -> Sheet:
    """Return the one table of a file that looks most like a list of people.

    Raises Invalid (field `file`) with a sentence for everything else: too large, locked, broken,
    or not what its name says.
    """
    kind = ensure_readable(data, file_name)
    return _best(_tables_of(data, kind) if kind != "text" else [("", _text_rows(_decode(data)))])


def ensure_readable(data: bytes, file_name: str) -> str:
    """Tell at a glance what kind of file it is, without opening it; raises Invalid as above."""
    suffix = Path(file_name).suffix.lower()
    if suffix not in _TEXTS and suffix not in _BOOKS:
        raise _refused("kind")
    if not data.strip():
        raise _refused("empty")
    if len(data) > LARGEST:
        raise _refused("size", most=LARGEST // 2**20)
    kind = _kind_of(data)
    if kind != _BOOKS.get(suffix, "text"):
        raise _refused("other", suffix=suffix)
    return kind


def read_pasted(text: str) -> Sheet:
    """Return rows that somebody copied from a table and pasted; raises Invalid as for a file."""
    if not text.strip():
        raise _refused("empty")
    if len(text) > LARGEST_TEXT:
        raise _refused("size", most=LARGEST_TEXT // 2**20)
    return Sheet("", _text_rows(text))


def _refused(word: str, **params: object) -> Invalid:
    return Invalid(f"sheet_{word}", REFUSED[word], field="file", **params)


def _kind_of(data: bytes) -> str:
    if data.startswith(_ZIP):
        return "xlsx"
    if not data.startswith(_OLE):
        return "text"
    if _LOCKED in data:
        raise _refused("encrypted")
    return "xls"


def _tables_of(data: bytes, kind: str) -> list[tuple[str, tuple[SheetRow, ...]]]:
    """Have a workbook opened by a process that may neither grow nor last."""
    command = [sys.executable, "-I", str(_CHILD), kind]
    try:
        done = subprocess.run(  # noqa: S603 - our own file, by its path
            command, input=data, capture_output=True, timeout=SECONDS, check=False, env={}
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:  # it was killed by its limits
        raise _refused("large") from error
    if word := answer.get("refused"):
        raise _refused(word, most={"rows": ROWS, "columns": COLUMNS}.get(word, 0))
    return [
        (name, tuple(SheetRow(row[0], tuple(row[1]), tuple(row[2])) for row in rows))
        for name, rows in answer["sheets"]
        if rows
    ]


def _best(tables: list[tuple[str, tuple[SheetRow, ...]]]) -> Sheet:
    if not any(rows for _name, rows in tables):
        raise _refused("empty")
    name, rows = max(tables, key=lambda table: (find_heading(table[1]).score, len(table[1])))
    return Sheet(name, rows, tuple(other for other, _rows in tables if other != name))


def _decode(data: bytes) -> str:
    if len(data) > LARGEST_TEXT:
        raise _refused("size", most=LARGEST_TEXT // 2**20)
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\0" in data and not is_wide:
        raise _refused("encoding")
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused("encoding")


def _text_rows(text: str) -> tuple[SheetRow, ...]:
    rows: list[SheetRow] = []
    weight = 0
    try:
        for number, cells in enumerate(_split(text), start=1):
            texts = [_unquoted(cell)[:LONGEST] for cell in cells]
            while texts and not texts[-1].strip():
                texts.pop()
            if len(texts) > COLUMNS:
                raise _refused("columns", most=COLUMNS)
            weight += weight_of(texts)
            if weight > WEIGHT:
                raise _refused("large")
            if texts:
                rows.append(SheetRow(number, tuple(texts)))
            if len(rows) > ROWS:
                raise _refused("rows", most=ROWS)
    except csv.Error as error:
        raise _refused("damaged") from error
    if not rows:
        raise _refused("empty")
    return tuple(rows)


def _split(text: str) -> Iterator[Iterable[str]]:
    """Split at the mark that the first lines use most; a tab can mean nothing else."""
    start = "\n".join(text.splitlines()[:20])
    mark = "\t" if "\t" in start else max(",，;；", key=start.count)
    return csv.reader(StringIO(text, newline=""), delimiter=mark)


def _unquoted(cell: str) -> str:
    """Undo the trick ="138…" by which a CSV file keeps a number a text."""
    if cell.startswith('="') and cell.endswith('"') and '"' not in cell[2:-1]:
        return cell[2:-1]
    return cell
