"""The desk's list of all that happens on the stage; plaques and plates come and go here."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from eventapp.agenda.rules import Kind
from eventapp.ceremony import service
from eventapp.ceremony.forms import AddPlaqueForm, AddUnveilingForm, ReadyForm
from eventapp.ceremony.routes.blueprint import (
    DESK,
    bp,
    heading,
    offer_items,
    stages_of,
    unit_named,
    units_known,
)
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.forms import BaseForm, attempt, say
from eventapp.web.session import actor

Page = Response | str | tuple[str, int]


@bp.get(DESK)
@requires(Permission.MANAGE_CEREMONY)
def show_ceremony(meeting: str) -> str:
    """Show what is signed, handed over and unveiled, and what is still missing."""
    return desk_page(meeting_by_slug(meeting))


def desk_page(
    meeting: Meeting,
    form: BaseForm | None = None,
    plaque: AddPlaqueForm | None = None,
    unveiling: AddUnveilingForm | None = None,
) -> str:
    """Draw the desk's page, with a form that was refused where there is one."""
    plaque = plaque or AddPlaqueForm(formdata=None)
    unveiling = unveiling or AddUnveilingForm(formdata=None)
    offer_items(plaque.item_id, meeting, Kind.PLAQUE)
    offer_items(unveiling.item_id, meeting, Kind.UNVEILING)
    return render_template(
        "ceremony/show_ceremony.html",
        **heading(meeting),
        stages=stages_of(meeting.id),
        form=form or BaseForm(formdata=None),
        plaque_form=plaque,
        unveiling_form=unveiling,
        units=units_known(meeting),
    )


def done(meeting: Meeting, form: BaseForm, act: Callable[[], Any]) -> Page:
    """Run a verb of one button and go back to the list; show its refusal there."""
    slug = meeting.slug
    if not attempt(form, act):
        return desk_page(meeting_by_slug(slug), form), 422
    say(N_("已保存。"))
    return redirect(url_for("ceremony.show_ceremony", meeting=slug), 303)


@bp.post(f"{DESK}/agreements/<int:agreement_id>/ready")
@requires(Permission.MANAGE_CEREMONY)
def set_ready(meeting: str, agreement_id: int) -> Page:
    """Call an agreement ready."""
    found, form = meeting_by_slug(meeting), ReadyForm()
    checked = bool(form.papers_checked.data)
    return done(
        found,
        form,
        lambda: service.set_ready(actor(), found.id, agreement_id, papers_checked=checked),
    )


@bp.post(f"{DESK}/agreements/<int:agreement_id>/draft")
@requires(Permission.MANAGE_CEREMONY)
def set_draft(meeting: str, agreement_id: int) -> Page:
    """Take a ready agreement back to draft."""
    found = meeting_by_slug(meeting)
    return done(found, BaseForm(), lambda: service.set_draft(actor(), found.id, agreement_id))


@bp.post(f"{DESK}/agreements/<int:agreement_id>/withdraw")
@requires(Permission.MANAGE_CEREMONY)
def withdraw_agreement(meeting: str, agreement_id: int) -> Page:
    """Take an agreement off the programme."""
    found = meeting_by_slug(meeting)
    return done(
        found, BaseForm(), lambda: service.withdraw_agreement(actor(), found.id, agreement_id)
    )


@bp.post(f"{DESK}/plaques/new")
@requires(Permission.MANAGE_CEREMONY)
def add_plaque(meeting: str) -> Page:
    """Plan to hand a plaque to a unit."""
    found = meeting_by_slug(meeting)
    form = AddPlaqueForm()
    offer_items(form.item_id, found, Kind.PLAQUE)

    def add() -> None:
        unit = unit_named(units_known(found), form.unit.data or "", "unit")
        service.add_plaque(
            actor(),
            found.id,
            item_id=form.item_id.data,
            organisation_id=unit,
            plaque=form.plaque.data or "",
            presenters=form.presenters.data or "",
        )

    if not attempt(form, add):
        return desk_page(meeting_by_slug(meeting), plaque=form), 422
    say(N_("已添加。"))
    return redirect(url_for("ceremony.show_ceremony", meeting=meeting), 303)


@bp.post(f"{DESK}/plaques/<int:plaque_id>/remove")
@requires(Permission.MANAGE_CEREMONY)
def remove_plaque(meeting: str, plaque_id: int) -> Page:
    """Take a plaque off the programme."""
    found = meeting_by_slug(meeting)
    return done(found, BaseForm(), lambda: service.remove_plaque(actor(), found.id, plaque_id))


@bp.post(f"{DESK}/unveilings/new")
@requires(Permission.MANAGE_CEREMONY)
def add_unveiling(meeting: str) -> Page:
    """Plan to unveil a plate."""
    found = meeting_by_slug(meeting)
    form = AddUnveilingForm()
    offer_items(form.item_id, found, Kind.UNVEILING)

    def add() -> None:
        service.add_unveiling(
            actor(),
            found.id,
            item_id=form.item_id.data,
            plate=form.plate.data or "",
            unveilers=form.unveilers.data or "",
        )

    if not attempt(form, add):
        return desk_page(meeting_by_slug(meeting), unveiling=form), 422
    say(N_("已添加。"))
    return redirect(url_for("ceremony.show_ceremony", meeting=meeting), 303)


@bp.post(f"{DESK}/unveilings/<int:unveiling_id>/remove")
@requires(Permission.MANAGE_CEREMONY)
def remove_unveiling(meeting: str, unveiling_id: int) -> Page:
    """Take a plate off the programme."""
    found = meeting_by_slug(meeting)
    act = service.remove_unveiling
    return done(found, BaseForm(), lambda: act(actor(), found.id, unveiling_id))
