"""The votes of a ballot as a sheet."""

from io import BytesIO

import xlsxwriter
from flask_babel import gettext

from eventapp.voting.queries import BallotRow, OutcomeRow, UnitRow
from eventapp.voting.rules import CHOICE_LABELS, Choice

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def votes_sheet(
    ballot: BallotRow, outcome: OutcomeRow, units: list[UnitRow], said: dict[int, Choice]
) -> bytes:
    """Write who said what as .xlsx; a name that begins with = stays a name."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(gettext("表决记录"))
        for column, width in enumerate((8, 40, 20, 12, 12)):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, ballot.motion_title, bold)
        sheet.write_string(1, 0, outcome.sentence.render(gettext))
        sheet.write_string(2, 0, gettext("记录码 %(code)s", code=outcome.record_code))
        for column, head in enumerate(_heads()):
            sheet.write_string(4, column, head, bold)
        for number, unit in enumerate(units, start=1):
            choice = said.get(unit.organisation_id)
            row = [str(number), unit.name, unit.seat, _presence(unit)]
            row.append(gettext(CHOICE_LABELS[choice]) if choice else gettext("未投"))
            for column, text in enumerate(row):
                sheet.write_string(4 + number, column, text)
        sheet.freeze_panes(5, 0)
    return out.getvalue()


def _heads() -> list[str]:
    return [gettext("序号"), gettext("单位"), gettext("席位"), gettext("到会"), gettext("表决")]


def _presence(unit: UnitRow) -> str:
    if unit.in_person:
        return gettext("到会")
    return gettext("委托") if unit.by_proxy else gettext("未到")
