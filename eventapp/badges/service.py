"""Verbs of paper: ask for a print, cancel it, delete what has been kept long enough."""

from collections.abc import Collection

from eventapp.alliance.rules import Ordering
from eventapp.badges.queries import (
    digests_in_use,
    kept_prints,
    open_prints,
    print_in,
    prints_past,
)
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


def delete_old_prints(actor: Actor, scope_ids: Collection[int] | None = None) -> int:
    """Delete the files of prints whose time is over, slips too, of these meetings or of all.

    Tells how many it were.
    """
    now = clock.now()
    past = [one for one in prints_past(now) if scope_ids is None or one.scope_id in scope_ids]
    return sum(_delete_print(actor, one.id, digests_in_use(now)) for one in past)


def delete_prints_of(actor: Actor, scope_id: int) -> int:
    """Delete the files of all prints of a meeting, and stop those that run; tell how many."""
    with transaction():
        for one in open_prints(scope_id):
            cancel(one.id)
        return sum(_delete_print(actor, one.id, set()) for one in kept_prints(scope_id))


def _delete_print(actor: Actor, job_id: int, in_use: Collection[str]) -> bool:
    with transaction():
        job = lock(Job, job_id)
        result = dict(job.result or {})
        digest = result.pop("digest", None)
        if digest is None:
            return False
        if digest not in in_use:
            files.discard(digest)
        job.result = {**result, "deleted": True}
        audit(actor, job.scope_id, "paper.delete", f"job:{job.id}")
    return True
