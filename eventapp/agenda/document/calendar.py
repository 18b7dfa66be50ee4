"""A meeting as a calendar file (RFC 5545)."""

from datetime import datetime
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

from eventapp.agenda.queries import Edition
from eventapp.core import clock
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State

CALLED_OFF = frozenset({State.CANCELLED, State.POSTPONED})


class _Event(NamedTuple):
    """What a calendar file says of a meeting; times on the clocks of the meeting's zone."""

    uid: str
    sequence: int
    zone: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    description: str
    url: str
    status: str


def calendar_file(
    meeting: Meeting, edition: Edition | None, *, url: str, host: str, mark: str = ""
) -> bytes:
    """Write a meeting as an iCalendar file that updates itself when it is taken in again.

    The UID stays and SEQUENCE is the agenda's edition, so that a later file replaces the earlier
    one. While nothing changes it is the same file. `mark` stands before the title where all is
    demo data.
    """
    zone = ZoneInfo(meeting.zone)
    return _written(
        _Event(
            uid=f"meeting-{meeting.id}@{host}",
            sequence=edition.number if edition else 0,
            zone=meeting.zone,
            starts_at=meeting.starts_at.astimezone(zone),
            ends_at=meeting.ends_at.astimezone(zone),
            summary=f"{mark}{meeting.title}",
            location=" ".join(part for part in (meeting.venue, meeting.address) if part),
            description=_programme(meeting, edition),
            url=url,
            status="CANCELLED" if meeting.state in CALLED_OFF else "CONFIRMED",
        )
    )


@lru_cache(maxsize=64)  # the whole hall gets the same file
def _written(what: _Event) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//menghui//meeting//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if what.zone != "UTC":
        calendar.add_component(_zone_of(what.zone))
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
