"""Jobs of paper: print badges and name cards."""

from collections.abc import Sequence
from typing import Any

from flask import Flask

from eventapp.alliance.rules import Ordering
from eventapp.badges.document import badges_pdf, cards_pdf
from eventapp.badges.queries import Holder, holders
from eventapp.badges.rules import Options, Size
from eventapp.core import files
from eventapp.core.db import transaction
from eventapp.core.jobs import Job, progress
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.registration.queries import pass_tokens
from eventapp.registration.rules import Category
from eventapp.web.pdf import missing_glyphs
from eventapp.web.queue import add_handlers
from eventapp.web.typeset import PAPER_FAMILIES

STEP = 25
"""How many codes are drawn between two notes of progress: each is a small transaction."""


def register(app: Flask) -> None:
    """Let the queue do these jobs."""
    add_handlers(app, {"print_badges": print_badges, "print_cards": print_cards})


def print_badges(job: Job) -> dict[str, Any]:
    """Print the badges that were asked for; the result names the file."""
    job_id, params = job.id, dict(job.params)
    meeting, people = _people(params)
    total = len(people)
    progress(job_id, 0, total)

    def step(count: int) -> None:
        if count % STEP == 0 and count < total:
            progress(job_id, count, total)

    options = Options(Size(params["size"]), back=params["back"], on_sheets=params["on_sheets"])
    pdf = badges_pdf(meeting, people, pass_tokens(meeting.id), options, step)
    return _kept(job_id, pdf, people)


def print_cards(job: Job) -> dict[str, Any]:
    """Print the name cards that were asked for; the result names the file."""
    job_id, params = job.id, dict(job.params)
    meeting, people = _people(params)
    progress(job_id, 0, len(people))
    return _kept(job_id, cards_pdf(meeting, people, with_units=params["with_units"]), people)


def _people(params: dict[str, Any]) -> tuple[Meeting, list[Holder]]:
    meeting = meeting_of(params["meeting"])
    category = Category(params["category"]) if params["category"] else None
    return meeting, holders(meeting, ordering=Ordering(params["ordering"]), category=category)


def _kept(job_id: int, pdf: bytes, people: Sequence[Holder]) -> dict[str, Any]:
    """Keep the file unless the print was cancelled meanwhile, and tell which characters lack."""
    names = "".join(one.name + one.unit + one.titles for one in people)
    missing = "".join(sorted(missing_glyphs(names, PAPER_FAMILIES)))
    progress(job_id, len(people), len(people))
    with transaction():
        digest = files.store(pdf, "application/pdf").digest
    return {"digest": digest, "people": len(people), "missing": missing}
