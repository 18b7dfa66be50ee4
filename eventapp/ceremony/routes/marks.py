"""Marking what has happened on the stage, from the stage manager's page."""

from collections.abc import Callable
from typing import Any

from flask import Response, redirect, render_template, request, url_for

from eventapp.ceremony import queries, service
from eventapp.ceremony.forms import DoneForm, SubstituteForm
from eventapp.ceremony.routes.blueprint import RUN, Page, bp, heading, stages_of
from eventapp.core import feed
from eventapp.core.access import Permission
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.forms import BaseForm, attempt, local_target
from eventapp.web.language import html_lang
from eventapp.web.polling import conditional
from eventapp.web.session import actor


@bp.get(f"{RUN}/acts")
@requires(Permission.RUN_AGENDA)
def show_acts(meeting: str) -> str:
    """Show all acts of the day with their buttons."""
    return _page(meeting_by_slug(meeting), BaseForm(formdata=None))


def _page(meeting: Meeting, form: BaseForm) -> str:
    return render_template(
        "ceremony/show_acts.html", **heading(meeting), stages=stages_of(meeting.id), form=form
    )


@bp.get(f"{RUN}/acts/now")
@requires(Permission.RUN_AGENDA)
def show_acts_now(meeting: str) -> Response:
    """Give the acts of the items that run now, for the stage manager's page."""
    found = meeting_by_slug(meeting)

    def render() -> str:
        stages = [stage for stage in stages_of(found.id) if stage.running]
        return render_template("ceremony/_acts.html", **heading(found), stages=stages)

    return conditional(f"{feed.version_of(found.scope_id)}-{html_lang()}", render)


@bp.post(f"{RUN}/agreements/<int:agreement_id>/signed")
@requires(Permission.RUN_AGENDA)
def mark_signed(meeting: str, agreement_id: int) -> Page:
    """Record that an agreement has been signed."""
    found = meeting_by_slug(meeting)
    return _mark(found, BaseForm(), lambda: service.mark_signed(actor(), found.id, agreement_id))


@bp.post(f"{RUN}/agreements/<int:agreement_id>/substitute")
@requires(Permission.RUN_AGENDA)
def substitute_signatory(meeting: str, agreement_id: int) -> Page:
    """Let a party's stand-in sign."""
    found, form = meeting_by_slug(meeting), SubstituteForm()

    def substitute() -> None:
        service.substitute_signatory(
            actor(),
            found.id,
            agreement_id,
            form.party.data or 0,
            reason=form.reason.data or "",
            authority=form.authority.data or "",
        )

    return _mark(found, form, substitute)


@bp.post(f"{RUN}/acts/<int:act_id>")
@requires(Permission.RUN_AGENDA)
def mark_act(meeting: str, act_id: int) -> Page:
    """Record that an act has been done, or take that back."""
    found, form = meeting_by_slug(meeting), DoneForm()
    done = bool(form.done.data)
    return _mark(found, form, lambda: service.mark_act(actor(), found.id, act_id, done=done))


@bp.get(f"{RUN}/captions")
@requires(Permission.RUN_AGENDA)
def show_captions(meeting: str) -> str:
    """Show who is on each picture, from left to right as the hall sees them."""
    found = meeting_by_slug(meeting)
    return render_template(
        "ceremony/show_captions.html", **heading(found), captions=queries.captions_of(found.id)
    )


def _mark(meeting: Meeting, form: BaseForm, act: Callable[[], Any]) -> Page:
    slug = meeting.slug
    if not attempt(form, act):
        return _page(meeting_by_slug(slug), form), 422
    otherwise = url_for("ceremony.show_acts", meeting=slug)
    return redirect(local_target(request.form.get("next"), otherwise), 303)
