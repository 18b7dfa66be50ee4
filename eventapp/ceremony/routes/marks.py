"""Marking what has happened on the stage, from the stage manager's page."""

from collections.abc import Callable
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.ceremony import service
from eventapp.ceremony.forms import DoneForm
from eventapp.ceremony.routes.blueprint import RUN, bp, heading, stages_of
from eventapp.core import feed
from eventapp.core.access import Permission
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.forms import BaseForm, attempt, local_target
from eventapp.web.language import html_lang
from eventapp.web.polling import conditional
from eventapp.web.session import actor

Page = BaseResponse | str | tuple[str, int]


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


@bp.post(f"{RUN}/plaques/<int:plaque_id>")
@requires(Permission.RUN_AGENDA)
def mark_awarded(meeting: str, plaque_id: int) -> Page:
    """Record that a plaque has been handed over, or take that back."""
    found, form = meeting_by_slug(meeting), DoneForm()
    done = bool(form.done.data)
    act = service.mark_awarded
    return _mark(found, form, lambda: act(actor(), found.id, plaque_id, done=done))


@bp.post(f"{RUN}/unveilings/<int:unveiling_id>")
@requires(Permission.RUN_AGENDA)
def mark_unveiled(meeting: str, unveiling_id: int) -> Page:
    """Record that a plate has been unveiled, or take that back."""
    found, form = meeting_by_slug(meeting), DoneForm()
    done = bool(form.done.data)
    act = service.mark_unveiled
    return _mark(found, form, lambda: act(actor(), found.id, unveiling_id, done=done))


def _mark(meeting: Meeting, form: BaseForm, act: Callable[[], Any]) -> Page:
    slug = meeting.slug
    if not attempt(form, act):
        return _page(meeting_by_slug(slug), form), 422
    otherwise = url_for("ceremony.show_acts", meeting=slug)
    return redirect(local_target(request.form.get("next"), otherwise), 303)
