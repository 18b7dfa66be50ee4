"""Doors of the hall: open to everybody, drawn once for many."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.agenda.document import agenda_file, calendar_file, told
from eventapp.agenda.queries import ItemPersonRow, latest_edition
from eventapp.agenda.queries.papers import paper_for
from eventapp.agenda.rules import KIND_LABEL, ItemState, Readers
from eventapp.core import clock, files, installation
from eventapp.hall.queries import (
    Projection,
    PublicPage,
    meetings_by_alliance,
    projection_of,
    public_meeting,
    public_page,
    version_at,
)
from eventapp.meetings import rules as meetings
from eventapp.notices.queries.announcements import announced_in
from eventapp.voting.rules import RESULT_LABELS, Result
from eventapp.web.doors import public
from eventapp.web.download import download
from eventapp.web.language import html_lang
from eventapp.web.polling import conditional

bp = Blueprint("hall", __name__)
KEPT = 200
"""Rendered pages that a process keeps; the oldest goes first."""

LOOKS = {ItemState.RUNNING: "now", ItemState.DONE: "done", ItemState.SKIPPED: "off"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A page drawn for many, and its tag."""

    body: bytes
    tag: str


@dataclass(frozen=True, slots=True)
class Address:
    """The page's own address, whatever a visitor's link carried behind it."""

    path: str
    full_path: str
    query_string: bytes = b""


_kept: OrderedDict[tuple[object, ...], Kept] = OrderedDict()


@bp.get("/")
@public
def home() -> BaseResponse | str:
    """List the meetings that everybody may see."""
    return render_template(
        "hall/home.html",
        groups=meetings_by_alliance(),
        kinds=meetings.KIND_LABEL,
        states=meetings.STATE_LABEL,
    )


@bp.get("/m/<meeting>")
@public
def show_meeting(meeting: str) -> Response:
    """Show a meeting to everybody; one drawing serves all until something changes."""
    found, now = version_at(meeting), clock.now()
    minute = int(now.timestamp()) // 60
    key = (meeting, html_lang(), found.name, minute, installation.is_demo())
    kept = _kept.get(key)
    if kept is None:
        kept = _keep(key, _draw(meeting, now))
    return _shared(kept)


def _keep(key: tuple[object, ...], page: str) -> Kept:
    body = page.encode()
    kept = _kept[key] = Kept(body, hashlib.sha256(body).hexdigest()[:20])
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return kept


def _shared(kept: Kept) -> Response:
    if request.if_none_match.contains(kept.tag):
        response = Response(status=304)
    else:
        response = Response(kept.body, content_type="text/html; charset=utf-8")
    response.headers["ETag"] = f'"{kept.tag}"'
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def _draw(slug: str, now: datetime) -> str:
    page = public_page(slug, now)
    here = url_for("hall.show_meeting", meeting=slug)
    return render_template(
        "hall/show_meeting.html",
        cacheable=True,
        page=page,
        meeting=page.meeting,
        kind=meetings.KIND_LABEL[page.meeting.kind],
        state=meetings.STATE_LABEL[page.meeting.state],
        days_left=_days_left(page, now),
        rows=_agenda_rows(page),
        log=[(one, told(one.differences, page.meeting.zone)) for one in page.log],
        request=Address(here, here),
    )


def _days_left(page: PublicPage, now: datetime) -> int | None:
    closes = page.meeting.registration_closes_at
    if closes is None or not page.registering:
        return None
    return ceil((closes - now) / timedelta(days=1))


def _agenda_rows(page: PublicPage) -> list[dict[str, object]]:
    """Word the items; a person's titles are read where the name comes first, as a host does."""
    zone = page.meeting.zone
    clock_time = current_app.jinja_env.filters["clock_time"]
    introduced: set[tuple[str, str]] = set()

    def called(one: ItemPersonRow) -> str:
        if not one.title or (one.title, one.name) in introduced:
            return one.name
        introduced.add((one.title, one.name))
        return f"{one.title}\u3000{one.name}"

    return [
        {
            "time": clock_time(shown.item.starts_at, zone),
            "at": shown.item.starts_at.isoformat(),
            "kind": gettext(KIND_LABEL[shown.item.kind]),
            "title": shown.item.title,
            "people": [called(one) for one in shown.item.people],
            "state": LOOKS.get(shown.state, ""),
        }
        for shown in page.items
    ]


@bp.get("/m/<meeting>/meeting.ics")
@public
def download_calendar(meeting: str) -> Response:
    """Give a meeting as a calendar file."""
    found = public_meeting(meeting)
    data = calendar_file(found, latest_edition(found.id))
    return download(data, name=f"{found.slug}.ics", media_type="text/calendar")


@bp.get("/m/<meeting>/agenda.ics")
@public
def download_agenda_calendar(meeting: str) -> Response:
    """Give the published items as a calendar file, one by one."""
    found = public_meeting(meeting)
    name = f"{found.slug}-agenda.ics"
    return download(agenda_file(found), name=name, media_type="text/calendar")


@bp.get("/m/<meeting>/papers/<int:paper_id>")
@public
def download_paper(meeting: str, paper_id: int) -> Response:
    """Give a paper that everybody may read; any other is not there."""
    found = public_meeting(meeting)
    paper = paper_for(found.id, paper_id, Readers.PUBLIC, clock.now())
    return download(files.read(paper.digest), name=paper.name, media_type=paper.media_type)


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
    now = clock.now()
    shown = projection_of(slug, now)
    return {
        "screen": shown,
        "meeting": shown.meeting,
        "kind": meetings.KIND_LABEL[shown.meeting.kind],
        "item_kinds": KIND_LABEL,
        "results": RESULT_LABELS,
        "passed": Result.PASSED,
        "at": now,
        "announced": announced_in(shown.meeting.id),
        "left": _minutes_left(shown, now),
        "need": shown.ballot.need_sentence.render(gettext) if shown.ballot else "",
        "sum": shown.outcome.short_sentence.render(gettext) if shown.outcome else "",
    }


def _minutes_left(shown: Projection, now: datetime) -> int | None:
    """Tell the whole minutes until the running item should end; negative when it is over."""
    if shown.running is None:
        return None
    return ceil((shown.running.due_at - now) / timedelta(minutes=1))
