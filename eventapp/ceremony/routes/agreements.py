"""Drawing agreements up: parties in their order, and who signs for each."""

from typing import Any

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from eventapp.agenda.rules import Kind
from eventapp.alliance.queries import people_of
from eventapp.ceremony import queries, service
from eventapp.ceremony.forms import BLANK_ROWS, FEWEST_ROWS, EditAgreementForm
from eventapp.ceremony.queries import AgreementRow
from eventapp.ceremony.routes.blueprint import (
    DESK,
    bp,
    heading,
    offer_items,
    unit_named,
    units_known,
)
from eventapp.ceremony.rules import party_role
from eventapp.ceremony.service import PartyIn
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.core.names import clean_name
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor

ONE = f"{DESK}/agreements/<int:agreement_id>"
Page = Response | tuple[str, int]


@bp.get(f"{DESK}/agreements/new")
@requires(Permission.MANAGE_CEREMONY)
def new_agreement(meeting: str) -> str:
    """Ask for a new agreement."""
    found = meeting_by_slug(meeting)
    return _page(found, _form(found, None), None)


@bp.post(f"{DESK}/agreements/new")
@requires(Permission.MANAGE_CEREMONY)
def add_agreement(meeting: str) -> Page:
    """Draw a new agreement up."""
    found = meeting_by_slug(meeting)
    form = _form(found, None)

    def add() -> None:
        service.add_agreement(
            actor(),
            found.id,
            item_id=form.item_id.data,
            title=form.title.data or "",
            copies=form.copies.data,
            parties=_parties(found, form, {}),
        )

    if not attempt(form, add):
        return _page(found, form, None), 422
    say(N_("已添加。"))
    return redirect(url_for("ceremony.show_ceremony", meeting=meeting), 303)


@bp.get(ONE)
@requires(Permission.MANAGE_CEREMONY)
def show_agreement(meeting: str, agreement_id: int) -> str:
    """Show an agreement to be changed."""
    found = meeting_by_slug(meeting)
    row = queries.agreement_in(found.id, agreement_id)
    return _page(found, _form(found, row), row)


@bp.post(ONE)
@requires(Permission.MANAGE_CEREMONY)
def change_agreement(meeting: str, agreement_id: int) -> Page:
    """Change a draft."""
    found = meeting_by_slug(meeting)
    row = queries.agreement_in(found.id, agreement_id)
    form = _form(found, row)

    def change() -> None:
        parties = _parties(found, form, {one.name: one.organisation_id for one in row.parties})
        service.change_agreement(
            actor(),
            found.id,
            agreement_id,
            title=form.title.data or "",
            parties=parties,
            copies=form.copies.data or len(parties),
        )

    if not attempt(form, change):
        return _page(found, form, row), 422
    say(N_("已保存。"))
    return redirect(url_for("ceremony.show_ceremony", meeting=meeting), 303)


def _form(meeting: Meeting, row: AgreementRow | None) -> EditAgreementForm:
    form = EditAgreementForm(data=_data(row)) if row else EditAgreementForm()
    offer_items(form.item_id, meeting, Kind.SIGNING)
    if not form.is_submitted():
        wanted = max(FEWEST_ROWS, len(form.parties) + BLANK_ROWS)
        while len(form.parties) < wanted:
            form.parties.append_entry()
    return form


def _data(row: AgreementRow) -> dict[str, Any]:
    return {
        "item_id": row.item_id,
        "title": row.title,
        "copies": row.copies,
        "parties": [
            {"unit": one.name, "signatory": one.signatory_name, "title": one.signatory_title}
            for one in row.parties
        ],
    }


def _parties(meeting: Meeting, form: EditAgreementForm, more: dict[str, int]) -> list[PartyIn]:
    """Read the parties; a signatory whom the unit knows by this name is that person."""
    units = {**units_known(meeting), **more}
    people = {(one.organisation_id, one.name): one for one in people_of(meeting.alliance_id)}
    parties: list[PartyIn] = []
    for row in form.parties:
        if not row.form.unit.data:
            continue
        unit = unit_named(units, row.form.unit.data, "parties")
        name, title = clean_name(row.form.signatory.data or ""), row.form.title.data or ""
        person = people.get((unit, name))
        parties.append(
            PartyIn(unit, person.id, name, title or person.titles)
            if person
            else PartyIn(unit, None, name, title)
        )
    return parties


def _page(meeting: Meeting, form: EditAgreementForm, row: AgreementRow | None) -> str:
    return render_template(
        "ceremony/show_agreement.html",
        **heading(meeting),
        form=form,
        agreement=row,
        units=units_known(meeting),
        people=people_of(meeting.alliance_id),
        party_role=party_role,
    )
