"""What offices send is read; what would harm is refused with a sentence, within its memory."""

import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from eventapp.core.errors import Invalid
from eventapp.roster.service import child, read_pasted, read_sheet

DATA = Path(__file__).parents[2] / "data"
SCENARIO = (DATA / "delegates.xlsx").read_bytes()
SHEET = "xl/worksheets/sheet1.xml"
GROWTH = 150 * 2**20
TABLE = "姓名,单位\n王磊,东营职业学院\n李敏,\n"


def workbook(*rows: list[object]) -> bytes:
    book, out = Workbook(), BytesIO()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    book.save(out)
    return out.getvalue()


def rewritten(change: Callable[[bytes], bytes], part: str = SHEET) -> bytes:
    """Return a workbook one part of which is changed."""
    out, plain = BytesIO(), zipfile.ZipFile(BytesIO(workbook(["姓名"], ["王磊"])))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in plain.namelist():
            data = plain.read(name)
            copy.writestr(name, change(data) if name == part else data)
    return out.getvalue()


def bomb() -> bytes:
    return rewritten(lambda data: data.replace(b"</sheetData>", b" " * 2**30 + b"</sheetData>"))


def wide(columns: int) -> bytes:
    cells = b"<c><v>1</v></c>" * columns
    row = b'<row r="3">' + cells + b"</row></sheetData>"
    return rewritten(lambda data: data.replace(b"</sheetData>", row))


def endless_rows() -> bytes:
    row = b'<row r="99999999999"><c r="A1"><v>1</v></c></row></sheetData>'
    return rewritten(lambda data: data.replace(b"</sheetData>", row))


def shared_bomb() -> bytes:
    """Many rows, all of them small, that would fill the memory when they are kept."""
    row = b'<row><c t="inlineStr"><is><t>' + b"x" * 300 + b"</t></is></c></row>"
    rows = row * 100_000 + b"</sheetData>"
    return rewritten(lambda data: data.replace(b"</sheetData>", rows))


def full(rows: int, columns: int) -> bytes:
    """A table that stays within each limit, and is far too large altogether."""
    row = b"<row>" + b"<c><v>17</v></c>" * columns + b"</row>"
    return rewritten(lambda data: data.replace(b"</sheetData>", row * rows + b"</sheetData>"))


def locked_xls() -> bytes:
    """An old workbook whose second record says that a password is asked for, as [MS-XLS] has it."""
    data = bytearray((DATA / "old.xls").read_bytes())
    first = data.find(b"\x09\x08\x10\x00")
    second = first + 4 + data[first + 2]
    data[second] = 0x2F
    return bytes(data)


def entities() -> bytes:
    doctype = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet'
    return rewritten(lambda data: data.replace(b"<worksheet", doctype, 1))


