"""Pages for people who come differently: looked for at the help desk, or with their unit."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.checkin import queries, service
from eventapp.checkin.document.answers import recall, show_at_desk
from eventapp.checkin.forms import AdmitByHandForm, AdmitFoundForm, AdmitUnitForm
from eventapp.checkin.models import Gate
from eventapp.checkin.queries.finding import MOST, find_people, unit_at_door, verdicts_given
from eventapp.checkin.routes.blueprint import bp
from eventapp.checkin.routes.door import LOOK
from eventapp.checkin.rules import SAYING, VERDICT_LABEL
from eventapp.checkin.service.finding import scan_of
from eventapp.core.access import Permission
from eventapp.meetings.queries import MeetingHere, meeting_here
from eventapp.registration.rules import CATEGORY_LABEL, STATE_LABEL
from eventapp.web.doors import requires
from eventapp.web.forms import attempt
from eventapp.web.session import actor


@bp.get("/m/<meeting>/door/find")
@requires(Permission.SUPERVISE_DOOR)
def find_people_at_door(meeting: str) -> str | BaseResponse:
    """Look for somebody by name, pinyin, initials or the end of a phone."""
    here = meeting_here(meeting)
    asked = request.args.get("gate")
    gate = next((gate for gate in queries.gates_of(here.id) if str(gate.id) == asked), None)
    if gate is None:
        return redirect(url_for("checkin.show_door", meeting=meeting))
    return _find_page(here, gate, request.args.get("text", ""))


def _find_page(
    here: MeetingHere, gate: Gate, text: str, refused: AdmitFoundForm | None = None
) -> str:
    found, more = find_people(here.id, text)
    scans = queries.last_scans(here.scope_id, device=queries.device_of(actor()))
    shown = next((scan for scan in scans if scan.scan_id == request.args.get("scan")), None)
    return render_template(
        "checkin/find_people_at_door.html",
        here=here,
        gate=gate,
        text=text,
        found=found,
        most=MOST if more else None,
        look=LOOK,
        shown=show_at_desk(recall(shown)) if shown else None,
        scan_id=shown.scan_id if shown else None,
        form=refused or AdmitFoundForm(formdata=None),
        by_hand=refused if isinstance(refused, AdmitByHandForm) else None,
        categories=CATEGORY_LABEL,
        states=STATE_LABEL,
    )


@bp.post("/m/<meeting>/door/find")
@requires(Permission.SUPERVISE_DOOR)
def admit_found(meeting: str) -> BaseResponse | tuple[str, int]:
    """Admit somebody of the list."""
    return _admit(meeting, AdmitFoundForm())


@bp.post("/m/<meeting>/door/find/by-hand")
@requires(Permission.SUPERVISE_DOOR)
def admit_by_hand(meeting: str) -> BaseResponse | tuple[str, int]:
    """Admit somebody who can show nothing, with a reason."""
    return _admit(meeting, AdmitByHandForm())


def _admit(meeting: str, form: AdmitFoundForm) -> BaseResponse | tuple[str, int]:
    here = meeting_here(meeting)
    gate = queries.gate_in(here.id, form.gate.data or 0)
    registration_id = form.registration_id.data or 0
    scan_id = scan_of(form.key.data or "", registration_id)

    def act() -> None:
        if isinstance(form, AdmitByHandForm):
            service.admit_by_hand(
                actor(),
                here.id,
                gate_id=gate.id,
                scan_id=scan_id,
                registration_id=registration_id,
                reason=form.reason.data or "",
            )
        else:
            service.admit_found(
                actor(),
                here.id,
                gate_id=gate.id,
                scan_id=scan_id,
                registration_id=registration_id,
            )

    if not attempt(form, act):
        return _find_page(here, gate, form.text.data or "", form), 422
    found = url_for("checkin.find_people_at_door", meeting=meeting, gate=gate.id, scan=scan_id)
    return redirect(found, 303)


@bp.get("/m/<meeting>/door/scans/<scan>/unit")
@requires(Permission.SCAN_PASSES)
def show_unit_at_door(meeting: str, scan: str) -> str:
    """Show the others of the unit of somebody who has just been scanned here."""
    return _unit_page(meeting_here(meeting), scan, AdmitUnitForm(formdata=None))


def _unit_page(here: MeetingHere, scan: str, form: AdmitUnitForm) -> str:
    device = queries.device_of(actor())
    unit = unit_at_door(here.id, device, scan)
    key = request.args.get("key", "")
    ids = {scan_of(key, one.registration_id): one.registration_id for one in unit.members}
    given = verdicts_given(device, ids) if key else {}
    return render_template(
        "checkin/show_unit_at_door.html",
        here=here,
        gate=queries.gate_in(here.id, unit.gate_id),
        unit=unit,
        scan_id=scan,
        form=form,
        given={ids[scan_id]: verdict for scan_id, verdict in given.items()},
        words=VERDICT_LABEL,
        sayings=SAYING,
        categories=CATEGORY_LABEL,
    )


@bp.post("/m/<meeting>/door/scans/<scan>/unit")
@requires(Permission.SCAN_PASSES)
def admit_unit(meeting: str, scan: str) -> BaseResponse | tuple[str, int]:
    """Admit several people of that unit at once, each with a verdict of their own."""
    here = meeting_here(meeting)
    form = AdmitUnitForm()
    key = form.key.data or ""

    def act() -> None:
        service.admit_unit(actor(), here.id, scan_id=scan, key=key, registration_ids=form.chosen())

    if not attempt(form, act):
        return _unit_page(here, scan, form), 422
    there = url_for("checkin.show_unit_at_door", meeting=meeting, scan=scan, key=key)
    return redirect(there, 303)
