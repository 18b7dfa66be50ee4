"""Doors of a unit's page: who comes, who comes instead, and the answer to the notice."""

from collections.abc import Callable
from typing import Any

from flask import Response, current_app, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.accounts.queries import links_of
from eventapp.agenda.queries.papers import readable_papers
from eventapp.core import clock
from eventapp.core.access import Role
from eventapp.core.errors import N_, NotFound
from eventapp.delegation.forms import AddRowsForm, AnswerNoticeForm, SubstituteForm
from eventapp.delegation.queries import people_of, reader_for, sent_notice, unit_places
from eventapp.delegation.routes.blueprint import HERE, LIAISON, bp, own
from eventapp.delegation.routes.replies import (
    kept_reply,
    proxy_values,
    sent_reply,
    take_reply,
)
from eventapp.meetings.models import Meeting
from eventapp.notices.queries import reply_of
from eventapp.notices.rules import ANSWER_LABEL, may_reply
from eventapp.registration.document import link_address, slips_pdf
from eventapp.registration.queries import (
    DelegationRow,
    Row,
    leaves_of,
    registration_in,
    shown_consent,
)
from eventapp.registration.rules import CATEGORY_LABEL, STATE_LABEL, State, may_become
from eventapp.registration.service import cancel_registration
from eventapp.registration.service.groups import Entry, may_substitute, substitute_delegate
from eventapp.roster.queries.drafts import draft_rows_of, judged_draft, open_draft_of
from eventapp.web.download import download
from eventapp.web.forms import attempt, say
from eventapp.web.qr import qr_svg
from eventapp.web.session import actor


def unit_page(
    meeting: Meeting,
    delegation: DelegationRow,
    *,
    rows: AddRowsForm | None = None,
    reply: AnswerNoticeForm | None = None,
    substitute: tuple[int, SubstituteForm] | None = None,
) -> str:
    """Draw a unit's page, with the forms that came back."""
    people = people_of(meeting.id, delegation)
    links = links_of(meeting.scope_id, Role.DELEGATE)
    alive = {row.id: links[row.id] for row in people if row.id in links}
    addresses = {key: link_address(link) for key, link in alive.items() if link.revoked_at is None}
    return render_template(
        "delegation/show_delegation.html",
        meeting=meeting,
        delegation=delegation,
        people=people,
        places=unit_places(meeting, delegation.id, people),
        addresses=addresses,
        all_links="\n".join(
            f"{row.name} {addresses[row.id]}" for row in people if row.id in addresses
        ),
        pictures={key: qr_svg(text, title="") for key, text in addresses.items()},
        draft=_draft(meeting, delegation),
        rows_form=rows or AddRowsForm(formdata=None),
        substitute_of=_substitutes(meeting, substitute),
        opened=substitute[0] if substitute else None,
        may_cancel=lambda row: may_become(row.state, State.CANCELLED),
        consent_text=shown_consent(meeting.id)[1],
        category_label=CATEGORY_LABEL,
        state_label=STATE_LABEL,
        papers=readable_papers(meeting.id, reader_for(meeting, delegation), clock.now()),
        **_reply_values(meeting, delegation, reply),
    )


def _draft(meeting: Meeting, delegation: DelegationRow) -> dict[str, int] | None:
    """Tell how far the list is that has not been sent yet."""
    roster = open_draft_of(delegation.id)
    if roster is None:
        return None
    judged = judged_draft(meeting, delegation.id, draft_rows_of(roster.id))
    typed = [one for one in judged if not one.row.is_blank]
    return {"people": len(typed), "wrong": sum(len(one.errors) for one in typed)}


def _substitutes(
    meeting: Meeting, sent: tuple[int, SubstituteForm] | None
) -> Callable[[Row], SubstituteForm | None]:
    is_time = may_substitute(meeting, is_door_open=_is_door_open(meeting.id))

    def form_of(row: Row) -> SubstituteForm | None:
        if sent is not None and sent[0] == row.id:
            return sent[1]
        if not is_time or not may_become(row.state, State.REPLACED):
            return None
        return SubstituteForm(formdata=None, prefix=_prefix(row.id))

    return form_of


def _prefix(registration_id: int) -> str:
    return f"instead-{registration_id}-"


