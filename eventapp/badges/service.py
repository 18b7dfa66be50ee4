"""Verbs of paper: ask for a print, cancel it, delete what has been kept long enough."""

from eventapp.alliance.rules import Ordering
from eventapp.badges.queries import digests_in_use, print_in, prints_past
from eventapp.badges.rules import Options, Paper
from eventapp.core import clock, files
from eventapp.core.access import Actor
from eventapp.core.db import lock, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.jobs import Job, cancel, enqueue
from eventapp.core.ledger import audit
from eventapp.meetings.queries import meeting_of
from eventapp.registration.rules import Category


def ask_for_print(
    actor: Actor,
    meeting_id: int,
    paper: Paper,
    *,
    ordering: Ordering = Ordering.PROTOCOL,
    category: Category | None = None,
    options: Options | None = None,
    with_units: bool = True,
) -> int:
    """Have a paper printed in the background for everybody of a category, or all; tell its job.

    `options` are those of badges, `with_units` of name cards.
    """
    wanted = options or Options()
    with transaction():
        scope_id = meeting_of(meeting_id).scope_id
        job_id = enqueue(
            f"print_{paper}",
            scope_id,
            actor,
            meeting=meeting_id,
            ordering=ordering,
            category=category or "",
            size=wanted.size,
            back=wanted.back,
            on_sheets=wanted.on_sheets,
            with_units=with_units,
        )
        audit(actor, scope_id, "paper.print", f"job:{job_id}", paper=paper, category=category or "")
    return job_id


def cancel_print(actor: Actor, meeting_id: int, job_id: int) -> None:
    """Stop a print that waits or runs; one that has ended stays as it is."""
    with transaction():
        scope_id = meeting_of(meeting_id).scope_id
        print_in(scope_id, job_id)
        if not cancel(job_id):
            raise Conflict("print_ended", N_("这次打印已经结束，不能再取消。"))
        audit(actor, scope_id, "paper.cancel", f"job:{job_id}")


def delete_old_prints(actor: Actor) -> int:
    """Delete the files of prints whose time is over, slips too; tell how many."""
    now = clock.now()
    deleted = 0
    for past in prints_past(now):
        with transaction():
            job = lock(Job, past.id)
            result = dict(job.result or {})
            digest = result.pop("digest", None)
            if digest is None:
                continue
            if digest not in digests_in_use(now):
                files.discard(digest)
            job.result = {**result, "deleted": True}
            audit(actor, job.scope_id, "paper.delete", f"job:{job.id}")
            deleted += 1
    return deleted
