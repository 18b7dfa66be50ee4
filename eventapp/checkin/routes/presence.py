"""The desk's pages about who has come and who is missing."""

import json
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext

from eventapp.checkin import queries
from eventapp.checkin.document.attendance import signed_attendance
from eventapp.checkin.document.chart import arrivals_svg
from eventapp.checkin.document.sheets import sheet_pdf, sheet_xlsx
from eventapp.checkin.routes.blueprint import bp
from eventapp.checkin.rules import SAYING, VERDICT_LABEL
from eventapp.core import feed
from eventapp.core.access import Permission
from eventapp.meetings.queries import meeting_here
from eventapp.registration.rules import CATEGORY_LABEL
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.language import html_lang
from eventapp.web.polling import conditional
from eventapp.web.sheets import XLSX


@bp.get("/m/<meeting>/desk/presence")
@requires(Permission.SEE_PRESENCE)
def show_presence(meeting: str) -> str:
    """Show who has come and who is missing."""
    return render_template("checkin/show_presence.html", **_presence(meeting))


@bp.get("/m/<meeting>/desk/presence/live")
@requires(Permission.SEE_PRESENCE)
def show_presence_live(meeting: str) -> Response:
    """Give the live part of that page; 304 while nothing changed."""
    here = meeting_here(meeting)
    return conditional(
        f"{feed.version_of(here.scope_id)}-{html_lang()}",
        lambda: render_template("checkin/_presence.html", **_presence(meeting)),
    )


def _presence(meeting: str) -> dict[str, Any]:
    here = meeting_here(meeting)
    line = queries.arrivals_over_time(queries.arrivals_of(here.id))
    return {
        "here": here,
        "counts": queries.arrival_counts(here.id),
        "units": queries.units_of(here.id),
        "gates": queries.gate_counts(here.id),
        "line": line,
        "chart": arrivals_svg(line, here.zone),
        "refusals": queries.refusals_of(here.scope_id),
        "words": VERDICT_LABEL,
        "sayings": SAYING,
        "categories": CATEGORY_LABEL,
        "version": f"{feed.version_of(here.scope_id)}-{html_lang()}",
    }


@bp.get("/m/<meeting>/desk/presence/sheet.pdf")
@requires(Permission.SEE_PRESENCE)
def download_sheet_pdf(meeting: str) -> Response:
    """Give the sign-in sheet as PDF, with the code of the ledger's head on it."""
    here = meeting_here(meeting)
    sheet = queries.sheet_of(here.id, here.scope_id)
    data = sheet_pdf(here, sheet)
    return download(
        data,
        name=gettext("%(meeting)s签到表.pdf", meeting=here.title),
        media_type="application/pdf",
    )


@bp.get("/m/<meeting>/desk/presence/sheet.xlsx")
@requires(Permission.SEE_PRESENCE)
def download_sheet_xlsx(meeting: str) -> Response:
    """Give the sign-in sheet as a workbook, with the code of the ledger's head on it."""
    here = meeting_here(meeting)
    data = sheet_xlsx(here, queries.sheet_of(here.id, here.scope_id))
    return download(
        data, name=gettext("%(meeting)s签到表.xlsx", meeting=here.title), media_type=XLSX
    )


@bp.get("/m/<meeting>/desk/presence/record.json")
@requires(Permission.SEE_PRESENCE)
def download_record(meeting: str) -> Response:
    """Give who came as a signed record that can be checked without us, up to a head if named."""
    here = meeting_here(meeting)
    until = request.args.get("until", type=int)
    record = signed_attendance(queries.attendance_of(here.id, until_seq=until))
    seq = json.loads(record["statement"]["body"])["head"]["seq"]
    return download(
        json.dumps(record, ensure_ascii=False, indent=1).encode(),
        name=f"{here.slug}-attendance-{seq}.json",
        media_type="application/json",
    )
