"""What every door of registration shares: the blueprint, the browser, the meeting."""

from flask import Blueprint, request, session, url_for

from eventapp.alliance.queries import alliance_of, slug_of
from eventapp.core.access import Permission
from eventapp.core.errors import N_, NotFound
from eventapp.core.scope import ROOT
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.meetings.rules import State
from eventapp.web.session import actor

bp = Blueprint("registration", __name__)


def browser() -> str:
    """Name a browser by the secret of its session, else by its address."""
    return session.get("csrf_token") or request.remote_addr or ""


def public_meeting(slug: str) -> Meeting:
    """Find a meeting that the public may know of."""
    meeting = meeting_by_slug(slug)
    if meeting.state is State.DRAFT:
        raise NotFound("not_found", N_("没有找到您要的内容。"))
    return meeting


def duplicates_url(meeting: Meeting) -> str:
    """Give the way to people who may be one, to whoever may decide it for the whole alliance."""
    alliance = alliance_of(meeting.alliance_id)
    if not actor().may(Permission.MANAGE_ALLIANCE, (alliance.scope_id, ROOT)):
        return ""
    return url_for("desk.show_duplicates", alliance=slug_of(alliance))
