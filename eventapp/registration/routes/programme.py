"""Doors of a person's own part in the programme: the calendar of their items, their papers."""

from flask import Response

from eventapp.agenda.document import own_file
from eventapp.agenda.queries.papers import paper_for
from eventapp.agenda.service import note_reading
from eventapp.core import clock, files
from eventapp.core.access import Permission
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.queries import registration_in
from eventapp.registration.queries.readers import reader_of
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


@bp.post("/m/<meeting>/pass/papers/<int:paper_id>")
@requires(Permission.OPEN_OWN_PASS)
def download_own_paper(meeting: str, paper_id: int) -> Response:
    """Give the holder a paper and note it; one that is not for them, or not yet, is not there."""
    found, me = meeting_by_slug(meeting), holder()
    reader = reader_of(found, registration_in(found.id, me.subject_id))
    paper = paper_for(found.id, paper_id, reader, clock.now())
    note_reading(me, found.id, paper.id)
    return download(files.read(paper.digest), name=paper.name, media_type=paper.media_type)
