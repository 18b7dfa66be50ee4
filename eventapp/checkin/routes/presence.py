"""The desk's pages about who has come and who is missing."""

import json
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext

from eventapp.alliance.service import note_contact_shown
from eventapp.checkin import queries
from eventapp.checkin.document.attendance import signed_attendance
from eventapp.checkin.document.chart import arrivals_svg
from eventapp.checkin.document.sheets import missing_sheet, sheet_pdf, sheet_xlsx
from eventapp.checkin.routes.blueprint import bp, quorum_of
from eventapp.checkin.rules import SAYING, VERDICT_LABEL
from eventapp.core import feed
from eventapp.core.access import Permission
from eventapp.meetings.queries import MeetingHere, meeting_here, meeting_of
from eventapp.registration.queries import delegation_in
from eventapp.registration.rules import CATEGORY_LABEL
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.forms import LARGEST
from eventapp.web.language import html_lang
from eventapp.web.polling import conditional
from eventapp.web.session import actor
from eventapp.web.sheets import CSV, XLSX

A_PAGE = 50


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
    board = queries.board_of(here.id)
    line = queries.arrivals_over_time(board.arrived_at)
    return {
        "here": here,
        "counts": board.counts,
        "quorum": quorum_of(here.id),
        "roll_call": queries.roll_call_of(here.id),
        "units": board.units,
        "gates": queries.gate_counts(here.id),
        "sessions": queries.sessions_of(here.id),
        "line": line,
        "chart": arrivals_svg(line, here.zone),
        "refusals": queries.refusals_of(here.scope_id),
        "unsent": queries.unsent_at(here.scope_id),
        "conflicts": queries.open_conflicts(here.id),
        "late": queries.late_inside(here.id),
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
    until = until if until is None else min(until, LARGEST)
    record = signed_attendance(queries.attendance_of(here.id, until_seq=until))
    seq = json.loads(record["statement"]["body"])["head"]["seq"]
    return download(
        json.dumps(record, ensure_ascii=False, indent=1).encode(),
        name=f"{here.slug}-attendance-{seq}.json",
        media_type="application/json",
    )


@bp.get("/m/<meeting>/desk/presence/missing")
@requires(Permission.SEE_PRESENCE)
def show_missing(meeting: str) -> str:
    """List of which units somebody is missing, those that vote first, with whom to call."""
    return render_template("checkin/show_missing.html", **_missing(meeting_here(meeting)))


@bp.get("/m/<meeting>/desk/presence/missing/live")
@requires(Permission.SEE_PRESENCE)
def show_missing_live(meeting: str) -> Response:
    """Give the live part of that page; 304 while nothing changed."""
    here = meeting_here(meeting)
    return conditional(
        f"{feed.version_of(here.scope_id)}-{html_lang()}",
        lambda: render_template("checkin/_missing.html", **_missing(here)),
    )


@bp.post("/m/<meeting>/desk/presence/missing/<int:delegation_id>/phone")
@requires(Permission.MANAGE_REGISTRATIONS)
def show_liaison_phone(meeting: str, delegation_id: int) -> str:
    """Show a liaison's telephone number in full, to be called; who looked is recorded."""
    here = meeting_here(meeting)
    liaison_id = delegation_in(here.id, delegation_id).liaison_id
    if liaison_id is not None:
        note_contact_shown(actor(), meeting_of(here.id).alliance_id, liaison_id)
    return render_template("checkin/show_missing.html", **_missing(here), called=delegation_id)


@bp.get("/m/<meeting>/desk/presence/missing/export")
@requires(Permission.SEE_PRESENCE)
def download_missing(meeting: str) -> Response:
    """Give the filtered list as a workbook, or as CSV; telephone numbers stay masked."""
    here = meeting_here(meeting)
    as_csv = request.args.get("as") == "csv"
    return download(
        missing_sheet(
            here, _wanted(queries.missing_units(here.id, quorum_of(here.id))), as_csv=as_csv
        ),
        name=f"{gettext('%(meeting)s未到名单', meeting=here.title)}.{'csv' if as_csv else 'xlsx'}",
        media_type=CSV if as_csv else XLSX,
    )


def _missing(here: MeetingHere) -> dict[str, Any]:
    quorum = quorum_of(here.id)
    found = queries.missing_units(here.id, quorum)
    wanted = _wanted(found)
    pages = max(1, -(-len(wanted) // A_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    first = (page - 1) * A_PAGE
    kept: dict[str, Any] = {"meeting": here.slug, **_filter()}
    return {
        "here": here,
        "quorum": quorum,
        "roll_call": queries.roll_call_of(here.id),
        "found": found,
        "units": wanted[first : first + A_PAGE],
        "first": first + 1,
        "total": len(wanted),
        "page": page,
        "pages": pages,
        "page_url": lambda number: url_for("checkin.show_missing", page=number, **kept),
        "kept": kept,
        "absence_label": queries.ABSENCE_LABEL,
        "version": f"{feed.version_of(here.scope_id)}-{html_lang()}",
    }


def _filter() -> dict[str, str]:
    text = request.args.get("text", "").replace("\x00", "").strip()[:60]
    who = request.args.get("who", "")
    return {"text": text, "who": who if who in {"votes", "others"} else ""}


def _wanted(units: list[queries.MissingUnit]) -> list[queries.MissingUnit]:
    """Choose what the filter asks for: who votes or not, a part of a unit's or a person's name."""
    chosen = _filter()
    text, who = chosen["text"].casefold(), chosen["who"]
    return [
        unit
        for unit in units
        if (not who or unit.votes == (who == "votes"))
        and (not text or any(text in name.casefold() for name in (unit.name, *unit.people)))
    ]
