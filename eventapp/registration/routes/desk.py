"""Doors of the organiser's desk: who comes, one person, links and passes, printed slips."""

from collections.abc import Sequence
from typing import cast

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.accounts.models import PersonalLink
from eventapp.accounts.queries import link_of, links_of, open_browsers
from eventapp.accounts.service import rebind_link, renew_link, revoke_link
from eventapp.alliance.queries import Known, members_of, phones_in_doubt
from eventapp.alliance.rules import LIKENESS_LABEL, Likeness
from eventapp.alliance.service.duplicates import LikelySame
from eventapp.core.access import Permission, Role
from eventapp.core.errors import N_, Conflict, NotFound
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.document import has_hidden, link_address, worded_answers
from eventapp.registration.forms import (
    AddRegistrationForm,
    CancelForm,
    DeclineForm,
    GiveMandateForm,
    category_choices,
    offer_units,
)
from eventapp.registration.forms.questions import with_questions
from eventapp.registration.queries import (
    answers_of,
    correction_of,
    fields_of,
    mandate_in,
    mandates_of,
    registration_in,
)
from eventapp.registration.queries.own import consents_given
from eventapp.registration.queries.registrations import ENDED
from eventapp.registration.routes.blueprint import bp, duplicates_url
from eventapp.registration.rules import (
    CATEGORY_LABEL,
    CHANNEL_LABEL,
    Category,
    State,
    left_open,
    may_become,
    not_required,
    standing_of,
)
from eventapp.registration.service import (
    approve_registration,
    cancel_registration,
    decline_registration,
    give_mandate,
    note_contact_shown,
    register_by_desk,
    reissue_pass,
    revoke_mandate,
)
from eventapp.web.doors import requires
from eventapp.web.errors import text_of
from eventapp.web.forms import LARGEST, attempt, say
from eventapp.web.language import locale
from eventapp.web.qr import qr_svg
from eventapp.web.session import actor

MANAGE = requires(Permission.MANAGE_REGISTRATIONS)
HERE = "/m/<meeting>/desk/registrations"
ONE = f"{HERE}/<int:registration_id>"


def _new_form(meeting: Meeting) -> AddRegistrationForm:
    made = with_questions(AddRegistrationForm, not_required(fields_of(meeting.id)), locale())
    form = cast("AddRegistrationForm", made())
    form.category.choices = category_choices(Category)
    return form


def _new_page(
    meeting: Meeting,
    form: AddRegistrationForm,
    alike: Sequence[tuple[Known, Likeness]] = (),
) -> str:
    return render_template(
        "registration/new_registration.html",
        form=form,
        units=[member.name for member in members_of(meeting.alliance_id)],
        alike=alike,
        likeness_label=LIKENESS_LABEL,
        meeting=meeting,
    )


@bp.get(f"{HERE}/new")
@MANAGE
def new_registration(meeting: str) -> str:
    """Ask about a person whom the organiser adds."""
    found = meeting_by_slug(meeting)
    return _new_page(found, _new_form(found))


@bp.post(f"{HERE}/new")
@MANAGE
def add_registration(meeting: str) -> BaseResponse | tuple[str, int]:
    """Register a person in any category."""
    found = meeting_by_slug(meeting)
    form, meeting_id = _new_form(found), found.id
    made, alike = list[int](), list[tuple[Known, Likeness]]()

    def add() -> None:
        try:
            made.append(_add(meeting_id, form))
        except LikelySame as error:
            alike.extend(error.people)
            raise

    if not attempt(form, add):
        return _new_page(found, form, alike), 422
    say(N_("已添加。"))
    target = url_for("registration.show_registration", meeting=meeting, registration_id=made[0])
    return redirect(target, 303)


def _add(meeting_id: int, form: AddRegistrationForm) -> int:
    same = request.form.get("same", -1, type=int)  # whom of those shown it is, 0 for nobody
    seen = [one for one in request.form.getlist("seen", type=int) if 0 < one <= LARGEST]
    return register_by_desk(
        actor(),
        meeting_id,
        name=form.name.data or "",
        phone=form.phone.data or "",
        email=form.email.data or "",
        titles=form.titles.data or "",
        unit=form.unit.data or "",
        category=Category(form.category.data),
        answers=form.answers,
        papers=form.papers,
        same_as=same if same in seen else None,
        told_apart=seen if same == 0 else (),
    ).id


