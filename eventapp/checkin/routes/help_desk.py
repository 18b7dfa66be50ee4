"""Pages of the help desk: people are looked for, admitted, and get their badge and pass anew."""

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.accounts.queries import link_of
from eventapp.badges.document import one_badge
from eventapp.badges.queries import usual_options
from eventapp.checkin import queries, service
from eventapp.checkin.document.answers import recall, show_at_desk
from eventapp.checkin.forms import (
    AdmitByHandForm,
    AdmitFoundForm,
    ReissueForm,
    UndoAdmissionForm,
)
from eventapp.checkin.models import Gate
from eventapp.checkin.queries.finding import person_at_door
from eventapp.checkin.queries.search import MOST, find_people
from eventapp.checkin.routes.blueprint import bp
from eventapp.checkin.routes.door import LOOK
from eventapp.checkin.service.finding import scan_of
from eventapp.core.access import Permission, Role
from eventapp.core.errors import N_, NotFound
from eventapp.meetings.queries import MeetingHere, meeting_by_slug, meeting_here
from eventapp.registration.document import slips_pdf
from eventapp.registration.queries import generation_of, registration_in
from eventapp.registration.rules import CATEGORY_LABEL, STATE_LABEL, WALK_IN, Reissue
from eventapp.registration.service import reissue_pass
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.forms import BaseForm, attempt, say
from eventapp.web.session import actor

SUPERVISE = requires(Permission.SUPERVISE_DOOR)
PERSON = "/m/<meeting>/door/people/<int:registration_id>"
PDF = "application/pdf"


def gate_asked(here: MeetingHere) -> Gate | None:
    """Tell at which gate the help desk stands, as the address says; None where it says none."""
    asked = request.args.get("gate")
    return next((gate for gate in queries.gates_of(here.id) if str(gate.id) == asked), None)


def choose_gate(meeting: str) -> BaseResponse:
    """Send somebody whose address names no gate to the choice of one."""
    return redirect(url_for("checkin.show_door", meeting=meeting))


@bp.get("/m/<meeting>/door/find")
@SUPERVISE
def find_people_at_door(meeting: str) -> str | BaseResponse:
    """Look for somebody by name, pinyin, initials or the end of a phone."""
    here = meeting_here(meeting)
    gate = gate_asked(here)
    if gate is None:
        return choose_gate(meeting)
    text = request.args.get("text", "")
    found, more = find_people(here.id, text)
    return render_template(
        "checkin/find_people_at_door.html",
        here=here,
        gate=gate,
        text=text,
        found=found,
        most=MOST if more else None,
        key=AdmitFoundForm(formdata=None).key.data,
        categories=CATEGORY_LABEL,
        states=STATE_LABEL,
    )


@bp.get(PERSON)
@SUPERVISE
def show_person_at_door(meeting: str, registration_id: int) -> str | BaseResponse:
    """Show one person with all that the help desk can do for them, and the last answer."""
    here = meeting_here(meeting)
    gate = gate_asked(here)
    return choose_gate(meeting) if gate is None else _person_page(here, gate, registration_id)


def _person_page(
    here: MeetingHere, gate: Gate, registration_id: int, refused: BaseForm | None = None
) -> str:
    scans = queries.last_scans(here.scope_id, device=queries.device_of(actor()))
    asked = request.args.get("scan")
    shown = next(
        (one for one in scans if (one.scan_id, one.registration_id) == (asked, registration_id)),
        None,
    )
    generation = generation_of(registration_id)
    by_hand = refused if isinstance(refused, AdmitByHandForm) else None
    reissue = refused if isinstance(refused, ReissueForm) else None
    return render_template(
        "checkin/show_person_at_door.html",
        here=here,
        gate=gate,
        one=person_at_door(here.id, registration_id),
        look=LOOK,
        shown=show_at_desk(recall(shown)) if shown else None,
        scan_id=shown.scan_id if shown else None,
        form=refused or AdmitFoundForm(formdata=None),
        by_hand=by_hand or AdmitByHandForm(formdata=None),
        reissue=reissue or ReissueForm(formdata=None, seen=generation),
        undo=UndoAdmissionForm(formdata=None),
        has_pass=generation is not None,
        has_slip=registration_in(here.id, registration_id).channel == WALK_IN,
        categories=CATEGORY_LABEL,
        states=STATE_LABEL,
    )


