"""Pages of a unit that comes together: two taps after one of its people was scanned."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.checkin import queries, service
from eventapp.checkin.forms import AdmitUnitForm
from eventapp.checkin.queries.finding import unit_at_door, verdicts_given
from eventapp.checkin.routes.blueprint import bp
from eventapp.checkin.rules import SAYING, VERDICT_LABEL
from eventapp.checkin.service.finding import scan_of
from eventapp.core.access import Permission
from eventapp.meetings.queries import MeetingHere, meeting_here
from eventapp.registration.rules import CATEGORY_LABEL
from eventapp.web.doors import requires
from eventapp.web.forms import attempt
from eventapp.web.session import actor


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
