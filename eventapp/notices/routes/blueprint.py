"""What every door of notices shares."""

from flask import Blueprint

from eventapp.alliance.queries import alliance_of
from eventapp.core.access import Permission
from eventapp.meetings.models import Meeting
from eventapp.web.doors import requires

bp = Blueprint("notices", __name__)
MANAGE = requires(Permission.MANAGE_REGISTRATIONS)
PDF = "application/pdf"


def issuer_of(meeting: Meeting) -> str:
    """Tell who gives notice of a meeting."""
    return alliance_of(meeting.alliance_id).name
