"""Doors of a person's own pass: the page, its PDF and picture, and cancelling."""

from pathlib import Path

from flask import Response, current_app, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.agenda.queries.papers import readable_papers
from eventapp.core import clock
from eventapp.core.access import Actor, ActorKind, Permission
from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.document import pass_paper, worded_answers
from eventapp.registration.forms import AcceptInvitationForm, DeclineInvitationForm
from eventapp.registration.queries import (
    Row,
    answers_of,
    correction_of,
    fields_of,
    pass_token,
    registration_in,
    shown_consent,
)
from eventapp.registration.queries.own import consents_given, may_change_own
from eventapp.registration.queries.readers import reader_of
from eventapp.registration.routes.blueprint import bp, public_meeting
from eventapp.registration.rules import (
    CATEGORY_LABEL,
    INVITATION,
    Category,
    State,
    format_code,
    left_open,
    may_become,
    standing_of,
)
from eventapp.registration.service import cancel_registration
from eventapp.registration.service.invitations import accept_invitation, decline_invitation
from eventapp.web.doors import public, requires, scope
from eventapp.web.download import download
from eventapp.web.forms import attempt, say
from eventapp.web.qr import qr_svg
from eventapp.web.session import actors

WORKER = Path("js") / "registration" / "pass-worker.js"


def holders() -> list[Actor]:
    """List the personal links of this browser that open a pass of this meeting."""
    links = [one for one in actors() if one.kind is ActorKind.LINK]
    chain = scope().ids if links else ()
    return [one for one in links if one.may(Permission.OPEN_OWN_PASS, chain)]


def holder() -> Actor:
    """Choose whose pass is meant: a phone may hold those of several colleagues."""
    who = request.args.get("who", type=int)
    held = holders()
    return next((one for one in held if one.subject_id == who), held[-1])


def _gates(meeting_id: int, category: Category) -> list[str]:
    """Ask whoever runs the door for the gates that take a category."""
    return current_app.extensions["gate_names"](meeting_id, category)


@bp.get("/m/<meeting>/pass")
@requires(Permission.OPEN_OWN_PASS)
def show_pass(meeting: str) -> str:
    """Show the holder's pass, or how the registration stands."""
    return _page(meeting_by_slug(meeting))


def _page(
    found: Meeting,
    accept: AcceptInvitationForm | None = None,
    refuse: DeclineInvitationForm | None = None,
) -> str:
    row = registration_in(found.id, holder().subject_id)
    version, consent_text = shown_consent(found.id)
    others = [
        registration_in(found.id, one.subject_id) for one in holders() if one.subject_id != row.id
    ]
    approved = row.state is State.APPROVED
    asked = fields_of(found.id, row.category)
    needed, open_questions = left_open(asked, row.category, answers_of([row.id])[row.id])
    return render_template(
        "registration/show_pass.html",
        meeting=found,
        row=row,
        others=others,
        qr=qr_svg(pass_token(row.id), title=row.name) if approved else None,
        code=format_code(row.code) if approved else "",
        category=CATEGORY_LABEL[row.category],
        state=standing_of(row.state, row.channel),
        is_refusal=row.state is State.DECLINED and row.channel == INVITATION,
        accept=accept or AcceptInvitationForm(formdata=None, consent_version=version),
        refuse=refuse or DeclineInvitationForm(formdata=None),
        consent_text=consent_text,
        consent_version=version,
        asked=asked,
        needed=needed,
        open_questions=open_questions,
        gates=_gates(found.id, row.category),
        may_cancel=row.state is not State.INVITED and may_become(row.state, State.CANCELLED),
        may_change=may_change_own(found, row.state),
        answers=worded_answers(found.id, row.id),
        agreed=next(iter(consents_given(row.id)), None),
        correction=correction_of(row.id),
        papers=readable_papers(found.id, reader_of(found, row), clock.now()),
    )


def _approved(slug: str) -> tuple[Meeting, Row]:
    found = meeting_by_slug(slug)
    return found, registration_in(found.id, holder().subject_id)


@bp.get("/m/<meeting>/pass.pdf")
@requires(Permission.OPEN_OWN_PASS)
def download_pass(meeting: str) -> Response:
    """Send the holder's pass as an A6 page."""
    found, row = _approved(meeting)
    pdf = pass_paper(found, row, _gates(found.id, row.category), kind="pdf")
    return download(
        pdf, name=gettext("参会凭证-%(name)s.pdf", name=row.name), media_type="application/pdf"
    )


@bp.get("/m/<meeting>/pass.png")
@requires(Permission.OPEN_OWN_PASS)
def download_pass_picture(meeting: str) -> Response:
    """Send the holder's pass as a picture, to keep on the phone or to pass on in a chat."""
    found, row = _approved(meeting)
    png = pass_paper(found, row, _gates(found.id, row.category), kind="png")
    return download(
        png, name=gettext("参会凭证-%(name)s.png", name=row.name), media_type="image/png"
    )


@bp.post("/m/<meeting>/pass/cancel")
@requires(Permission.OPEN_OWN_PASS)
def cancel_own_registration(meeting: str) -> BaseResponse:
    """Cancel the holder's own registration."""
    found, me = meeting_by_slug(meeting), holder()
    cancel_registration(me, found.id, me.subject_id, reason=N_("本人取消"))
    say(N_("报名已取消，参会凭证已作废。"))
    who = me.subject_id
    return redirect(url_for("registration.show_pass", meeting=meeting, who=who), 303)


@bp.post("/m/<meeting>/pass/accept")
@requires(Permission.OPEN_OWN_PASS)
def accept_own_invitation(meeting: str) -> BaseResponse | tuple[str, int]:
    """Take an invited person's word that they come."""
    found, me, form = meeting_by_slug(meeting), holder(), AcceptInvitationForm()
    meeting_id = found.id
    if not attempt(
        form,
        lambda: accept_invitation(me, meeting_id, me.subject_id, consent_version=form.version),
    ):
        return _page(meeting_by_slug(meeting), accept=form), 422
    say(N_("感谢您的答复，参会凭证已生成。"))
    return redirect(url_for("registration.show_pass", meeting=meeting, who=me.subject_id), 303)


@bp.post("/m/<meeting>/pass/decline")
@requires(Permission.OPEN_OWN_PASS)
def decline_own_invitation(meeting: str) -> BaseResponse | tuple[str, int]:
    """Take an invited person's word that they do not come."""
    found, me, form = meeting_by_slug(meeting), holder(), DeclineInvitationForm()
    meeting_id, word = found.id, form.word.data or ""
    if not attempt(form, lambda: decline_invitation(me, meeting_id, me.subject_id, word=word)):
        return _page(meeting_by_slug(meeting), refuse=form), 422
    say(N_("已答复不能出席，会务组会知道。"))
    return redirect(url_for("registration.show_pass", meeting=meeting, who=me.subject_id), 303)


@bp.get("/m/<meeting>/pass-worker.js")
@public
def pass_worker(meeting: str) -> Response:
    """Send the script that keeps passes for when there is no network.

    It lies here and not under static/, because a worker serves only what is below its address.
    """
    public_meeting(meeting)
    response = send_file(
        Path(current_app.static_folder or "static") / WORKER, mimetype="text/javascript"
    )
    response.headers["Cache-Control"] = "no-cache"
    return response
