"""A meeting, and the items of its published agenda, as calendar files (RFC 5545, RFC 5546)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext
from icalendar import Calendar, Event, Timezone

from eventapp.agenda.queries import Edition, latest_edition
from eventapp.agenda.queries.editions import courses_of, items_naming
from eventapp.agenda.rules import KIND_LABEL, ROLE_LABEL, Course, ItemLike
from eventapp.core import clock, installation
from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import changes_made
from eventapp.meetings.rules import CALLED_OFF


class _Event(NamedTuple):
    """What a calendar file says of a meeting or an item; times on the clocks of its zone."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    description: str
    url: str
    status: str


def calendar_file(meeting: Meeting, edition: Edition | None) -> bytes:
    """Write a meeting as an iCalendar file that updates itself when it is taken in again.

    The UID stays and SEQUENCE rises with each edition of the agenda and each change of the
    meeting, so that a later file replaces the earlier one. While nothing changes it is the same
    file. Where all is demo data, the title says so.
    """
    return _written(meeting.zone, (_meeting(meeting, edition),))


def agenda_file(meeting: Meeting) -> bytes:
    """Write every item that was ever published as an event of its own; those gone are cancelled.

    The UID of an item stays, SEQUENCE rises with each edition in which anything of it changed.
    """
    return _written(meeting.zone, _items(meeting, courses_of(meeting.id).values()))


def own_file(meeting: Meeting, people: Sequence[int]) -> bytes:
    """Write the meeting with the items at which these people stand, as `agenda_file` does.

    Items at which they stood in an earlier edition and stand no more are cancelled too.
    """
    now, ever = items_naming(meeting.id, people)
    own = [
        Course(course.item, course.changes, cancelled=course.cancelled or key not in now)
        for key, course in courses_of(meeting.id).items()
        if key in ever
    ]
    whole = _meeting(meeting, latest_edition(meeting.id))
    return _written(meeting.zone, (whole, *_items(meeting, own)))


def _meeting(meeting: Meeting, edition: Edition | None) -> _Event:
    zone, (base, host, mark) = ZoneInfo(meeting.zone), _here()
    return _Event(
        uid=f"meeting-{meeting.id}@{host}",
        sequence=(edition.number if edition else 0) + changes_made(meeting),
        starts_at=meeting.starts_at.astimezone(zone),
        ends_at=meeting.ends_at.astimezone(zone),
        summary=f"{mark}{meeting.title}",
        location=_place(meeting),
        description=_programme(meeting, edition),
        url=f"{base}/m/{meeting.slug}",
        status="CANCELLED" if meeting.state in CALLED_OFF else "CONFIRMED",
    )


def _items(meeting: Meeting, found: Iterable[Course]) -> tuple[_Event, ...]:
    zone, (base, host, mark) = ZoneInfo(meeting.zone), _here()
    made = changes_made(meeting)
    return tuple(
        _Event(
            uid=f"item-{one.item.id}@{host}",
            sequence=one.changes + made,
            starts_at=one.item.starts_at.astimezone(zone),
            ends_at=one.item.ends_at.astimezone(zone),
            summary=f"{mark}{one.item.title}",
            location=" ".join(part for part in (one.item.room, _place(meeting)) if part),
            description=_about(meeting, one.item),
            url=f"{base}/m/{meeting.slug}",
            status="CANCELLED" if one.cancelled or meeting.state in CALLED_OFF else "CONFIRMED",
        )
        for one in sorted(found, key=lambda one: (one.item.starts_at, one.item.id))
    )


def _here() -> tuple[str, str, str]:
    """Tell this installation's address and host, and the mark of a demo."""
    base: str = current_app.extensions["config"].base_url
    mark = gettext(N_("【演示数据】")) if installation.is_demo() else ""
    return base, urlsplit(base).hostname or "localhost", mark


def _place(meeting: Meeting) -> str:
    return " ".join(part for part in (meeting.venue, meeting.address) if part)


@lru_cache(maxsize=64)  # the whole hall gets the same file
def _written(zone: str, events: tuple[_Event, ...]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//menghui//meeting//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if zone != "UTC":
        calendar.add_component(_zone_of(zone))
    for what in events:
        event = Event()
        event.add("uid", what.uid)
        event.add("sequence", what.sequence)
        event.add("dtstamp", clock.now())
        event.add("dtstart", what.starts_at)
        event.add("dtend", what.ends_at)
        event.add("summary", what.summary)
        event.add("location", what.location)
        event.add("description", what.description)
        event.add("url", what.url)
        event.add("status", what.status)
        calendar.add_component(event)
    return calendar.to_ical()


@cache  # the library walks through every day of seventy years
def _zone_of(name: str) -> Timezone:
    return Timezone.from_tzid(name)


def _programme(meeting: Meeting, edition: Edition | None) -> str:
    zone = ZoneInfo(meeting.zone)
    lines = [
        f"{item.starts_at.astimezone(zone):%H:%M} {item.title}"
        for item in (edition.items if edition else ())
    ]
    return "\n".join(lines)


def _about(meeting: Meeting, item: ItemLike) -> str:
    """Say of an item what it is, who stands at it, and at which meeting it is."""
    people = [
        f"{gettext(ROLE_LABEL.get(one.role, one.role))}：{f'{one.title} ' if one.title else ''}"
        f"{one.name}"
        for one in item.people
    ]
    lines = [meeting.title, gettext(KIND_LABEL[item.kind]), *people, item.detail]
    return "\n".join(line for line in lines if line)
