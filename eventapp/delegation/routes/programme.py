"""Doors of a unit's part in the programme: the calendar of its people's items."""

from flask import Response

from eventapp.agenda.document import own_file
from eventapp.delegation.queries import everybody_of
from eventapp.delegation.routes.blueprint import HERE, LIAISON, bp, own
from eventapp.web.download import download


@bp.get(f"{HERE}/calendar.ics")
@LIAISON
def download_unit_calendar(meeting: str) -> Response:
    """Give the meeting and the items of the unit's people as a calendar file."""
    found, delegation = own(meeting)
    data = own_file(found, everybody_of(found, delegation))
    return download(data, name=f"{found.slug}.ics", media_type="text/calendar")
