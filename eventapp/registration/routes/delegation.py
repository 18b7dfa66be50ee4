"""Doors of a unit's delegation, for its liaison."""

from flask import Response, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.accounts.queries import links_of
from eventapp.core.access import Permission, Role
from eventapp.core.errors import N_, NotFound
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.document import link_address, slips_pdf
from eventapp.registration.forms import AddDelegateForm, category_choices
from eventapp.registration.queries import (
    DelegationRow,
    Row,
    delegation_in,
    registration_in,
    registrations_of,
    shown_consent,
)
from eventapp.registration.routes.blueprint import bp
from eventapp.registration.rules import (
    CATEGORY_LABEL,
    PUBLIC_CATEGORIES,
    STATE_LABEL,
    Category,
    State,
)
from eventapp.registration.service import cancel_registration, register_delegate
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.forms import attempt, say
from eventapp.web.qr import qr_svg
from eventapp.web.session import actor

ENDED = (State.CANCELLED, State.REPLACED)


def _own(slug: str) -> tuple[Meeting, DelegationRow]:
    meeting = meeting_by_slug(slug)
    return meeting, delegation_in(meeting.id, actor().subject_id)


def _people(meeting: Meeting, delegation: DelegationRow) -> list[Row]:
    rows = registrations_of(meeting.id, organisation_id=delegation.organisation_id)
    return [row for row in rows if row.state not in ENDED]


def _form() -> AddDelegateForm:
    form = AddDelegateForm()
    offered = [category for category in Category if category in PUBLIC_CATEGORIES]
    form.category.choices = category_choices(offered)
    if not form.is_submitted():
        form.category.data = form.category.choices[0][0]
    return form


def _page(meeting: Meeting, delegation: DelegationRow, form: AddDelegateForm) -> str:
    links = links_of(meeting.scope_id, Role.DELEGATE)
    rows = _people(meeting, delegation)
    addresses = {row.id: link_address(links[row.id]) for row in rows if row.id in links}
    return render_template(
        "registration/show_delegation.html",
        meeting=meeting,
        delegation=delegation,
        rows=rows,
        addresses=addresses,
        pictures={key: qr_svg(text, title="") for key, text in addresses.items()},
        form=form,
        consent_text=shown_consent(meeting.id)[1],
        category_label=CATEGORY_LABEL,
        state_label=STATE_LABEL,
    )


@bp.get("/m/<meeting>/delegation")
@requires(Permission.MANAGE_DELEGATION)
def show_delegation(meeting: str) -> str:
    """Show a liaison the people of the unit and their links."""
    found, delegation = _own(meeting)
    return _page(found, delegation, _form())


@bp.post("/m/<meeting>/delegation")
@requires(Permission.MANAGE_DELEGATION)
def add_delegate(meeting: str) -> BaseResponse | tuple[str, int]:
    """Register one more person of the unit."""
    found, delegation = _own(meeting)
    form = _form()
    if not attempt(form, lambda: _add(found, delegation, form)):
        return _page(found, delegation, form), 422
    say(N_("已添加。请把个人链接发给本人。"))
    return redirect(url_for("registration.show_delegation", meeting=meeting), 303)


def _add(meeting: Meeting, delegation: DelegationRow, form: AddDelegateForm) -> None:
    register_delegate(
        actor(),
        meeting.id,
        delegation.id,
        name=form.name.data or "",
        phone=form.phone.data or "",
        email=form.email.data or "",
        titles=form.titles.data or "",
        category=Category(form.category.data),
    )


@bp.post("/m/<meeting>/delegation/people/<int:registration_id>/cancel")
@requires(Permission.MANAGE_DELEGATION)
def cancel_delegate(meeting: str, registration_id: int) -> BaseResponse:
    """Cancel the registration of somebody of the unit."""
    found, delegation = _own(meeting)
    row = registration_in(found.id, registration_id)
    if row.organisation_id != delegation.organisation_id:
        raise NotFound("registration_unknown", N_("没有找到这份报名。"))
    cancel_registration(actor(), found.id, registration_id, reason=N_("单位联络员取消"))
    say(N_("报名已取消，参会凭证已作废。"))
    return redirect(url_for("registration.show_delegation", meeting=meeting), 303)


@bp.get("/m/<meeting>/delegation/slips.pdf")
@requires(Permission.MANAGE_DELEGATION)
def download_delegation_slips(meeting: str) -> Response:
    """Send printed slips with the personal links of the unit's people."""
    found, delegation = _own(meeting)
    links = links_of(found.scope_id, Role.DELEGATE)
    people = [(row, links[row.id]) for row in _people(found, delegation) if row.id in links]
    name = gettext("个人链接-%(whose)s.pdf", whose=delegation.organisation)
    return download(slips_pdf(found, people), name=name, media_type="application/pdf")
