"""What every door of notices shares."""

from typing import Any

from flask import Blueprint
from flask_babel import gettext

from eventapp.alliance.queries import alliance_of
from eventapp.core.access import Permission
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import STATE_LABEL
from eventapp.web.doors import requires
from eventapp.web.filters import long_date

bp = Blueprint("notices", __name__)
MANAGE = requires(Permission.MANAGE_REGISTRATIONS)
PDF = "application/pdf"


def heading(meeting: Meeting) -> dict[str, Any]:
    """Give a page of the desk its meeting."""
    day = long_date(meeting.starts_at, meeting.zone)
    return {
        "meeting": meeting,
        "meeting_title": meeting.title,
        "meeting_line": f"{day} · {gettext(STATE_LABEL[meeting.state])}",
    }


def issuer_of(meeting: Meeting) -> str:
    """Tell who gives notice of a meeting."""
    return alliance_of(meeting.alliance_id).name