@bp.post(PERSON)
@SUPERVISE
def admit_found(meeting: str, registration_id: int) -> BaseResponse | tuple[str, int]:
    """Admit somebody who was found."""
    here, form = meeting_here(meeting), AdmitFoundForm()
    scan_id = scan_of(form.key.data or "", registration_id)

    def act() -> None:
        service.admit_found(
            actor(),
            here.id,
            gate_id=form.gate.data or 0,
            scan_id=scan_id,
            registration_id=registration_id,
        )

    gate = queries.gate_in(here.id, form.gate.data or 0)
    if not attempt(form, act):
        return _person_page(here, gate, registration_id, form), 422
    return to_person(meeting, registration_id, gate.id, scan_id)


@bp.post(f"{PERSON}/by-hand")
@SUPERVISE
def admit_by_hand(meeting: str, registration_id: int) -> BaseResponse | tuple[str, int]:
    """Admit somebody who can show nothing, with a reason."""
    here, form = meeting_here(meeting), AdmitByHandForm()
    scan_id = scan_of(form.key.data or "", registration_id)

    def act() -> None:
        service.admit_by_hand(
            actor(),
            here.id,
            gate_id=form.gate.data or 0,
            scan_id=scan_id,
            registration_id=registration_id,
            reason=form.reason.data or "",
        )

    gate = queries.gate_in(here.id, form.gate.data or 0)
    if not attempt(form, act):
        return _person_page(here, gate, registration_id, form), 422
    return to_person(meeting, registration_id, gate.id, scan_id)


@bp.post(f"{PERSON}/pass")
@SUPERVISE
def reissue_pass_at_door(meeting: str, registration_id: int) -> BaseResponse | tuple[str, int]:
    """Give somebody a new pass; the old one dies at once."""
    here, form = meeting_here(meeting), ReissueForm()

    def act() -> None:
        why = Reissue(form.why.data)
        reissue_pass(actor(), here.id, registration_id, why=why, seen=form.seen.data)

    gate = queries.gate_in(here.id, form.gate.data or 0)
    if not attempt(form, act):
        return _person_page(here, gate, registration_id, form), 422
    say(N_("已补发新凭证，旧凭证即时作废。请打印新的胸卡。"))
    return to_person(meeting, registration_id, gate.id)


def to_person(
    meeting: str, registration_id: int, gate_id: int, scan_id: str | None = None
) -> BaseResponse:
    """Go to somebody's page, with the answer to a scan."""
    there = url_for(
        "checkin.show_person_at_door",
        meeting=meeting,
        registration_id=registration_id,
        gate=gate_id,
        scan=scan_id,
    )
    return redirect(there, 303)


@bp.get(f"{PERSON}/badge.pdf")
@SUPERVISE
def download_badge_at_door(meeting: str, registration_id: int) -> Response:
    """Send one person's badge, in the size in which the meeting's badges were printed last."""
    found = meeting_by_slug(meeting)
    name, pdf = one_badge(found, registration_id, usual_options(found.scope_id))
    return download(pdf, name=name, media_type=PDF)


@bp.get(f"{PERSON}/slip.pdf")
@SUPERVISE
def download_slip_at_door(meeting: str, registration_id: int) -> Response:
    """Send the printed slip of somebody whom the help desk has registered, and of nobody else."""
    found = meeting_by_slug(meeting)
    row = registration_in(found.id, registration_id)
    link = link_of(found.scope_id, Role.DELEGATE, registration_id)
    if row.channel != WALK_IN or link is None or link.revoked_at is not None:
        raise NotFound("link_missing", N_("这份报名没有个人链接。"))
    return download(slips_pdf(found, [(row, link)]), name=f"{row.name}.pdf", media_type=PDF)
