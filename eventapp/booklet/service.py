"""Asking for a booklet: it is made in the background."""

from collections.abc import Sequence

from eventapp.agenda.queries import latest_edition
from eventapp.booklet.queries import PRINT
from eventapp.booklet.rules import Format, Part
from eventapp.core.access import Actor
from eventapp.core.db import transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.jobs import enqueue
from eventapp.core.ledger import audit
from eventapp.meetings.queries import meeting_of


def ask_for_booklet(
    actor: Actor, meeting_id: int, form: Format, parts: Sequence[Part], *, notes: int
) -> int:
    """Have a booklet made with these parts and so many pages for notes; tell its job.

    Raises Conflict while no agenda is published, Invalid where nothing is to be printed.
    """
    if not parts:
        raise Invalid("parts_missing", N_("请至少选一部分。"), field="parts")
    with transaction():
        scope_id = meeting_of(meeting_id).scope_id
        edition = latest_edition(meeting_id)
        if edition is None:
            raise Conflict("agenda_unpublished", N_("议程还没有发布，不能制作手册。"))
        job_id = enqueue(
            PRINT,
            scope_id,
            actor,
            meeting=meeting_id,
            format=form,
            parts=[part for part in Part if part in parts],
            notes=notes,
        )
        audit(
            actor,
            scope_id,
            "booklet.print",
            f"job:{job_id}",
            format=form,
            edition=edition.number,
        )
    return job_id
