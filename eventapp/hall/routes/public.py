"""Doors of the hall: open to everybody, drawn once for many."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from flask import Response, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.agenda.document import agenda_file, calendar_file, told
from eventapp.agenda.queries import ItemPersonRow, latest_edition
from eventapp.agenda.queries.papers import paper_for
from eventapp.agenda.rules import KIND_LABEL, ItemState, Readers
from eventapp.core import clock, files, installation
from eventapp.hall.queries import (
    PublicPage,
    ShownItem,
    meetings_by_alliance,
    public_meeting,
    public_page,
    version_at,
)
from eventapp.hall.routes.blueprint import bp, minutes_of
from eventapp.meetings import rules as meetings
from eventapp.web.doors import public
from eventapp.web.download import download
from eventapp.web.filters import clock_time
from eventapp.web.language import html_lang

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
_drawing = Lock()


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
    return _once_for_all(meeting, "hall/show_meeting.html")


@bp.get("/m/<meeting>/now")
@public
def show_meeting_now(meeting: str) -> Response:
    """Give the living part of a meeting's page anew when it has changed, or a minute has passed.

    The whole hall asks this every second and a half.
    """
    return _once_for_all(meeting, "hall/_agenda.html")


def _once_for_all(slug: str, template: str) -> Response:
    version, now = version_at(slug), clock.now()
    minute = int(now.timestamp()) // 60
    key = (template, slug, html_lang(), version.name, minute, installation.is_demo())
    kept = _kept.get(key)
    if kept is None:
        with _drawing:  # many ask at once when something has changed: one draws, the others wait
            kept = _kept.get(key) or _keep(key, _draw(slug, template, now))
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


def _draw(slug: str, template: str, now: datetime) -> str:
    page = public_page(slug, now)
    here = url_for("hall.show_meeting", meeting=slug)
    return render_template(
        template,
        cacheable=True,
        page=page,
        meeting=page.meeting,
        kind=meetings.KIND_LABEL[page.meeting.kind],
        state=meetings.STATE_LABEL[page.meeting.state],
        days_left=_days_left(page, now),
        rows=_agenda_rows(page),
        log=[(one, told(one.differences, page.meeting.zone)) for one in page.log],
        late=minutes_of(page.now.drift) if page.now else 0,
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
            "people": [called(one) for one in shown.people],
            "state": LOOKS.get(shown.state, ""),
            "expected": _expected(shown, zone),
        }
        for shown in page.items
    ]


def _expected(shown: ShownItem, zone: str) -> str:
    """Word when an item that is to come is expected now, where that is not as it was planned."""
    if shown.expected is None or shown.state is not ItemState.PLANNED:
        return ""
    start = shown.expected.start
    return clock_time(start, zone) if minutes_of(start - shown.item.starts_at) else ""


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
