"""Doors of what a meeting allows: categories, the consent text, the units' delegations."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.accounts.queries import links_of
from eventapp.alliance.queries import members_of
from eventapp.core.access import Role
from eventapp.core.errors import N_, Invalid, NotFound
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.document import link_address
from eventapp.registration.forms import (
    NoteLeaveForm,
    SetCategoryForm,
    SetConsentForm,
    SetLiaisonForm,
    SetTermsForm,
    SetUnitQuotasForm,
    offer_units,
)
from eventapp.registration.queries import (
    CategoryRow,
    categories_of,
    consent_of,
    consent_versions_of,
    delegations_of,
    leaves_of,
    mandates_of,
    shown_consent,
)
from eventapp.registration.queries.places import terms_of
from eventapp.registration.queries.units import links_mailed
from eventapp.registration.routes.blueprint import bp
from eventapp.registration.routes.desk import MANAGE
from eventapp.registration.routes.invitations import at_row
from eventapp.registration.rules import CATEGORY_LABEL, CONTACT_MONTHS, Category
from eventapp.registration.rules.pasted import read_unit_quotas
from eventapp.registration.service import (
    appoint_liaison,
    note_leave,
    open_all_delegations,
    renew_liaison_link,
    revoke_liaison_link,
    revoke_mandate,
    set_category,
    set_consent,
    set_terms,
    set_unit_quotas,
    withdraw_leave,
)
from eventapp.web.forms import attempt, say, to_local, to_utc
from eventapp.web.qr import qr_svg
from eventapp.web.session import actor

CATEGORIES = "/m/<meeting>/desk/categories"
CONSENT = "/m/<meeting>/desk/consent"
DELEGATIONS = "/m/<meeting>/desk/delegations"


def _category_form(row: CategoryRow, *, sent: bool) -> SetCategoryForm:
    values = {"public": row.public, "auto_approve": row.auto_approve, "quota": row.quota}
    prefix = f"{row.category.value}-"
    return (
        SetCategoryForm(**values, prefix=prefix)
        if sent
        else SetCategoryForm(formdata=None, **values, prefix=prefix)
    )


def _terms_form(meeting: Meeting) -> SetTermsForm:
    terms = terms_of(meeting.id)
    until = terms.substitute_until
    return SetTermsForm(
        formdata=None,
        quota=terms.quota,
        unit_quota=terms.unit_quota,
        substitute_until=to_local(until, meeting.zone) if until else None,
        short_days=terms.short_days,
    )


def _categories_page(
    meeting: Meeting,
    sent: dict[Category, SetCategoryForm],
    terms: SetTermsForm | None = None,
) -> str:
    rows = categories_of(meeting.id)
    forms = [(row, sent.get(row.category) or _category_form(row, sent=False)) for row in rows]
    return render_template(
        "registration/show_categories.html",
        forms=forms,
        terms=terms or _terms_form(meeting),
        taken=sum(row.taken for row in rows),
        category_label=CATEGORY_LABEL,
        meeting=meeting,
    )


@bp.get(CATEGORIES)
@MANAGE
def show_categories(meeting: str) -> str:
    """Show what each category allows and how many places are taken."""
    return _categories_page(meeting_by_slug(meeting), {})


@bp.post(f"{CATEGORIES}/terms")
@MANAGE
def save_terms(meeting: str) -> BaseResponse | tuple[str, int]:
    """Set what holds for everybody who comes."""
    found, form = meeting_by_slug(meeting), SetTermsForm()
    meeting_id, zone = found.id, found.zone
    if not attempt(form, lambda: _set_terms(meeting_id, zone, form)):
        return _categories_page(meeting_by_slug(meeting), {}, form), 422
    say(N_("已保存。"))
    return redirect(url_for("registration.show_categories", meeting=meeting), 303)


def _set_terms(meeting_id: int, zone: str, form: SetTermsForm) -> None:
    until = form.substitute_until.data
    set_terms(
        actor(),
        meeting_id,
        quota=form.quota.data,
        unit_quota=form.unit_quota.data,
        substitute_until=to_utc(until, zone) if until else None,
        short_days=form.short_days.data or 0,
    )


@bp.post(f"{CATEGORIES}/<category>")
@MANAGE
def save_category(meeting: str, category: str) -> BaseResponse | tuple[str, int]:
    """Set what one category allows."""
    found = meeting_by_slug(meeting)
    meeting_id = found.id
    row = next((one for one in categories_of(meeting_id) if one.category == category), None)
    if row is None:
        raise NotFound("category_unknown", N_("没有这个类别。"))
    form = _category_form(row, sent=True)
    if not attempt(form, lambda: _set_category(meeting_id, row.category, form)):
        return _categories_page(found, {row.category: form}), 422
    say(N_("已保存。"))
    return redirect(url_for("registration.show_categories", meeting=meeting), 303)


def _set_category(meeting_id: int, category: Category, form: SetCategoryForm) -> None:
    set_category(
        actor(),
        meeting_id,
        category,
        public=bool(form.public.data),
        auto_approve=bool(form.auto_approve.data),
        quota=form.quota.data,
    )


def _consent_page(meeting: Meeting, form: SetConsentForm) -> str:
    return render_template(
        "registration/show_consent.html",
        form=form,
        versions=consent_versions_of(meeting.id),
        meeting=meeting,
    )


@bp.get(CONSENT)
@MANAGE
def show_consent(meeting: str) -> str:
    """Show the consent text and its versions."""
    found = meeting_by_slug(meeting)
    newest = consent_of(found.id)
    months = newest.contact_months if newest else CONTACT_MONTHS
    form = SetConsentForm(text=shown_consent(found.id)[1], contact_months=months)
    return _consent_page(found, form)


@bp.post(CONSENT)
@MANAGE
def save_consent(meeting: str) -> BaseResponse | tuple[str, int]:
    """Keep a new version of the consent text."""
    found, form = meeting_by_slug(meeting), SetConsentForm()
    meeting_id, text, months = found.id, form.text.data or "", form.contact_months.data or 0
    if not attempt(form, lambda: set_consent(actor(), meeting_id, text, months)):
        return _consent_page(found, form), 422
    say(N_("已保存。以后报名的人看到的是这一版。"))
    return redirect(url_for("registration.show_consent", meeting=meeting), 303)


def _delegations_page(
    meeting: Meeting,
    form: SetLiaisonForm | None = None,
    leave: NoteLeaveForm | None = None,
    quotas: SetUnitQuotasForm | None = None,
) -> str:
    form = form or SetLiaisonForm(formdata=None)
    leave = leave or NoteLeaveForm(formdata=None, prefix="leave-")
    members = members_of(meeting.alliance_id)
    for one in (form, leave):
        offer_units(one.organisation_id, members)
    links = links_of(meeting.scope_id, Role.LIAISON)
    rows = [(row, links[row.id]) for row in delegations_of(meeting.id)]
    addresses = {row.id: link_address(link) for row, link in rows if link.revoked_at is None}
    return render_template(
        "registration/show_delegations.html",
        rows=rows,
        addresses=addresses,
        pictures={row_id: qr_svg(text, title="") for row_id, text in addresses.items()},
        mailed=links_mailed(meeting.scope_id),
        mailable=sum(bool(row.email) and row.id in addresses for row, _link in rows),
        form=form,
        leave=leave,
        quotas=quotas or SetUnitQuotasForm(formdata=None, prefix="quotas-"),
        usual=terms_of(meeting.id).unit_quota,
        leaves=leaves_of(meeting.id),
        proxies=[one for one in mandates_of(meeting.id) if one.proxy],
        missing=len(members) - len(rows),
        meeting=meeting,
    )


@bp.get(DELEGATIONS)
@MANAGE
def show_delegations(meeting: str) -> str:
    """Show each unit's liaison, quota and link, and who is on leave."""
    return _delegations_page(meeting_by_slug(meeting))


