"""Papers of a plan: both views as PDF, pictures, name cards, and the list as a table."""

from flask import Response, request
from flask_babel import gettext

from eventapp.core.errors import N_, NotFound
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.seating.document import cards_pdf_of, list_csv, list_xlsx, plan_pdf, plan_svg
from eventapp.seating.queries import Plan, plan_in
from eventapp.seating.routes.blueprint import MANAGE, ONE, bp
from eventapp.seating.rules import VIEW_LABEL, Kind, View
from eventapp.web.download import download
from eventapp.web.sheets import CSV, XLSX

PDF = "application/pdf"
SVG = "image/svg+xml"


def _found(meeting: str, plan_id: int) -> tuple[Meeting, Plan]:
    found = meeting_by_slug(meeting)
    return found, plan_in(found, plan_id)


@bp.get(f"{ONE}/plan.pdf")
@MANAGE
def download_plan(meeting: str, plan_id: int) -> Response:
    """Send both views as PDF, on A4 or on A3."""
    found, plan = _found(meeting, plan_id)
    sheet = "a3" if request.args.get("sheet") == "a3" else "a4"
    name = f"{plan.title}-{sheet.upper()}.pdf"
    return download(plan_pdf(found, plan, sheet), name=name, media_type=PDF)


@bp.get(f"{ONE}/picture.svg")
@MANAGE
def download_picture(meeting: str, plan_id: int) -> Response:
    """Send one view as a picture, for papers that are made elsewhere."""
    _meeting, plan = _found(meeting, plan_id)
    view = View.PODIUM if request.args.get("view") == View.PODIUM else View.HALL
    name = f"{plan.title}-{gettext(VIEW_LABEL[view])}.svg"
    return download(plan_svg(plan, view).encode(), name=name, media_type=SVG)


@bp.get(f"{ONE}/cards.pdf")
@MANAGE
def download_cards(meeting: str, plan_id: int) -> Response:
    """Send the name cards in the order in which they are set out."""
    found, plan = _found(meeting, plan_id)
    if plan.kind is Kind.AUDIENCE or not plan.places:
        raise NotFound("no_cards", N_("这份座次没有要打印的桌签。"))
    name = gettext("%(title)s桌签", title=plan.title)
    return download(cards_pdf_of(found, plan), name=f"{name}.pdf", media_type=PDF)


@bp.get(f"{ONE}/list.xlsx")
@MANAGE
def download_list_xlsx(meeting: str, plan_id: int) -> Response:
    """Send the plan as a workbook, along its rows."""
    found, plan = _found(meeting, plan_id)
    return download(list_xlsx(found, plan), name=f"{plan.title}.xlsx", media_type=XLSX)


@bp.get(f"{ONE}/list.csv")
@MANAGE
def download_list_csv(meeting: str, plan_id: int) -> Response:
    """Send the plan as CSV, along its rows."""
    _meeting, plan = _found(meeting, plan_id)
    return download(list_csv(plan), name=f"{plan.title}.csv", media_type=CSV)