def hidden_entities() -> bytes:
    """The same, in an encoding in which a plain search does not find it."""
    return rewritten(
        lambda data: (
            '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x []>'
            + data.decode().partition("?>")[2]
        ).encode("utf-16")
    )


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "zip bomb": (bomb, "a.xlsx", "sheet_large"),
    "rows without end": (endless_rows, "a.xlsx", "sheet_rows"),
    "many rows": (shared_bomb, "a.xlsx", "sheet_rows"),
    "a million columns": (lambda: wide(1_000_000), "a.xlsx", "sheet_"),
    "too many columns": (lambda: wide(101), "a.xlsx", "sheet_columns"),
    "external entities": (entities, "a.xlsx", "sheet_entities"),
    "hidden entities": (hidden_entities, "a.xlsx", "sheet_entities"),
    "locked, old": (locked_xls, "a.xls", "sheet_encrypted"),
    "locked": ((DATA / "locked.xlsx").read_bytes, "a.xlsx", "sheet_encrypted"),
    "cut off": (lambda: SCENARIO[: len(SCENARIO) // 2], "a.xlsx", "sheet_damaged"),
    "cut off, old": (lambda: (DATA / "old.xls").read_bytes()[:900], "a.xls", "sheet_damaged"),
    "no workbook inside": (lambda: b"PK\x03\x04", "a.xlsx", "sheet_damaged"),
    "a text named .xlsx": (TABLE.encode, "a.xlsx", "sheet_other"),
    "a workbook named .csv": (lambda: SCENARIO, "a.csv", "sheet_other"),
    "a workbook named .xls": (lambda: SCENARIO, "a.xls", "sheet_other"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n\0\0", "a.png", "sheet_kind"),
    "a picture named .csv": (lambda: b"\x89PNG\r\n\x1a\n\0\0", "a.csv", "sheet_encoding"),
    "no known encoding": (lambda: b"\xff\xff\x80\xff,\x81", "a.csv", "sheet_encoding"),
    "nothing": (lambda: b"", "a.csv", "sheet_empty"),
    "an empty sheet": (lambda: workbook([]), "a.xlsx", "sheet_empty"),
    "a heap": (lambda: b"a,b\n" * 3_000_000, "a.csv", "sheet_size"),
    "columns in a text": (lambda: b"," * 200 + b"x", "a.csv", "sheet_columns"),
    "many cells in a text": (lambda: (b"x," * 99 + b"x\n") * 15_000, "a.csv", "sheet_large"),
    "many cells": (lambda: full(12_000, 80), "a.xlsx", "sheet_large"),
    "rows in a text": (lambda: b"x\n" * 20_001, "a.csv", "sheet_rows"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_file_is_refused_with_a_sentence(case: str) -> None:
    make, name, code = HOSTILE[case]
    data = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Invalid) as refused:
        read_sheet(data, name)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert refused.value.code.startswith(code)
    assert str(refused.value).endswith("。")
    assert grown < GROWTH


@pytest.mark.parametrize("make", [lambda: wide(1_000_000), endless_rows, shared_bomb])
def test_reader_of_workbooks_stays_within_its_memory(make: Callable[[], bytes]) -> None:
    peak = child_peak(make())
    assert peak - child_peak(workbook(["姓名"])) < GROWTH


def child_peak(data: bytes) -> int:
    """Run the reader as the application does; tell the most memory that it held."""
    program = [sys.executable, "-I", child.__file__, "xlsx"]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin
        process.stdin.write(data)
        process.stdin.close()
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss * 1024


def test_largest_list_is_read() -> None:
    rows = [[n, f"第{n}公司", "王磊", 13_800_000_000 + n, "高级工程师"] for n in range(19_999)]
    sheet = read_sheet(workbook(["序号", "单位", "姓名", "手机", "职务"], *rows), "a.xlsx")
    assert len(sheet.rows) == 20_000
    assert sheet.rows[-1].cells[3] == "13800019998"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";", "，"])
def test_text_is_read_in_every_usual_encoding_and_with_every_usual_mark(
    encoding: str, mark: str
) -> None:
    sheet = read_sheet(TABLE.replace(",", mark).encode(encoding), "a.csv")
    assert [row.cells for row in sheet.rows] == [
        ("姓名", "单位"),
        ("王磊", "东营职业学院"),
        ("李敏",),
    ]


def test_rare_characters_survive_in_gb18030() -> None:
    sheet = read_sheet("姓名\n万垚\n李䶮\n".encode("gb18030"), "a.csv")
    assert sheet.rows[2].cells == ("李䶮",)


def test_cells_are_texts_as_a_person_sees_them() -> None:
    data = workbook(["姓名", 13_800_138_000.0, 1.5, date(2026, 11, 24), True, None, "１３８"])
    (row,) = read_sheet(data, "a.xlsx").rows
    assert row.cells == ("姓名", "13800138000", "1.5", "2026-11-24", "TRUE", "", "１３８")
    assert row.numeric == (1, 2)


def test_formula_is_a_text_that_begins_with_an_equals_sign_and_never_empty() -> None:
    data = workbook(["姓名", "单位"], ["王磊", '=A1&"院"'])
    assert load_workbook(BytesIO(data), data_only=True).worksheets[0]["B2"].value is None
    assert read_sheet(data, "a.xlsx").rows[1].cells[1].startswith("=")
    old = read_sheet((DATA / "old.xls").read_bytes(), "a.xls")
    assert old.rows[4].cells == ("=", "赵强", "=")


def test_trick_by_which_csv_keeps_a_number_is_no_formula() -> None:
    sheet = read_sheet('姓名,手机\n王磊,"=""013800138000"""\n'.encode(), "a.csv")
    assert sheet.rows[1].cells == ("王磊", "013800138000")


def test_sheet_that_looks_like_a_list_is_chosen_and_the_others_are_named() -> None:
    assert read_sheet(SCENARIO, "a.xlsx").name == "参会人员"
    assert read_sheet(SCENARIO, "a.xlsx").others == ("填表说明",)
    assert read_sheet((DATA / "old.xls").read_bytes(), "a.xls").name == "名单"


def test_pasted_rows_keep_their_numbers_and_lose_empty_ends() -> None:
    rows = read_pasted("王磊\t13800138000\t\t\n\n李敏\t\n").rows
    assert [(row.number, row.cells) for row in rows] == [
        (1, ("王磊", "13800138000")),
        (3, ("李敏",)),
    ]
