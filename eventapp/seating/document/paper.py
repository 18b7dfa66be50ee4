"""A plan on paper and in tables: both views on A4 or A3, name cards, the list."""

from collections.abc import Iterator
from typing import Any, Literal

from flask_babel import gettext

from eventapp.badges.document import cards_pdf
from eventapp.badges.queries import Holder
from eventapp.core import installation
from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.registration.rules import Category
from eventapp.seating.document.words import name_of
from eventapp.seating.queries import Line, Plan
from eventapp.seating.rules import HALL_SIDE, VIEW_LABEL, Kind, Place, View
from eventapp.web.language import html_lang
from eventapp.web.sheets import Cell, csv_file, workbook
from eventapp.web.typeset import breakable, name_pieces, typeset

Sheet = Literal["a4", "a3"]
HEADS = (N_("排"), N_("左起"), N_("名次"), N_("姓名或单位"), N_("单位"), N_("职务"), N_("人数"))
ROWS_TOGETHER = 2
WIDTHS = (6, 8, 8, 24, 36, 30, 8)


def plan_pdf(meeting: Meeting, plan: Plan, sheet: Sheet) -> bytes:
    """Print both views of a plan, landscape, in the language of whoever asks.

    A plan of few rows has them on one page, a larger one a page for each.
    """
    data = {
        "title": plan.title,
        "meeting": breakable(meeting.title),
        "demo": gettext("演示数据") if installation.is_demo() else "",
        "lang": html_lang().split("-")[0],
        "sheet": sheet,
        "bar": gettext(HALL_SIDE[plan.kind]),
        "blocks": plan.kind is Kind.AUDIENCE,
        "together": max((place.row for place in plan.places), default=0) <= ROWS_TOGETHER,
        "views": [_view(plan, view) for view in View],
    }
    return typeset("seating/pdf/plan.typ", data)


def _view(plan: Plan, view: View) -> dict[str, Any]:
    return {
        "view": gettext(VIEW_LABEL[view]),
        "bar_above": (plan.kind is Kind.AUDIENCE) == (view is View.HALL),
        "rows": [[_cell(plan, place) for place in row] for row in plan.rows(view)],
    }


def _cell(plan: Plan, place: Place) -> dict[str, Any]:
    sitting = plan.sitting(place.number)
    if plan.kind is Kind.AUDIENCE:
        units = [{"name": breakable(name_of(line)), "count": str(count)} for line, count in sitting]
        return {"rank": str(place.number), "units": units}
    line = sitting[0][0]
    return {
        "rank": str(line.rank),
        "name": name_pieces(line.name),
        "note": breakable(line.titles or line.unit),
    }


def cards_pdf_of(meeting: Meeting, plan: Plan) -> bytes:
    """Print the name cards of a plan in the order in which they are set out, from the left.

    Two-sided, as all name cards; front row first, as the hall sees it.
    """
    people = [
        Holder(0, line.name, line.unit, line.titles, line.category or Category.GUEST, "", "")
        for _place, line, _count in _across(plan)
    ]
    return cards_pdf(meeting, people)


def _across(plan: Plan) -> Iterator[tuple[Place, Line, int]]:
    """Go along the rows from the front, left to right as the hall sees it."""
    for place in sorted(plan.places, key=lambda place: (place.row, place.column)):
        for line, count in plan.sitting(place.number):
            yield place, line, count


def _rows(plan: Plan) -> Iterator[tuple[Cell, ...]]:
    for place, line, count in _across(plan):
        named = (name_of(line), line.unit, line.titles)
        yield (place.row, place.column, line.rank, *named, count)


def list_xlsx(meeting: Meeting, plan: Plan) -> bytes:
    """Write a plan as a workbook, along its rows."""
    above = [meeting.title, plan.title, gettext("从台下看，左起。")]
    if installation.is_demo():
        above.append(gettext("演示数据"))
    heads = [gettext(head) for head in HEADS]
    return workbook(plan.title, heads, _rows(plan), widths=WIDTHS, above=above)


def list_csv(plan: Plan) -> bytes:
    """Write a plan as CSV, for other programs."""
    return csv_file([gettext(head) for head in HEADS], _rows(plan))
