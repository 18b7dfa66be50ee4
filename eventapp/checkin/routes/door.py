"""Pages of the door: choosing a gate, the camera there, a typed code, taking back."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.checkin import queries, service
from eventapp.checkin.document.answers import recall, show_answer, show_scan
from eventapp.checkin.document.takes import takes_of
from eventapp.checkin.forms import TypeCodeForm, UndoAdmissionForm
from eventapp.checkin.routes.blueprint import bp
from eventapp.checkin.rules import TYPED_LONGEST, Method, Tone, Verdict
from eventapp.core import clock
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.meetings.queries import MeetingHere, meeting_here
from eventapp.web.doors import requires
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor

LOOK: dict[Tone, tuple[str, str]] = {
    Tone.OK: ("verdict-ok", "check"),
    Tone.NEUTRAL: ("verdict-wait", "circle-alert"),
    Tone.STOP: ("verdict-bad", "x"),
}


@bp.get("/m/<meeting>/door")
@requires(Permission.SCAN_PASSES)
def show_door(meeting: str) -> str:
    """Scan at a gate, which the address names; without one, choose it first."""
    here = meeting_here(meeting)
    gates = queries.gates_of(here.id)
    gate = next((gate for gate in gates if str(gate.id) == request.args.get("gate")), None)
    if gate is None:
        takes = {gate.id: takes_of(gate, here.zone) for gate in gates}
        return render_template("checkin/choose_gate.html", here=here, gates=gates, takes=takes)
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
    gate = queries.gate_in(here.id, gate_id)
    if newest and newest.verdict is Verdict.ADMITTED and not undo.is_submitted():
        undo.registration_id.data = newest.registration_id
    return render_template(
        "checkin/show_door.html",
        here=here,
        gate=gate,
        takes=takes_of(gate, here.zone),
        capacity=queries.capacity_of(here.id),
        signs=queries.asks_signature(here.id),
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
