"""The kiosk: a browser locked to self check-in until its supervisor's password opens it again.

While it is locked every other address of the house leads back here, so a tablet that is left
alone shows nothing but itself.
"""

from datetime import timedelta
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.accounts.service import is_password_of
from eventapp.checkin import queries, service
from eventapp.checkin.document.answers import recall, show_at_kiosk
from eventapp.checkin.forms import KioskCodeForm, LeaveKioskForm
from eventapp.checkin.routes.blueprint import bp
from eventapp.checkin.routes.door import LOOK, end_device
from eventapp.checkin.rules import Method
from eventapp.core import clock
from eventapp.core.access import Permission
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.meetings.queries import MeetingHere, meeting_here
from eventapp.web.doors import requires
from eventapp.web.flood import is_within
from eventapp.web.forms import LARGEST, attempt
from eventapp.web.lock import lock_browser, locked_meeting, locked_place, unlock_browser
from eventapp.web.session import actor, actors

SHOWN = timedelta(seconds=5)
"""How long a verdict and a name stand on the kiosk's screen."""
TRIES = "10 per minute"
OPEN_HERE = frozenset(
    {
        "checkin.show_kiosk",
        "checkin.scan_at_kiosk",
        "checkin.show_leaving",
        "checkin.leave_kiosk",
        "checkin_api.record_kiosk_scan",
        "checkin_api.sign_sheet",
        "static",
    }
)
"""What a locked browser may ask for."""
SUPERVISE = requires(Permission.SUPERVISE_DOOR)
Answer = BaseResponse | str | tuple[str | BaseResponse, int]


def keep_locked() -> BaseResponse | None:
    """Lead a locked browser back to its kiosk; runs before every view."""
    meeting = locked_meeting()
    if not meeting or request.endpoint in OPEN_HERE:
        return None
    if not actors():  # nobody is signed in any more: there is nothing left to keep
        unlock_browser()
        return None
    return _to(meeting)


@bp.get("/m/<meeting>/kiosk")
@SUPERVISE
def show_kiosk(meeting: str) -> Answer:
    """Show the kiosk where this browser is one; else offer to make it one, at a gate."""
    here = meeting_here(meeting)
    locked = locked_meeting()
    if not locked:
        gates = queries.gates_of(here.id)
        return render_template("checkin/open_kiosk.html", here=here, gates=gates)
    if locked != meeting:
        return _to(locked)
    return _kiosk_page(here, KioskCodeForm(formdata=None))


@bp.post("/m/<meeting>/kiosk")
@SUPERVISE
def open_kiosk(meeting: str) -> Answer:
    """Lock this browser to self check-in at a gate."""
    here = meeting_here(meeting)
    gate = queries.gate_in(here.id, min(request.form.get("gate", 0, type=int), LARGEST))
    end_device(here)  # its scans are no device's: nobody watches them
    lock_browser(meeting, gate.id)
    return _to(meeting)


@bp.post("/m/<meeting>/kiosk/code")
@SUPERVISE
def scan_at_kiosk(meeting: str) -> Answer:
    """Check somebody in by a typed code, without a camera and without a script."""
    here, gate_id = meeting_here(meeting), locked_place(meeting)
    form = KioskCodeForm()

    def act() -> None:
        service.record_scan(
            actor(),
            here.id,
            gate_id=gate_id,
            scan_id=form.scan_id.data or "",
            text=(form.code.data or "").strip(),
            method=Method.KIOSK,
            claimed_at=clock.now(),
        )

    if not attempt(form, act):
        return _kiosk_page(here, form), 422
    return _to(meeting, scan=form.scan_id.data)


@bp.get("/m/<meeting>/kiosk/leave")
@SUPERVISE
def show_leaving(meeting: str) -> str:
    """Ask for the password that opens the browser again."""
    return _leave_page(meeting_here(meeting), LeaveKioskForm(formdata=None))


@bp.post("/m/<meeting>/kiosk/leave")
@SUPERVISE
def leave_kiosk(meeting: str) -> Answer:
    """Open the browser again for whoever knows the password of who locked it."""
    form = LeaveKioskForm()

    def act() -> None:
        if not is_within(TRIES, "kiosk", str(actor())):
            raise Conflict("too_many_tries", N_("试得太多了，请一分钟后再试。"))
        if not is_password_of(actor().id, form.password.data or ""):
            raise Invalid("password_wrong", N_("密码不对，请再输入一次。"), field="password")

    if not attempt(form, act):
        return _leave_page(meeting_here(meeting), form), 422
    unlock_browser()
    return redirect(url_for("checkin.show_door", meeting=meeting), 303)


def _kiosk_page(here: MeetingHere, form: KioskCodeForm) -> BaseResponse:
    shown = _answer_shown(here)
    page = render_template(
        "checkin/show_kiosk.html",
        here=here,
        gate=queries.gate_in(here.id, locked_place(here.slug)),
        look=LOOK,
        shown=shown,
        signs=queries.asks_signature(here.id),
        form=form,
        shown_ms=SHOWN // timedelta(milliseconds=1),
    )
    response = make_response(page)
    if shown:  # the page without a script is drawn again, empty
        url = url_for("checkin.show_kiosk", meeting=here.slug)
        response.headers["Refresh"] = f"{SHOWN.seconds}; url={url}"
    return response


def _answer_shown(here: MeetingHere) -> dict[str, object] | None:
    """Word the scan that the address names, for as long as a verdict stands."""
    scans = queries.last_scans(here.scope_id, device=queries.device_of(actor()), most=1)
    for scan in scans:
        fresh = clock.now() - scan.received_at < SHOWN
        if fresh and scan.scan_id == request.args.get("scan"):
            speaks = queries.waits_to_speak(scan.registration_id)
            return show_at_kiosk(recall(scan), speaks=speaks)
    return None


def _leave_page(here: MeetingHere, form: LeaveKioskForm) -> str:
    return render_template("checkin/leave_kiosk.html", here=here, form=form)


def _to(meeting: str, **more: Any) -> BaseResponse:
    return redirect(url_for("checkin.show_kiosk", meeting=meeting, **more), 303)
