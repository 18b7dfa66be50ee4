"""Jobs of minutes: the papers of a released edition."""

from typing import Any

from flask import Flask, current_app

from eventapp.core.jobs import Job
from eventapp.minutes.document import render_edition
from eventapp.minutes.queries import edition_content, edition_in
from eventapp.minutes.service import RENDER_JOB, keep_papers
from eventapp.web.queue import add_handlers


def render_minutes(job: Job) -> dict[str, Any]:
    """Set the papers of the edition that a job names."""
    edition = edition_in(job.params["meeting"], job.params["edition"])
    base_url = current_app.extensions["config"].base_url
    press, internal = render_edition(edition, edition_content(edition.id), base_url)
    keep_papers(edition.id, press=press, internal=internal)
    return {"edition": edition.id}


def register(app: Flask) -> None:
    """Let the queue set minutes."""
    add_handlers(app, {RENDER_JOB: render_minutes})
