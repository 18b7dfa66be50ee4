"""The votes of a ballot as a sheet."""

from flask_babel import gettext

from eventapp.voting.queries import BallotRow, OutcomeRow, UnitRow
from eventapp.voting.rules import CHOICE_LABELS, Choice
from eventapp.web.sheets import Cell, workbook


def votes_sheet(
    ballot: BallotRow, outcome: OutcomeRow, units: list[UnitRow], said: dict[int, Choice]
) -> bytes:
    """Write who said what as .xlsx."""
    rows: list[tuple[Cell, ...]] = []
    for number, unit in enumerate(units, start=1):
        choice = said.get(unit.organisation_id)
        word = gettext(CHOICE_LABELS[choice]) if choice else gettext("未投")
        rows.append((number, unit.name, unit.seat, _presence(unit), word))
    return workbook(
        gettext("表决记录"),
        _heads(),
        rows,
        widths=(8, 40, 20, 12, 12),
        above=(
            ballot.motion_title,
            outcome.sentence.render(gettext),
            gettext("记录码 %(code)s", code=outcome.record_code),
        ),
    )


def _heads() -> list[str]:
    return [gettext("序号"), gettext("单位"), gettext("席位"), gettext("到会"), gettext("表决")]


def _presence(unit: UnitRow) -> str:
    if unit.in_person:
        return gettext("到会")
    return gettext("委托") if unit.by_proxy else gettext("未到")