@bp.post(DELEGATIONS)
@MANAGE
def save_delegation(meeting: str) -> BaseResponse | tuple[str, int]:
    """Set a unit's liaison and quota."""
    found, form = meeting_by_slug(meeting), SetLiaisonForm()
    offer_units(form.organisation_id, members_of(found.alliance_id))
    meeting_id = found.id
    if not attempt(form, lambda: _set_liaison(meeting_id, form)):
        return _delegations_page(found, form=form), 422
    say(N_("已保存。请把链接发给联络员。"))
    return redirect(url_for("registration.show_delegations", meeting=meeting), 303)


def _set_liaison(meeting_id: int, form: SetLiaisonForm) -> None:
    appoint_liaison(
        actor(),
        meeting_id,
        form.organisation_id.data,
        name=form.name.data or "",
        phone=form.phone.data or "",
        email=form.email.data or "",
        quota=form.quota.data,
    )


@bp.post(f"{DELEGATIONS}/quotas")
@MANAGE
def save_unit_quotas(meeting: str) -> BaseResponse | tuple[str, int]:
    """Set the quotas of many units at once."""
    found, form = meeting_by_slug(meeting), SetUnitQuotasForm(prefix="quotas-")
    meeting_id, units = found.id, list[int]()
    if not attempt(form, lambda: units.append(_set_unit_quotas(meeting_id, form))):
        return _delegations_page(meeting_by_slug(meeting), quotas=form), 422
    say(N_("已设定 %(count)s 个单位的名额。"), count=units[0])
    return redirect(url_for("registration.show_delegations", meeting=meeting), 303)


