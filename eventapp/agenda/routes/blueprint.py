"""What the doors of the agenda share."""

from typing import Any

from flask import Blueprint
from flask_babel import gettext

from eventapp.agenda.rules import ITEM_STATE_LABEL, KIND_LABEL, SEVERITY_LABEL
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import STATE_LABEL
from eventapp.web.filters import long_date

bp = Blueprint("agenda", __name__)


def heading(meeting: Meeting) -> dict[str, Any]:
    """Give a page of the desk its meeting and the words for kinds and states."""
    day = long_date(meeting.starts_at, meeting.zone)
    return {
        "meeting": meeting,
        "meeting_title": meeting.title,
        "meeting_line": f"{day} · {gettext(STATE_LABEL[meeting.state])}",
        "item_kinds": KIND_LABEL,
        "item_states": ITEM_STATE_LABEL,
        "severities": SEVERITY_LABEL,
    }
