"""The wall of the hall: no button, no link; the stage manager's page drives it."""

from datetime import datetime, timedelta

from flask import Response, render_template
from flask_babel import gettext

from eventapp.agenda.rules import KIND_LABEL, WARNING
from eventapp.core import clock
from eventapp.hall.queries import Projection, projection_of, version_at
from eventapp.hall.routes.blueprint import bp, minutes_of
from eventapp.meetings import rules as meetings
from eventapp.notices.queries.announcements import announced_in
from eventapp.voting.rules import RESULT_LABELS, Result
from eventapp.web.doors import public
from eventapp.web.language import html_lang
from eventapp.web.polling import conditional


@bp.get("/m/<meeting>/projector")
@public
def show_projector(meeting: str) -> str:
    """Show the hall what runs, what comes next, and what is being decided."""
    version_at(meeting)
    return render_template("hall/show_projector.html", **_screen(meeting))


@bp.get("/m/<meeting>/projector/now")
@public
def show_projector_now(meeting: str) -> Response:
    """Give the inside of the projector anew when it has changed, or a minute has passed."""
    minute = int(clock.now().timestamp()) // 60
    version = f"{version_at(meeting).name}-{minute}-{html_lang()}"
    return conditional(version, lambda: render_template("hall/_projector.html", **_screen(meeting)))


def _screen(slug: str) -> dict[str, object]:
    at = clock.now()
    shown = projection_of(slug, at)
    return {
        "screen": shown,
        "meeting": shown.meeting,
        "kind": meetings.KIND_LABEL[shown.meeting.kind],
        "item_kinds": KIND_LABEL,
        "results": RESULT_LABELS,
        "passed": Result.PASSED,
        "at": at,
        "announced": announced_in(shown.meeting.id),
        "due": _due(shown),
        "left": _seconds_left(_due(shown), at),
        "warn": WARNING // timedelta(seconds=1),
        "late": minutes_of(shown.now.drift) if shown.now.under_way else 0,
        "next_at": _next_at(shown),
        "need": shown.ballot.need_sentence.render(gettext) if shown.ballot else "",
        "sum": shown.outcome.short_sentence.render(gettext) if shown.outcome else "",
    }


def _due(shown: Projection) -> datetime | None:
    """Tell when the running item should end, else when the next one begins."""
    if shown.running is not None:
        return shown.running.due_at
    return shown.now.expected[shown.following.id].start if shown.following else None


def _seconds_left(due: datetime | None, at: datetime) -> int | None:
    """Tell the whole seconds until an instant; negative when it is over."""
    return None if due is None else int((due - at).total_seconds())


def _next_at(shown: Projection) -> datetime | None:
    """Tell when the next item is expected, once the day runs."""
    if shown.following is None or not shown.now.under_way:
        return None
    return shown.now.expected[shown.following.id].start
