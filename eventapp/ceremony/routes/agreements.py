"""Drawing agreements up: parties in their order, who signs for each, and what was checked."""

from typing import Any

from flask import Response, redirect, render_template, url_for
from wtforms.fields import (
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
)

from eventapp.agenda.rules import Kind
from eventapp.alliance.queries import people_of
from eventapp.ceremony import queries, service
from eventapp.ceremony.forms import (
    BLANK_ROWS,
    FEWEST_NAMES,
    FEWEST_ROWS,
    AuthorityForm,
    CheckForm,
    EditAgreementForm,
)
from eventapp.ceremony.queries import AgreementRow
from eventapp.ceremony.routes.blueprint import (
    DESK,
    Known,
    Page,
    bp,
    heading,
    known_to,
    names_in,
    offer_items,
    offer_rows,
    unit_named,
)
from eventapp.ceremony.rules import Capacity, Check, party_role
from eventapp.ceremony.service import PartyIn
from eventapp.core import files
from eventapp.core.access import Permission
from eventapp.core.errors import N_, NotFound
from eventapp.core.papers import media_type_of, paper_in
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.forms import BaseForm, attempt, say
from eventapp.web.session import actor

ONE = f"{DESK}/agreements/<int:agreement_id>"


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
            actor(), found.id, item_id=form.item_id.data, **_values(found, form, {})
        )

    if not attempt(form, add):
        return _page(found, form, None), 422
    say(N_("已添加。"))
    return redirect(url_for("ceremony.show_ceremony", meeting=meeting), 303)


@bp.get(ONE)
@requires(Permission.MANAGE_CEREMONY)
def show_agreement(meeting: str, agreement_id: int) -> str:
    """Show an agreement: to be changed while it is a draft, else to be read and checked."""
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
        values = _values(found, form, {one.name: one.organisation_id for one in row.parties})
        values["copies"] = values["copies"] or len(values["parties"])
        service.change_agreement(actor(), found.id, agreement_id, **values)

    if not attempt(form, change):
        return _page(found, form, row), 422
    say(N_("已保存。"))
    return redirect(_one(meeting, agreement_id), 303)


@bp.post(f"{ONE}/checks")
@requires(Permission.MANAGE_CEREMONY)
def set_check(meeting: str, agreement_id: int) -> Page:
    """Tick a line of the check list, or take the tick back."""
    found, form = meeting_by_slug(meeting), CheckForm()

    def check() -> None:
        line, done = Check(form.line.data), bool(form.done.data)
        service.set_check(actor(), found.id, agreement_id, line, done=done)

    if not attempt(form, check):
        return _refused(meeting, agreement_id, form)
    return redirect(f"{_one(meeting, agreement_id)}#checks", 303)


@bp.post(f"{ONE}/parties/<int:ordinal>/authority")
@requires(Permission.MANAGE_CEREMONY)
def set_authority(meeting: str, agreement_id: int, ordinal: int) -> Page:
    """Keep a party's power of attorney, or a note of it."""
    found, form = meeting_by_slug(meeting), AuthorityForm()

    def keep() -> None:
        sent: Any = form.paper.data
        paper = (sent.filename, sent.read()) if sent else None
        text = form.text.data or ""
        service.set_authority(actor(), found.id, agreement_id, ordinal, text=text, paper=paper)

    if not attempt(form, keep):
        return _refused(meeting, agreement_id, form)
    say(N_("已保存。"))
    return redirect(f"{_one(meeting, agreement_id)}#authority", 303)


@bp.get(f"{ONE}/parties/<int:ordinal>/authority")
@requires(Permission.MANAGE_CEREMONY)
def download_authority(meeting: str, agreement_id: int, ordinal: int) -> Response:
    """Send a party's power of attorney."""
    row = queries.agreement_in(meeting_by_slug(meeting).id, agreement_id)
    party = next((one for one in row.parties if one.ordinal == ordinal), None)
    if party is None or not party.authority_digest:
        raise NotFound("paper_missing", N_("这一方没有上传委托书。"))
    data = paper_in(files.read(party.authority_digest))
    return download(data, name=party.authority_name, media_type=media_type_of(data))


def _one(meeting: str, agreement_id: int) -> str:
    return url_for("ceremony.show_agreement", meeting=meeting, agreement_id=agreement_id)


def _refused(meeting: str, agreement_id: int, small: BaseForm) -> tuple[str, int]:
    found = meeting_by_slug(meeting)
    row = queries.agreement_in(found.id, agreement_id)
    return _page(found, _form(found, row, formdata=None), row, small), 422


def _form(meeting: Meeting, row: AgreementRow | None, **more: Any) -> EditAgreementForm:
    form = EditAgreementForm(data=_data(row) if row else None, **more)
    offer_items(form.item_id, meeting, Kind.SIGNING)
    others = queries.agreements_of(meeting.id)
    form.after_id.choices = [
        SelectChoice("0", "—"),
        *(SelectChoice(str(one.id), one.title) for one in others if not row or one.id != row.id),
    ]
    if "formdata" in more or not form.is_submitted():
        offer_rows(form.parties, FEWEST_ROWS, BLANK_ROWS)
        offer_rows(form.witnesses, FEWEST_NAMES)
    return form


def _data(row: AgreementRow) -> dict[str, Any]:
    return {
        "item_id": row.item_id,
        "title": row.title,
        "copies": row.copies,
        "secret": row.secret,
        "after_id": row.after_id or 0,
        "parties": [
            {
                "unit": one.name,
                "signatory": one.signatory_name,
                "title": one.signatory_title,
                "capacity": one.capacity or "",
                "stand_in": one.stand_in.name if one.stand_in else "",
                "stand_in_title": one.stand_in.title if one.stand_in else "",
                "helper": one.helper.name if one.helper else "",
            }
            for one in row.parties
        ],
        "witnesses": [{"name": one.name, "title": one.title} for one in row.witnesses],
    }


def _values(meeting: Meeting, form: EditAgreementForm, more: dict[str, int]) -> dict[str, Any]:
    known = known_to(meeting)
    return {
        "title": form.title.data or "",
        "copies": form.copies.data,
        "secret": bool(form.secret.data),
        "after_id": form.after_id.data or None,
        "parties": _parties(known, form, more),
        "witnesses": names_in(known, form.witnesses),
    }


def _parties(known: Known, form: EditAgreementForm, more: dict[str, int]) -> list[PartyIn]:
    """Read the parties; a signatory whom the unit knows by this name is that person."""
    parties: list[PartyIn] = []
    for row in form.parties:
        one = row.form
        if not one.unit.data:
            continue
        unit = unit_named({**known.units, **more}, one.unit.data, "parties")
        signatory = known.somebody(one.signatory.data or "", one.title.data or "", unit)
        parties.append(
            PartyIn(
                unit,
                signatory.person_id if signatory else None,
                signatory.name if signatory else "",
                signatory.title if signatory else "",
                Capacity(one.capacity.data) if one.capacity.data else None,
                known.somebody(one.stand_in.data or "", one.stand_in_title.data or "", unit),
                known.somebody(one.helper.data or "", "", unit),
            )
        )
    return parties


def _page(
    meeting: Meeting,
    form: EditAgreementForm,
    row: AgreementRow | None,
    small: BaseForm | None = None,
) -> str:
    return render_template(
        "ceremony/show_agreement.html",
        **heading(meeting),
        form=form,
        small=small or BaseForm(formdata=None),
        agreement=row,
        known=known_to(meeting),
        people=people_of(meeting.alliance_id),
        party_role=party_role,
    )
