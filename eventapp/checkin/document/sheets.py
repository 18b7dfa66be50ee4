"""The sign-in sheet on paper and as a workbook, each with the code of the ledger's head."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from flask import render_template
from flask_babel import gettext
from markupsafe import Markup

from eventapp.checkin.document.answers import exact_time
from eventapp.checkin.queries import ABSENCE_LABEL, MissingUnit, Sheet, SheetRow
from eventapp.checkin.rules import METHOD_LABEL
from eventapp.core import files, installation
from eventapp.core.errors import N_
from eventapp.meetings.queries import MeetingHere
from eventapp.registration.rules import CATEGORY_LABEL
from eventapp.web.filters import long_time, masked, named
from eventapp.web.language import html_lang
from eventapp.web.pdf import render_pdf, title_lines
from eventapp.web.sheets import Cell, csv_file, workbook

TITLE_CHARACTERS = 24
HEADS = (
    N_("序号"),
    N_("单位"),
    N_("姓名"),
    N_("职务"),
    N_("身份"),
    N_("签到时间"),
    N_("方式"),
    N_("入口"),
)
WIDTHS = (8, 32, 16, 16, 16, 16, 16, 16)


def code_of(sheet: Sheet) -> str:
    """Write the ledger's head so that a hand can copy it: its number and 16 digits of its hash."""
    digits = sheet.head_hash[:16].upper()
    groups = "-".join(digits[start : start + 4] for start in range(0, 16, 4))
    return f"{sheet.head_seq}·{groups}"


def _drawn(digest: str) -> Markup:
    """Give a signature to be set in the page; it was drawn by this house out of numbers alone."""
    return Markup(files.read(digest).decode()) if digest else Markup()  # noqa: S704 - see above


def _row(row: SheetRow, number: int, zone: str) -> dict[str, str]:
    return {
        "number": str(number),
        "name": named(row.name),
        "post": row.titles,
        "role": gettext(CATEGORY_LABEL[row.category]),
        "at": exact_time(row.admitted_at, zone) if row.admitted_at else "",
        "how": _how(row),
    }


def _how(row: SheetRow) -> str:
    """Say how somebody was recognised, and whether the server heard of it later: 补录."""
    if row.method is None or row.admitted_at is None:
        return ""
    how = gettext(METHOD_LABEL[row.method])
    return gettext("%(how)s（补录）", how=how) if row.late else how


def _groups(sheet: Sheet, zone: str) -> list[dict[str, Any]]:
    numbered = list(enumerate(sheet.rows, 1))
    return [
        {
            "unit": unit,
            "rows": [
                {**_row(row, number, zone), "sign": _drawn(row.signature)} for number, row in rows
            ],
        }
        for unit, rows in groupby(numbered, key=lambda pair: pair[1].unit)
    ]


def _summary(sheet: Sheet) -> str:
    return gettext(
        "应到 %(expected)s 人，实到 %(arrived)s 人。入场记录校验码 %(code)s。",
        expected=len(sheet.rows),
        arrived=sum(row.admitted_at is not None for row in sheet.rows),
        code=code_of(sheet),
    )


def sheet_pdf(here: MeetingHere, sheet: Sheet) -> bytes:
    """Print the sheet."""
    title = gettext("%(meeting)s签到表", meeting=here.title)
    html = render_template(
        "checkin/pdf/attendance.html",
        lang=html_lang(),
        title=title,
        title_lines=title_lines(here.title, TITLE_CHARACTERS),
        facts=[gettext("时间：%(time)s", time=long_time(here.starts_at, here.zone))],
        groups=_groups(sheet, here.zone),
        summary=_summary(sheet),
        signed=any(row.signature for row in sheet.rows),
        signers=[gettext("签到负责人")],
        demo=installation.is_demo(),
    )
    return render_pdf(
        html, title=title, lang=html_lang(), stylesheets=("css/print/attendance.css",)
    )


def sheet_xlsx(here: MeetingHere, sheet: Sheet) -> bytes:
    """Write the sheet as a workbook."""
    rows = [
        (number, row.unit, *(cells[key] for key in ("name", "post", "role", "at", "how")), row.gate)
        for number, row in enumerate(sheet.rows, 1)
        for cells in [_row(row, number, here.zone)]
    ]
    return workbook(
        gettext("签到表"),
        [gettext(head) for head in HEADS],
        rows,
        widths=WIDTHS,
        above=(here.title, _summary(sheet)),
    )


MISSING_HEADS = (
    N_("序号"),
    N_("单位"),
    N_("有表决权"),
    N_("情况"),
    N_("已到"),
    N_("应到"),
    N_("还没有到"),
    N_("联络员"),
    N_("联络员电话"),
)
MISSING_WIDTHS = (8, 32, 10, 24, 8, 8, 40, 16, 16)


def missing_sheet(here: MeetingHere, units: Iterable[MissingUnit], *, as_csv: bool) -> bytes:
    """Write who is missing as a workbook or as CSV; telephone numbers stay masked."""
    heads = [gettext(head) for head in MISSING_HEADS]
    rows: list[tuple[Cell, ...]] = [
        (
            number,
            unit.name,
            gettext("是") if unit.votes else "",
            gettext(ABSENCE_LABEL[unit.absence]),
            unit.arrived,
            unit.expected,
            gettext("、").join(named(name) for name in unit.people),
            unit.liaison,
            masked(unit.phone),
        )
        for number, unit in enumerate(units, 1)
    ]
    if as_csv:
        return csv_file(heads, rows)
    title = gettext("未到名单")
    return workbook(title, heads, rows, widths=MISSING_WIDTHS, above=(here.title,))
