"""Pages of the door: the camera at a gate, and the desk's pages about who has come."""

from typing import Any

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.checkin import queries, service
from eventapp.checkin.document.answers import recall, show_answer, show_scan
from eventapp.checkin.document.chart import arrivals_svg
from eventapp.checkin.document.sheets import sheet_pdf, sheet_xlsx
from eventapp.checkin.forms import NameGateForm, TypeCodeForm, UndoAdmissionForm
from eventapp.checkin.rules import SAYING, TYPED_LONGEST, VERDICT_LABEL, Method, Tone, Verdict
from eventapp.core import clock, feed
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.meetings.queries import MeetingHere, meeting_here
from eventapp.registration.rules import CATEGORY_LABEL
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.forms import attempt, say
from eventapp.web.language import html_lang
from eventapp.web.polling import conditional
from eventapp.web.session import actor
from eventapp.web.sheets import XLSX

bp = Blueprint("checkin", __name__)
LOOK: dict[Tone, tuple[str, str]] = {
    Tone.OK: ("verdict-ok", "check"),
    Tone.NEUTRAL: ("verdict-wait", "circle-alert"),
    Tone.STOP: ("verdict-bad", "x"),
}


def register(app: Flask) -> None:
    """Let passes, which know nothing of the door, name its gates, and people see their scans."""
    app.extensions["gate_names"] = _gate_names
    app.extensions.setdefault("own_data", []).append(_own_scans)


def _gate_names(meeting_id: int) -> list[str]:
    return [gate.name for gate in queries.gates_of(meeting_id)]


def _own_scans(meeting_id: int, person_id: int) -> dict[str, list[dict[str, Any]]]:
    rows = queries.scans_of_person(meeting_id, person_id)
    scans = [
        {"at": row.at, "gate": row.gate, "verdict": VERDICT_LABEL[row.verdict]} for row in rows
    ]
    return {"scans": scans}


@bp.get("/m/<meeting>/door")
@requires(Permission.SCAN_PASSES)
def show_door(meeting: str) -> str:
    """Scan at a gate, which the address names; without one, choose it first."""
    here = meeting_here(meeting)
    gates = queries.gates_of(here.id)
    gate = next((gate for gate in gates if str(gate.id) == request.args.get("gate")), None)
    if gate is None:
        return render_template("checkin/choose_gate.html", here=here, gates=gates)
    return _door_page(here, gate.id, TypeCodeForm(formdata=None, gate=gate.id))


def _door_page(
    here: MeetingHere,
    gate_id: int,
    form: TypeCodeForm,
    undo: UndoAdmissionForm | None = None,
) -> str:
    scans = queries.last_scans(here.scope_id, device=queries.device_of(actor()))
    shown = next((scan for scan in scans if scan.scan_id == request.args.get("scan")), None)
    undo = undo or UndoAdmissionForm(formdata=None, gate=gate_id)
    newest = scans[0] if scans else None
    if newest and newest.verdict is Verdict.ADMITTED and not undo.is_submitted():
        undo.registration_id.data = newest.registration_id
    return render_template(
        "checkin/show_door.html",
        here=here,
        gate=queries.gate_in(here.id, gate_id),
        look=LOOK,
        counts=queries.tally_of(here.id),
        scans=[show_scan(scan, here.zone) for scan in scans],
        shown=show_answer(recall(shown)) if shown else None,
        form=form,
        undo=undo,
    )


@bp.post("/m/<meeting>/door/code")
@requires(Permission.SCAN_PASSES)
def type_code(meeting: str) -> BaseResponse | tuple[str, int]:
    """Scan a typed code without a camera and without a script."""
    here = meeting_here(meeting)
    form = TypeCodeForm()
    text = (form.code.data or "").strip()

    def act() -> None:
        service.record_scan(
            actor(),
            here.id,
            gate_id=form.gate.data or 0,
            scan_id=form.scan_id.data or "",
            text=text,
            method=Method.TYPED_CODE if len(text) <= TYPED_LONGEST else Method.WEDGE,
            claimed_at=clock.now(),
        )

    gate_id = queries.gate_in(here.id, form.gate.data or 0).id
    if not attempt(form, act):
        return _door_page(here, gate_id, form), 422
    return _back(meeting, gate_id, scan=form.scan_id.data)


@bp.post("/m/<meeting>/door/undo")
@requires(Permission.SCAN_PASSES)
def undo_admission(meeting: str) -> BaseResponse | tuple[str, int]:
    """Take an admission back."""
    here = meeting_here(meeting)
    form = UndoAdmissionForm()
    gate_id = queries.gate_in(here.id, form.gate.data or 0).id

    def act() -> None:
        service.undo_admission(
            actor(), here.id, form.registration_id.data or 0, form.reason.data or ""
        )

    if not attempt(form, act):
        return _door_page(here, gate_id, TypeCodeForm(formdata=None, gate=gate_id), form), 422
    say(N_("已撤销，这个人不再算作在场。"))
    return _back(meeting, gate_id)


def _back(meeting: str, gate_id: int, **more: Any) -> BaseResponse:
    return redirect(url_for("checkin.show_door", meeting=meeting, gate=gate_id, **more), 303)


@bp.get("/m/<meeting>/desk/gates")
@requires(Permission.MANAGE_MEETING)
def list_gates(meeting: str) -> str:
    """Show the gates, to add and rename."""
    return _gates_page(meeting_here(meeting), NameGateForm(formdata=None))


def _gates_page(here: MeetingHere, form: NameGateForm, renaming: int = 0) -> str:
    return render_template(
        "checkin/list_gates.html",
        here=here,
        gates=queries.gate_counts(here.id),
        form=form,
        renaming=renaming,
    )


@bp.post("/m/<meeting>/desk/gates")
@requires(Permission.MANAGE_MEETING)
def add_gate(meeting: str) -> BaseResponse | tuple[str, int]:
    """Open a gate."""
    here = meeting_here(meeting)
    form = NameGateForm()
    if not attempt(form, lambda: service.add_gate(actor(), here.id, form.name.data or "")):
        return _gates_page(here, form), 422
    say(N_("入口已添加。"))
    return redirect(url_for("checkin.list_gates", meeting=meeting), 303)


@bp.post("/m/<meeting>/desk/gates/<int:gate>/name")
@requires(Permission.MANAGE_MEETING)
def rename_gate(meeting: str, gate: int) -> BaseResponse | tuple[str, int]:
    """Give a gate another name."""
    here = meeting_here(meeting)
    form = NameGateForm()
    queries.gate_in(here.id, gate)
    if not attempt(form, lambda: service.rename_gate(actor(), here.id, gate, form.name.data or "")):
        return _gates_page(here, form, gate), 422
    say(N_("入口已改名。"))
    return redirect(url_for("checkin.list_gates", meeting=meeting), 303)


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
