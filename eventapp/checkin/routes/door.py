"""Pages of the door: choosing a gate, the camera there, a typed code, taking back."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.accounts.service import make_device, revoke_device
from eventapp.checkin import queries, service
from eventapp.checkin.document.answers import recall, show_answer, show_scan
from eventapp.checkin.document.takes import takes_of
from eventapp.checkin.document.words import door_words
from eventapp.checkin.forms import ChooseGateForm, TypeCodeForm, UndoAdmissionForm
from eventapp.checkin.models import Gate
from eventapp.checkin.routes.blueprint import bp
from eventapp.checkin.routes.devices import device_ends_at
from eventapp.checkin.rules import (
    DIRECTION_LABEL,
    TYPED_LONGEST,
    Direction,
    Method,
    Tone,
    Verdict,
    Way,
)
from eventapp.core import clock
from eventapp.core.access import ActorKind, Permission
from eventapp.core.errors import N_, Forbidden
from eventapp.meetings.queries import MeetingHere, meeting_here, meeting_of
from eventapp.web.doors import requires, scope
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor, actors, device_slot, forget, remember

LOOK: dict[str, tuple[str, str]] = {
    Tone.OK: ("verdict-ok", "check"),
    Tone.NEUTRAL: ("verdict-wait", "circle-alert"),
    Tone.STOP: ("verdict-bad", "x"),
    Verdict.LEFT: ("verdict-left", "log-out"),
}


@bp.get("/m/<meeting>/door")
@requires(Permission.SCAN_PASSES)
def show_door(meeting: str) -> str:
    """Scan at the gate of this device, or one that the address names; without, choose it first."""
    here = meeting_here(meeting)
    gates = queries.gates_of(here.id)
    own = actor().kind is ActorKind.DEVICE
    asked = str(actor().subject_id) if own else request.args.get("gate")
    gate = next((gate for gate in gates if str(gate.id) == asked), None)
    if gate is None:
        takes = {gate.id: takes_of(gate, here.zone) for gate in gates}
        return render_template(
            "checkin/choose_gate.html", here=here, gates=gates, takes=takes, words=door_words()
        )
    return _door_page(here, gate.id, TypeCodeForm(formdata=None, gate=gate.id))


@bp.post("/m/<meeting>/door")
@requires(Permission.SCAN_PASSES)
def choose_gate(meeting: str) -> BaseResponse:
    """Make the browser of staff the device of a gate; what it was before ends."""
    here = meeting_here(meeting)
    gate = queries.gate_in(here.id, ChooseGateForm().gate.data or 0)
    who = next(one for one in actors() if one.may(Permission.SCAN_PASSES, scope().ids))
    if who.kind is ActorKind.DEVICE:
        raise Forbidden("gate_not_yours", N_("这台设备不在这个入口使用，请重新选择入口。"))
    end_device(here)
    token = make_device(
        who,
        here.scope_id,
        gate.id,
        gate.name,
        expires_at=device_ends_at(meeting_of(here.id)),
        browser=request.user_agent.string,
    )
    remember(device_slot(here.scope_id), token)
    return redirect(url_for("checkin.show_door", meeting=meeting), 303)


@bp.post("/m/<meeting>/door/leave")
@requires(Permission.SCAN_PASSES)
def leave_door(meeting: str) -> BaseResponse:
    """End this browser's being a device; scans that it has not sent stay in it."""
    end_device(meeting_here(meeting))
    say(N_("这台设备已退出签到。"))
    return redirect(url_for("checkin.show_door", meeting=meeting), 303)


def end_device(here: MeetingHere) -> None:
    """Let this browser be no device of the meeting any more."""
    for one in actors():
        if one.kind is ActorKind.DEVICE and one.may(Permission.SCAN_PASSES, [here.scope_id]):
            revoke_device(one, here.scope_id, one.id)
    forget(device_slot(here.scope_id))


def _door_page(
    here: MeetingHere,
    gate_id: int,
    form: TypeCodeForm,
    undo: UndoAdmissionForm | None = None,
) -> str:
    # The page that a phone keeps for when there is no network asks for it blank: no names in it.
    blank = "blank" in request.args
    scans = [] if blank else queries.last_scans(here.scope_id, device=queries.device_of(actor()))
    shown = next((scan for scan in scans if scan.scan_id == request.args.get("scan")), None)
    undo = undo or UndoAdmissionForm(formdata=None, gate=gate_id)
    newest = scans[0] if scans else None
    gate = queries.gate_in(here.id, gate_id)
    sessions = queries.sessions_of(here.id)
    direction = _direction(gate)
    form.direction.data = direction
    if newest and newest.verdict is Verdict.ADMITTED and not undo.is_submitted():
        undo.registration_id.data = newest.registration_id
    return render_template(
        "checkin/show_door.html",
        here=here,
        gate=gate,
        takes=takes_of(gate, here.zone),
        session=next(one for one in sessions if one.id == gate.session_id),
        several=len(sessions) > 1,
        direction=direction,
        directions=DIRECTION_LABEL,
        rehearsal=queries.rehearsal_of(here.id),
        signs=queries.asks_signature(here.id),
        look=LOOK,
        counts=queries.tally_of(here.id),
        scans=[show_scan(scan, here.zone) for scan in scans],
        shown=show_answer(recall(shown)) if shown else None,
        form=form,
        undo=undo,
        words=door_words(),
        is_device=actor().kind is ActorKind.DEVICE,
    )


def _direction(gate: Gate) -> Direction:
    """Tell which way is scanned: the gate's own, or what the switch of the page says."""
    if gate.way is not Way.BOTH:
        return Direction(gate.way)
    chosen = request.form.get("direction") or request.args.get("direction")
    return Direction.EXIT if chosen == Direction.EXIT else Direction.ENTRY


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
            direction=_direction(gate),
        )

    gate = queries.gate_in(here.id, form.gate.data or 0)
    direction, gate_id = _direction(gate), gate.id
    if not attempt(form, act):
        return _door_page(here, gate_id, form), 422
    return _back(meeting, gate_id, scan=form.scan_id.data, direction=direction)


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
