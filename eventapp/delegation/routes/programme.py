"""Doors of a unit's part in the programme: the calendar of its people's items, its papers."""

from flask import Response

from eventapp.agenda.document import own_file
from eventapp.agenda.queries.papers import paper_for
from eventapp.agenda.service import note_reading
from eventapp.core import clock, files
from eventapp.delegation.queries import everybody_of, reader_for
from eventapp.delegation.routes.blueprint import HERE, LIAISON, bp, own
from eventapp.web.download import download
from eventapp.web.session import actor


@bp.get(f"{HERE}/calendar.ics")
@LIAISON
def download_unit_calendar(meeting: str) -> Response:
    """Give the meeting and the items of the unit's people as a calendar file."""
    found, delegation = own(meeting)
    data = own_file(found, everybody_of(found, delegation))
    return download(data, name=f"{found.slug}.ics", media_type="text/calendar")


@bp.post(f"{HERE}/papers/<int:paper_id>")
@LIAISON
def download_unit_paper(meeting: str, paper_id: int) -> Response:
    """Give a unit a paper and note it; one that is not for it, or not yet, is not there."""
    found, delegation = own(meeting)
    paper = paper_for(found.id, paper_id, reader_for(found, delegation), clock.now())
    note_reading(actor(), found.id, paper.id)
    return download(files.read(paper.digest), name=paper.name, media_type=paper.media_type)