def _person_page(
    meeting: Meeting, registration_id: int, *, shown: bool = False, problem: str = ""
) -> str:
    row = registration_in(meeting.id, registration_id)
    asked = fields_of(meeting.id, row.category)
    link = link_of(meeting.scope_id, Role.DELEGATE, registration_id)
    alive = link is not None and link.revoked_at is None
    address = link_address(link) if link is not None and alive else ""
    mandates = [one for one in mandates_of(meeting.id) if one.person_id == row.person_id]
    links = links_of(meeting.scope_id, Role.REPRESENTATIVE)
    give = GiveMandateForm(formdata=None, organisation_id=row.organisation_id)
    offer_units(give.organisation_id, members_of(meeting.alliance_id))
    return render_template(
        "registration/show_registration.html",
        row=row,
        shown=shown,
        problem=problem,
        in_doubt=phones_in_doubt(meeting.alliance_id, row.person_id),
        duplicates_url=duplicates_url(meeting),
        answers=worded_answers(meeting.id, registration_id, hidden=not shown),
        hides=has_hidden(meeting.id, registration_id),
        may_answer=bool(asked) and row.state not in ENDED,
        left_open=left_open(asked, row.category, answers_of([row.id])[row.id])[0],
        agreed=consents_given(registration_id),
        correction=correction_of(registration_id),
        link=link,
        address=address,
        picture=qr_svg(address, title=row.name) if address else None,
        mandates=[(one, _bound(links.get(one.id))) for one in mandates],
        give=give,
        decline=DeclineForm(formdata=None),
        cancel=CancelForm(formdata=None),
        next={state for state in State if may_become(row.state, state)},
        category_label=CATEGORY_LABEL,
        channel_label=CHANNEL_LABEL,
        standing_of=standing_of,
        meeting=meeting,
    )


def _bound(link: PersonalLink | None) -> dict[str, object] | None:
    """Tell a page the address and code of a representative's link, and where it is open."""
    if link is None or link.revoked_at is not None:
        return None
    address = link_address(link)
    return {
        "address": address,
        "code": link.code,
        "picture": qr_svg(address, title=""),
        "browsers": open_browsers(link.id),
    }


@bp.get(ONE)
@MANAGE
def show_registration(meeting: str, registration_id: int) -> str:
    """Show a person's registration with all that can be done about it."""
    return _person_page(meeting_by_slug(meeting), registration_id)


@bp.post(f"{ONE}/contact")
@MANAGE
def show_contact(meeting: str, registration_id: int) -> str:
    """Show telephone number and address in full; who looked is recorded."""
    note_contact_shown(actor(), meeting_by_slug(meeting).id, registration_id)
    return _person_page(meeting_by_slug(meeting), registration_id, shown=True)


def _back(meeting: str, registration_id: int, sentence: str) -> BaseResponse:
    say(sentence)
    target = url_for(
        "registration.show_registration", meeting=meeting, registration_id=registration_id
    )
    return redirect(target, 303)


@bp.post(f"{ONE}/approve")
@MANAGE
def approve(meeting: str, registration_id: int) -> BaseResponse | tuple[str, int]:
    """Approve a registration, or say on its page why that cannot be."""
    try:
        approve_registration(actor(), meeting_by_slug(meeting).id, registration_id)
    except Conflict as error:
        page = _person_page(meeting_by_slug(meeting), registration_id, problem=text_of(error))
        return page, 409
    return _back(meeting, registration_id, N_("报名已通过，参会凭证已生成。"))


@bp.post(f"{ONE}/decline")
@MANAGE
def decline(meeting: str, registration_id: int) -> BaseResponse | tuple[str, int]:
    """Decline a registration with a reason."""
    found, form = meeting_by_slug(meeting), DeclineForm()
    meeting_id = found.id
    reason = form.reason.data or ""
    if not attempt(
        form, lambda: decline_registration(actor(), meeting_id, registration_id, reason=reason)
    ):
        problem = (form.reason.errors or form.form_errors)[0]
        return _person_page(found, registration_id, problem=str(problem)), 422
    return _back(meeting, registration_id, N_("已标为未通过，原因会通知本人。"))