def _reply_values(
    meeting: Meeting, delegation: DelegationRow, form: AnswerNoticeForm | None
) -> dict[str, Any]:
    given = reply_of(delegation.id)
    return {
        "notice": sent_notice(meeting.id),
        "reply": given,
        "reply_form": form or kept_reply(given),
        "reply_opened": form is not None or given is None,
        "may_reply": may_reply(meeting.state, meeting.starts_at, clock.now()),
        "answer_label": ANSWER_LABEL,
        **proxy_values(meeting, delegation),
        "leaves": [
            one
            for one in leaves_of(meeting.id)
            if one.organisation_id == delegation.organisation_id and one.person_id is None
        ],
    }


@bp.get(HERE)
@LIAISON
def show_delegation(meeting: str) -> str:
    """Show a liaison the unit's places, people and links, its list and its answer."""
    return unit_page(*own(meeting))


def _of_unit(meeting: Meeting, delegation: DelegationRow, registration_id: int) -> Row:
    row = registration_in(meeting.id, registration_id)
    if row.organisation_id != delegation.organisation_id:
        raise NotFound("registration_unknown", N_("没有找到这份报名。"))
    return row


@bp.post(f"{HERE}/people/<int:registration_id>/cancel")
@LIAISON
def cancel_delegate(meeting: str, registration_id: int) -> BaseResponse:
    """Cancel the registration of somebody of the unit."""
    found, delegation = own(meeting)
    _of_unit(found, delegation, registration_id)
    cancel_registration(actor(), found.id, registration_id, reason=N_("单位联络员取消"))
    say(N_("报名已取消，参会凭证已作废。"))
    return redirect(url_for("delegation.show_delegation", meeting=meeting), 303)


@bp.post(f"{HERE}/people/<int:registration_id>/substitute")
@LIAISON
def substitute(meeting: str, registration_id: int) -> BaseResponse | tuple[str, int]:
    """Let somebody come in a delegate's stead; the old pass dies at once."""
    found, delegation = own(meeting)
    row = _of_unit(found, delegation, registration_id)
    form = SubstituteForm(prefix=_prefix(registration_id))
    meeting_id = found.id
    if not attempt(form, lambda: _substitute(meeting_id, registration_id, form)):
        return unit_page(found, delegation, substitute=(registration_id, form)), 422
    say(
        N_("已由%(new)s代替%(old)s，旧凭证即时作废。请把新的个人链接发给本人。"),
        new=form.name.data,
        old=row.name,
    )
    return redirect(url_for("delegation.show_delegation", meeting=meeting), 303)


def _substitute(meeting_id: int, registration_id: int, form: SubstituteForm) -> None:
    entry = Entry(
        form.name.data or "",
        form.phone.data or "",
        titles=form.titles.data or "",
        email=form.email.data or "",
    )
    is_open = _is_door_open(meeting_id)
    substitute_delegate(actor(), meeting_id, registration_id, entry, is_door_open=is_open)


def _is_door_open(meeting_id: int) -> bool:
    """Ask whoever runs the door whether somebody was admitted already."""
    return current_app.extensions["door_open"](meeting_id)


@bp.post(f"{HERE}/reply")
@LIAISON
def save_reply(meeting: str) -> BaseResponse | tuple[str, int]:
    """Keep the unit's answer to the notice."""
    found, delegation = own(meeting)
    form = sent_reply()
    meeting_id, delegation_id = found.id, delegation.id
    if not attempt(form, lambda: take_reply(meeting_id, delegation_id, form)):
        return unit_page(found, delegation, reply=form), 422
    say(N_("回执已提交，开会前都可以修改。"))
    return redirect(url_for("delegation.show_delegation", meeting=meeting), 303)


@bp.get(f"{HERE}/slips.pdf")
@LIAISON
def download_delegation_slips(meeting: str) -> Response:
    """Send printed slips with the personal links of the unit's people."""
    found, delegation = own(meeting)
    links = links_of(found.scope_id, Role.DELEGATE)
    rows = people_of(found.id, delegation)
    people = [(row, links[row.id]) for row in rows if row.id in links]
    name = gettext("个人链接-%(whose)s.pdf", whose=delegation.organisation)
    return download(slips_pdf(found, people), name=name, media_type="application/pdf")
