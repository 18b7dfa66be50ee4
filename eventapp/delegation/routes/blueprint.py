"""What the liaison's doors share: the blueprint, and whose delegation it is."""

from flask import Blueprint

from eventapp.core.access import Permission
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.queries import DelegationRow, delegation_in
from eventapp.web.doors import requires
from eventapp.web.session import actor

bp = Blueprint("delegation", __name__)
HERE = "/m/<meeting>/delegation"
LIAISON = requires(Permission.MANAGE_DELEGATION)


def own(slug: str) -> tuple[Meeting, DelegationRow]:
    """Find the meeting and the delegation that the liaison's link stands for."""
    meeting = meeting_by_slug(slug)
    return meeting, delegation_in(meeting.id, actor().subject_id)
