"""The desk's list of all that happens on the stage, and the steps of one button."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, url_for

from eventapp.ceremony import service
from eventapp.ceremony.forms import PinForm, ReadyForm
from eventapp.ceremony.routes.blueprint import DESK, Page, bp, heading, stages_of
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.forms import BaseForm, attempt, say
from eventapp.web.session import actor


@bp.get(DESK)
@requires(Permission.MANAGE_CEREMONY)
def show_ceremony(meeting: str) -> str:
    """Show what is signed, handed over, unveiled and launched, and what is still missing."""
    return _page(meeting_by_slug(meeting), BaseForm(formdata=None))


def _page(meeting: Meeting, form: BaseForm) -> str:
    return render_template(
        "ceremony/show_ceremony.html", **heading(meeting), stages=stages_of(meeting.id), form=form
    )


def done(meeting: Meeting, form: BaseForm, act: Callable[[], Any]) -> Page:
    """Run a verb of one button and go back to the list; show its refusal there."""
    slug = meeting.slug
    if not attempt(form, act):
        return _page(meeting_by_slug(slug), form), 422
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


@bp.post(f"{DESK}/agreements/<int:agreement_id>/rank")
@requires(Permission.MANAGE_CEREMONY)
def rank_agreement(meeting: str, agreement_id: int) -> Page:
    """Move an agreement up or down in rank."""
    found, form = meeting_by_slug(meeting), PinForm()
    up = bool(form.on.data)
    return done(found, form, lambda: service.rank_agreement(actor(), found.id, agreement_id, up=up))


@bp.post(f"{DESK}/acts/<int:act_id>/remove")
@requires(Permission.MANAGE_CEREMONY)
def remove_act(meeting: str, act_id: int) -> Page:
    """Take an act off the programme."""
    found = meeting_by_slug(meeting)
    return done(found, BaseForm(), lambda: service.remove_act(actor(), found.id, act_id))
