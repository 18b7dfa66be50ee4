"""Jobs of registration: print many slips."""

from typing import Any

from flask import Flask

from eventapp.accounts.queries import links_of
from eventapp.core import files
from eventapp.core.access import Role
from eventapp.core.db import transaction
from eventapp.core.jobs import Job, progress
from eventapp.meetings.queries import meeting_of
from eventapp.registration.document import slips_pdf
from eventapp.registration.queries import registrations_of
from eventapp.registration.rules import State
from eventapp.web.queue import add_handlers


def register(app: Flask) -> None:
    """Let the queue do these jobs."""
    add_handlers(app, {"print_slips": print_slips})


def print_slips(job: Job) -> dict[str, Any]:
    """Print the slips of everybody who is approved; the result names the file."""
    job_id, meeting = job.id, meeting_of(job.params["meeting"])
    rows = registrations_of(meeting.id, state=State.APPROVED)
    progress(job_id, 0, len(rows))
    links = links_of(meeting.scope_id, Role.DELEGATE)
    people = [(row, links[row.id]) for row in rows if row.id in links]
    pdf = slips_pdf(meeting, people)
    with transaction():
        digest = files.store(pdf, "application/pdf").digest
    progress(job_id, len(rows), len(rows))
    return {"digest": digest, "people": len(people)}
