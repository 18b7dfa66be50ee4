"""Jobs of the booklet: make it, and tell how far it has come."""

from typing import Any

from flask import Flask

from eventapp.booklet.document import MEDIA_TYPES, booklet_file
from eventapp.booklet.queries import PRINT, content_of
from eventapp.booklet.rules import Format, Part
from eventapp.core import files
from eventapp.core.db import transaction
from eventapp.core.jobs import Job, progress
from eventapp.meetings.queries import meeting_of
from eventapp.web.queue import add_handlers

STEPS = 2
"""Lay out, keep."""


def register(app: Flask) -> None:
    """Let the queue do these jobs."""
    add_handlers(app, {PRINT: print_booklet})


def print_booklet(job: Job) -> dict[str, Any]:
    """Make the booklet that was asked for; the result names the file."""
    job_id, params = job.id, dict(job.params)
    form = Format(params["format"])
    progress(job_id, 0, STEPS)
    content = content_of(meeting_of(params["meeting"]))
    number, parts = content.edition.number, [Part(one) for one in params["parts"]]
    data = booklet_file(content, parts, params["notes"], form)
    progress(job_id, 1, STEPS)
    with transaction():
        digest = files.store(data, MEDIA_TYPES[form]).digest
    progress(job_id, STEPS, STEPS)
    return {"digest": digest, "edition": number}
