"""Doors of a person's own part in the programme: the calendar of their items."""

from flask import Response

from eventapp.agenda.document import own_file
from eventapp.core.access import Permission
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.queries import registration_in
from eventapp.registration.routes.blueprint import bp
from eventapp.registration.routes.passes import holder
from eventapp.web.doors import requires
from eventapp.web.download import download


@bp.get("/m/<meeting>/pass.ics")
@requires(Permission.OPEN_OWN_PASS)
def download_own_calendar(meeting: str) -> Response:
    """Give the meeting and the holder's own items as a calendar file."""
    found = meeting_by_slug(meeting)
    row = registration_in(found.id, holder().subject_id)
    data = own_file(found, [row.person_id])
    return download(data, name=f"{found.slug}.ics", media_type="text/calendar")
