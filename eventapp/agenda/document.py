"""A meeting as a calendar file (RFC 5545)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from eventapp.agenda.queries import Edition
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State

CALLED_OFF = frozenset({State.CANCELLED, State.POSTPONED})


def calendar_file(
    meeting: Meeting, edition: Edition | None, *, url: str, host: str, now: datetime, mark: str = ""
) -> bytes:
    """Write a meeting as an iCalendar file that updates itself when it is taken in again.

    The UID stays and SEQUENCE is the agenda's edition, so that a later file replaces the earlier
    one. `mark` stands before the title where all is demo data.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//menghui//meeting//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    zone = ZoneInfo(meeting.zone)
    event = Event()
    event.add("uid", f"meeting-{meeting.id}@{host}")
    event.add("sequence", edition.number if edition else 0)
    event.add("dtstamp", now)
    event.add("dtstart", meeting.starts_at.astimezone(zone))
    event.add("dtend", meeting.ends_at.astimezone(zone))
    event.add("summary", f"{mark}{meeting.title}")
    event.add("location", " ".join(part for part in (meeting.venue, meeting.address) if part))
    event.add("description", _programme(meeting, edition))
    event.add("url", url)
    event.add("status", "CANCELLED" if meeting.state in CALLED_OFF else "CONFIRMED")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _programme(meeting: Meeting, edition: Edition | None) -> str:
    zone = ZoneInfo(meeting.zone)
    lines = [
        f"{item.starts_at.astimezone(zone):%H:%M} {item.title}"
        for item in (edition.items if edition else ())
    ]
    return "\n".join(lines)
