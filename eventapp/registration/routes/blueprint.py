"""What every door of registration shares: the blueprint, the meeting, the desk's heading."""

from typing import Any

from flask import Blueprint, session
from flask_babel import gettext
from flask_limiter.util import get_remote_address

from eventapp.core.errors import N_, NotFound
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.meetings.rules import STATE_LABEL, State
from eventapp.web.filters import long_date

bp = Blueprint("registration", __name__)


def browser() -> str:
    """Name a browser by the secret of its session, else by its address."""
    return session.get("csrf_token") or get_remote_address()


def public_meeting(slug: str) -> Meeting:
    """Find a meeting that the public may know of."""
    meeting = meeting_by_slug(slug)
    if meeting.state is State.DRAFT:
        raise NotFound("not_found", N_("没有找到您要的内容。"))
    return meeting


def heading(meeting: Meeting) -> dict[str, Any]:
    """Give a page of the desk its meeting."""
    day = long_date(meeting.starts_at, meeting.zone)
    return {
        "meeting": meeting,
        "meeting_title": meeting.title,
        "meeting_line": f"{day} · {gettext(STATE_LABEL[meeting.state])}",
    }
