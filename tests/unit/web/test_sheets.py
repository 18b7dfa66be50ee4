"""What people typed never runs in the spreadsheet of whoever opens an export."""

import csv
import io
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.web.sheets import csv_file, is_dangerous, workbook

TRAPS = [
    "=cmd|' /C calc'!A0",
    "+86 138 0013 8000",
    "-2+3",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",
    "＠SUM(1)",
]
HARMLESS = ["王磊", "欧阳　修", "a=b", "3-1", "http://example.org/", "", "买买提·艾力"]


def _cells(data: bytes) -> list[list[Any]]:
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    assert page is not None
    return [list(row) for row in page.iter_rows(min_row=2)]


@pytest.mark.parametrize("text", TRAPS)
def test_trap_is_a_quoted_text_in_a_workbook_and_begins_with_an_apostrophe_in_csv(text: str):
    data = workbook("表", ["甲"], [[text]])
    cell = _cells(data)[0][0]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    xml = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml
    rows = list(csv.reader(io.StringIO(csv_file(["甲"], [[text]]).decode("utf-8-sig"), newline="")))
    assert rows[1] == [f"'{text}"]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_is_written_as_it_is(text: str):
    assert not is_dangerous(text)
    rows = list(csv.reader(io.StringIO(csv_file(["甲"], [[text, "x"]]).decode("utf-8-sig"))))
    assert rows[1] == [text, "x"]
    assert (_cells(workbook("表", ["甲", "乙"], [[text, "x"]]))[0][0].value or "") == text


def test_heads_are_kept_from_being_formulas_and_numbers_stay_numbers():
    data = workbook("表", ["序号", "姓名"], [[1, "王磊"]], above=["=大会"])
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    assert page is not None
    assert page["A1"].data_type == "s"
    assert [cell.value for cell in page[3]] == ["序号", "姓名"]
    assert [cell.value for cell in page[4]] == [1, "王磊"]


@given(st.text())
def test_no_csv_cell_begins_as_a_formula(text: str):
    row = csv_file(["甲"], [[text]]).decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(row, newline="")))[1][0]
    assert not found.lstrip("\t\r\n ").startswith(("=", "+", "-", "@"))


def test_csv_is_known_by_excel_as_utf_8():
    assert csv_file(["姓名"], [["𠮷"]]).startswith(b"\xef\xbb\xbf")
