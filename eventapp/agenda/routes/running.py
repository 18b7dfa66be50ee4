"""The stage manager's page: large buttons, real times, and a way back from each."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.agenda import queries, service
from eventapp.agenda.forms import SkipItemForm, StepForm
from eventapp.agenda.queries import Item
from eventapp.agenda.routes.blueprint import bp, heading
from eventapp.agenda.rules import ItemState
from eventapp.core import clock, feed
from eventapp.core.access import Permission
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.forms import BaseForm, attempt
from eventapp.web.language import html_lang
from eventapp.web.polling import conditional
from eventapp.web.session import actor

HERE = "/m/<meeting>/desk/run"
ONE = f"{HERE}/<int:item_id>"
Page = BaseResponse | str | tuple[str, int]
MINUTE = timedelta(minutes=1)


@bp.get(HERE)
@requires(Permission.RUN_AGENDA)
def show_run(meeting: str) -> str:
    """Show what runs, what comes next, and the buttons that move the day on."""
    return _page(meeting_by_slug(meeting), BaseForm(formdata=None))


def _page(meeting: Meeting, form: BaseForm) -> str:
    return render_template(
        "agenda/show_run.html", **heading(meeting), **_run(meeting), form=form, etag=_tag(meeting)
    )


@bp.get(f"{HERE}/now")
@requires(Permission.RUN_AGENDA)
def show_run_now(meeting: str) -> Response:
    """Give what runs now anew when something changed, or a minute has passed."""
    found = meeting_by_slug(meeting)
    return conditional(
        _tag(found),
        lambda: render_template("agenda/_run.html", **heading(found), **_run(found)),
    )


@bp.get(f"{HERE}/list")
@requires(Permission.RUN_AGENDA)
def show_run_list(meeting: str) -> Response:
    """Give the whole day's list anew when something changed."""
    found = meeting_by_slug(meeting)
    return conditional(
        _tag(found),
        lambda: render_template("agenda/_list.html", **heading(found), **_run(found)),
    )


def _tag(meeting: Meeting) -> str:
    minute = int(clock.now().timestamp()) // 60
    return f"{feed.version_of(meeting.scope_id)}-{minute}-{html_lang()}"


def _run(meeting: Meeting) -> dict[str, Any]:
    items = queries.items_of(meeting.id)
    now = clock.now()
    running = [item for item in items if item.state == ItemState.RUNNING]
    return {
        "items": items,
        "running": [(item, _minutes(now, item)) for item in running],
        "following": queries.next_of(items),
        "late": _late(items),
        "at": now,
    }


def _minutes(now: datetime, item: Item) -> int:
    """Tell the whole minutes until an item is due to end; negative when it is over."""
    return int((item.due_at - now) // MINUTE)


def _late(items: list[Item]) -> int:
    """Tell by how many minutes the day is late: the last item's real begin against its plan."""
    begun = [(item.started_at, item.lateness) for item in items if item.started_at]
    return int(max(begun)[1] / MINUTE) if begun else 0


@bp.post(f"{ONE}/start")
@requires(Permission.RUN_AGENDA)
def start_item(meeting: str, item_id: int) -> Page:
    """Begin an item now."""
    found = meeting_by_slug(meeting)
    return _step(found, BaseForm(), lambda: service.start_item(actor(), found.id, item_id))


@bp.post(f"{ONE}/finish")
@requires(Permission.RUN_AGENDA)
def finish_item(meeting: str, item_id: int) -> Page:
    """End an item now, and begin the next one when asked to."""
    found, form = meeting_by_slug(meeting), StepForm()
    act = service.advance if form.next.data else service.finish_item
    return _step(found, form, lambda: act(actor(), found.id, item_id))


@bp.post(f"{ONE}/skip")
@requires(Permission.RUN_AGENDA)
def skip_item(meeting: str, item_id: int) -> Page:
    """Leave an item out, with the reason."""
    found, form = meeting_by_slug(meeting), SkipItemForm()
    reason = form.reason.data or ""
    return _step(found, form, lambda: service.skip_item(actor(), found.id, item_id, reason))


@bp.post(f"{ONE}/undo")
@requires(Permission.RUN_AGENDA)
def undo_item(meeting: str, item_id: int) -> Page:
    """Take an item's last step back."""
    found = meeting_by_slug(meeting)
    return _step(found, BaseForm(), lambda: service.undo_item(actor(), found.id, item_id))


def _step(meeting: Meeting, form: BaseForm, act: Callable[[], Any]) -> Page:
    slug = meeting.slug
    if not attempt(form, act):
        return _page(meeting_by_slug(slug), form), 422
    return redirect(url_for("agenda.show_run", meeting=slug), 303)
