"""Work that outlives a request: a row says what is to be done, a queue only hurries it.

The row is written in the transaction that causes the work. After the commit its number goes to
the queue; a sweeper finds the rows that the queue lost. So losing the queue loses nothing.
Work that is cancelled stops where it next tells how far it has come.
"""

import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import (
    Base,
    after_commit,
    db,
    direct_transaction,
    enum_text,
    lock,
    transaction,
)

MAX_ATTEMPTS = 5
LOST_AFTER = timedelta(minutes=10)
AT_ONCE = timedelta()


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.WAITING, JobState.RUNNING)


class Cancelled(Exception):
    """Somebody cancelled the job that is running; it ends here and leaves nothing behind."""


class Job(Base):
    """One piece of work: what, for whom, how far, with what result."""

    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    scope_id: Mapped[int] = mapped_column(sa.ForeignKey("scopes.id"))
    actor: Mapped[str] = mapped_column(sa.String(40))
    params: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(enum_text(JobState), default=JobState.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    __table_args__ = (sa.Index("ix_jobs_open", "state", "due_at"),)


_jobs: Any = Job.__table__
_ENQUEUE = sa.insert(_jobs).returning(_jobs.c.id, sort_by_parameter_order=True)
_CLAIM = (
    sa.update(_jobs)
    .where(_jobs.c.id == sa.bindparam("job"), _jobs.c.state == JobState.WAITING)
    .values(state=JobState.RUNNING, attempts=_jobs.c.attempts + 1, due_at=sa.bindparam("now"))
    .returning(*_jobs.c)
)
_TURN = (
    sa.update(_jobs)
    .where(_jobs.c.id == sa.bindparam("job"))
    .values(kind=sa.bindparam("into"), params=sa.bindparam("wanted"))
)
# The result is kept even of a cancelled one: it names what is to be deleted.
_RUNS_ON = _jobs.c.state != JobState.CANCELLED
_FINISH = (
    sa.update(_jobs)
    .where(_jobs.c.id == sa.bindparam("job"))
    .values(
        result=sa.bindparam("made"),
        error="",
        state=sa.case((_RUNS_ON, JobState.DONE), else_=_jobs.c.state),
        finished_at=sa.case(
            # said, or SQLite would keep the instant in a form that compares otherwise
            (_RUNS_ON, sa.bindparam("now", type_=_jobs.c.finished_at.type)),
            else_=_jobs.c.finished_at,
        ),
    )
)
Handler = Callable[[Job], dict[str, Any] | None]
_push: list[Callable[[int], None]] = []


def use_queue(push: Callable[[int], None] | None) -> None:
    """Hand job numbers to this queue after each commit; None leaves them to the sweeper."""
    _push[:] = [push] if push else []


def enqueue(kind: str, scope_id: int, actor: Actor, **params: Any) -> int:
    """Ask for work in the surrounding transaction; tell the job's number."""
    return enqueue_all(kind, scope_id, actor, [params])[0]


def enqueue_all(
    kind: str,
    scope_id: int,
    actor: Actor,
    each: Sequence[dict[str, Any]],
    *,
    wait: timedelta = AT_ONCE,
) -> list[int]:
    """Ask for the same work many times, with these parameters; tell the jobs' numbers.

    Work that waits is left to the sweeper.
    """
    at = clock.now()
    common = {"kind": kind, "scope_id": scope_id, "actor": str(actor), "created_at": at}
    rows = [{**common, "due_at": at + wait, "params": params} for params in each]
    if not rows:
        return []
    db.session.flush()
    numbers = list(db.session.connection().execute(_ENQUEUE, rows).scalars())
    for push in _push if wait == AT_ONCE else ():
        for number in numbers:
            after_commit(partial(push, number))
    return numbers


def run(job_id: int, handlers: Mapping[str, Handler]) -> None:
    """Do one job if it is still waiting; a failure is kept and tried again later, then given up.

    The handler is given a copy of the row, which it may read; the row is changed by verbs alone.
    """
    with direct_transaction() as connection:
        claimed = connection.execute(_CLAIM, {"job": job_id, "now": clock.now()}).first()
    if claimed is None:
        return
    db.session.expire_all()  # what an earlier job read may have changed
    job = Job(**claimed._mapping)
    try:
        result = handlers[job.kind](job)
    except Cancelled:
        return
    except Exception as error:
        _note_failure(job_id, error)
        return
    if job.state is JobState.RUNNING:
        with direct_transaction() as connection:
            finish(connection, job, result)


def finish(connection: sa.Connection, job: Job, result: dict[str, Any] | None) -> None:
    """Note a job as done in a transaction of its handler, so that both hold or neither."""
    connection.execute(_FINISH, {"job": job.id, "now": clock.now(), "made": result})
    job.state = JobState.DONE


def turn_into(job: Job, kind: str, **params: Any) -> None:
    """Let a running job be another one from the surrounding commit on.

    What it did until then is done for good: taken up again, it begins as the other.
    """
    connection = db.session.connection()
    connection.execute(_TURN, {"job": job.id, "into": kind, "wanted": params})
    job.kind, job.params = kind, params


def _note_failure(job_id: int, error: Exception) -> None:
    with transaction():
        job = lock(Job, job_id)
        if job.state is JobState.CANCELLED:
            return
        job.error = "".join(traceback.format_exception(error))[-4000:]
        if job.attempts >= MAX_ATTEMPTS:
            job.state, job.finished_at = JobState.FAILED, clock.now()
        else:
            job.state = JobState.WAITING
            job.due_at = clock.now() + timedelta(seconds=10 * 2**job.attempts)


def due() -> list[int]:
    """Tell which jobs wait for a worker now; those that a dead worker left count as waiting."""
    with transaction() as session:
        session.execute(
            sa.update(Job)
            .where(Job.state == JobState.RUNNING, Job.due_at < clock.now() - LOST_AFTER)
            .values(state=JobState.WAITING)
        )
    return list(
        db.session.scalars(
            sa.select(Job.id)
            .where(Job.state == JobState.WAITING, Job.due_at <= clock.now())
            .order_by(Job.id)
            .limit(200)
        )
    )


def progress(job_id: int, done: int, total: int) -> None:
    """Note how far a running job has come, for a page that is reloaded.

    Raises Cancelled where somebody has cancelled it meanwhile.
    """
    with transaction():
        job = lock(Job, job_id)
        if job.state is JobState.CANCELLED:
            raise Cancelled
        job.done, job.total = done, total


def cancel(job_id: int) -> bool:
    """Cancel a job that waits or runs, in the surrounding transaction; False where it had ended."""
    job = lock(Job, job_id)
    if job.state not in OPEN:
        return False
    job.state, job.finished_at = JobState.CANCELLED, clock.now()
    return True