def _set_unit_quotas(meeting_id: int, form: SetUnitQuotasForm) -> int:
    quotas = read_unit_quotas(form.rows.data or "")
    try:
        return set_unit_quotas(actor(), meeting_id, quotas, others=form.others.data)
    except Invalid as error:
        raise at_row(error, list(quotas)) from error


@bp.post(f"{DELEGATIONS}/all")
@MANAGE
def open_delegations(meeting: str) -> BaseResponse:
    """Give every unit that has none yet a delegation with its link."""
    found = meeting_by_slug(meeting)
    open_all_delegations(actor(), found.id)
    say(N_("每个单位都有了自己的链接。"))
    return redirect(url_for("registration.show_delegations", meeting=meeting), 303)


@bp.post(f"{DELEGATIONS}/leaves")
@MANAGE
def save_leave(meeting: str) -> BaseResponse | tuple[str, int]:
    """Note that a unit excused itself."""
    found, form = meeting_by_slug(meeting), NoteLeaveForm(prefix="leave-")
    offer_units(form.organisation_id, members_of(found.alliance_id))
    meeting_id, unit, reason = found.id, form.organisation_id.data, form.reason.data or ""
    if not attempt(
        form, lambda: note_leave(actor(), meeting_id, organisation_id=unit, reason=reason)
    ):
        return _delegations_page(found, leave=form), 422
    say(N_("请假已记录。"))
    return redirect(url_for("registration.show_delegations", meeting=meeting), 303)


@bp.post(f"{DELEGATIONS}/leaves/<int:leave_id>/withdraw")
@MANAGE
def end_leave(meeting: str, leave_id: int) -> BaseResponse:
    """Note that a unit on leave comes after all."""
    withdraw_leave(actor(), meeting_by_slug(meeting).id, leave_id)
    say(N_("请假已撤回。"))
    return redirect(url_for("registration.show_delegations", meeting=meeting), 303)


@bp.post(f"{DELEGATIONS}/proxies/<int:mandate_id>/revoke")
@MANAGE
def end_proxy(meeting: str, mandate_id: int) -> BaseResponse:
    """End a proxy that a unit gave."""
    revoke_mandate(actor(), meeting_by_slug(meeting).id, mandate_id)
    say(N_("授权已撤销，表决链接即时失效。"))
    return redirect(url_for("registration.show_delegations", meeting=meeting), 303)


@bp.post(f"{DELEGATIONS}/<int:delegation_id>/link/renew")
@MANAGE
def renew_unit_link(meeting: str, delegation_id: int) -> BaseResponse:
    """Give a unit's liaison a new link; the old one and its browsers are out."""
    renew_liaison_link(actor(), meeting_by_slug(meeting).id, delegation_id)
    say(N_("已换新链接，旧链接即时失效。请把新链接发给联络员。"))
    return redirect(url_for("registration.show_delegations", meeting=meeting), 303)


@bp.post(f"{DELEGATIONS}/<int:delegation_id>/link/revoke")
@MANAGE
def revoke_unit_link(meeting: str, delegation_id: int) -> BaseResponse:
    """End the link of a unit's liaison."""
    revoke_liaison_link(actor(), meeting_by_slug(meeting).id, delegation_id)
    say(N_("链接已停用。"))
    return redirect(url_for("registration.show_delegations", meeting=meeting), 303)