@bp.post(f"{ONE}/cancel")
@MANAGE
def cancel(meeting: str, registration_id: int) -> BaseResponse | tuple[str, int]:
    """Cancel a registration for somebody."""
    found, form = meeting_by_slug(meeting), CancelForm()
    meeting_id = found.id
    reason = form.reason.data or ""
    if not attempt(
        form, lambda: cancel_registration(actor(), meeting_id, registration_id, reason=reason)
    ):
        problem = (form.reason.errors or form.form_errors)[0]
        return _person_page(found, registration_id, problem=str(problem)), 422
    return _back(meeting, registration_id, N_("报名已取消，参会凭证已作废。"))


@bp.post(f"{ONE}/pass")
@MANAGE
def reissue(meeting: str, registration_id: int) -> BaseResponse:
    """Give a person a new pass; the old one dies at once."""
    reissue_pass(actor(), meeting_by_slug(meeting).id, registration_id)
    return _back(meeting, registration_id, N_("已换发参会凭证，旧凭证即时作废。"))


def _delegate_link(meeting: str, registration_id: int) -> PersonalLink:
    found = meeting_by_slug(meeting)
    registration_in(found.id, registration_id)
    link = link_of(found.scope_id, Role.DELEGATE, registration_id)
    if link is None:
        raise NotFound("link_missing", N_("这份报名没有个人链接。"))
    return link


@bp.post(f"{ONE}/link/renew")
@MANAGE
def renew_delegate_link(meeting: str, registration_id: int) -> BaseResponse:
    """Give a person a new link; the old one and its browsers are out."""
    renew_link(actor(), _delegate_link(meeting, registration_id).id)
    return _back(meeting, registration_id, N_("已换新链接，旧链接即时失效。"))


@bp.post(f"{ONE}/link/revoke")
@MANAGE
def revoke_delegate_link(meeting: str, registration_id: int) -> BaseResponse:
    """End a person's link."""
    revoke_link(actor(), _delegate_link(meeting, registration_id).id)
    return _back(meeting, registration_id, N_("链接已停用。"))


@bp.post(f"{ONE}/mandate")
@MANAGE
def mandate(meeting: str, registration_id: int) -> BaseResponse | tuple[str, int]:
    """Let a person speak for a unit."""
    found, form = meeting_by_slug(meeting), GiveMandateForm()
    offer_units(form.organisation_id, members_of(found.alliance_id))
    meeting_id = found.id
    person_id = registration_in(meeting_id, registration_id).person_id
    unit, proxy = form.organisation_id.data, bool(form.proxy.data)
    if not attempt(
        form,
        lambda: give_mandate(
            actor(), meeting_id, organisation_id=unit, person_id=person_id, proxy=proxy
        ),
    ):
        problem = next(text for texts in form.errors.values() for text in texts)
        return _person_page(found, registration_id, problem=str(problem)), 422
    return _back(meeting, registration_id, N_("已授权。请把链接和登录码交给本人。"))


def _own_mandate(meeting: str, registration_id: int, mandate_id: int) -> Meeting:
    found = meeting_by_slug(meeting)
    row = registration_in(found.id, registration_id)
    if mandate_in(found.id, mandate_id).person_id != row.person_id:
        raise NotFound("mandate_unknown", N_("没有找到有效的代表授权。"))
    return found


@bp.post(f"{ONE}/mandates/<int:mandate_id>/revoke")
@MANAGE
def end_mandate(meeting: str, registration_id: int, mandate_id: int) -> BaseResponse:
    """End a mandate and its link."""
    found = _own_mandate(meeting, registration_id, mandate_id)
    revoke_mandate(actor(), found.id, mandate_id)
    return _back(meeting, registration_id, N_("授权已撤销，表决链接即时失效。"))


@bp.post(f"{ONE}/mandates/<int:mandate_id>/rebind")
@MANAGE
def rebind_mandate(meeting: str, registration_id: int, mandate_id: int) -> BaseResponse:
    """Let a representative open the link on another phone, with a new code."""
    found = _own_mandate(meeting, registration_id, mandate_id)
    link = link_of(found.scope_id, Role.REPRESENTATIVE, mandate_id)
    if link is None:
        raise NotFound("link_missing", N_("这项授权没有个人链接。"))
    rebind_link(actor(), link.id)
    return _back(meeting, registration_id, N_("旧手机已退出，请用新的登录码在新手机上打开链接。"))
