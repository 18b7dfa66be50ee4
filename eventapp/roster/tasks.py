"""Jobs of lists: say what each row means, register the people."""

from typing import Any

from flask import Flask

from eventapp.core.access import Actor, ActorKind
from eventapp.core.db import db
from eventapp.core.jobs import Job, progress
from eventapp.registration.rules import Category
from eventapp.roster.models import Roster
from eventapp.roster.rules import RosterState
from eventapp.roster.service import Terms, check_roster, take_roster
from eventapp.web.queue import add_handlers


def register(app: Flask) -> None:
    """Let the queue do these jobs."""
    add_handlers(app, {"check_roster": check, "take_roster": take})


def _open_roster(job: Job) -> Roster | None:
    """Find the list of a job; None where it was taken or dropped meanwhile."""
    roster = db.session.get_one(Roster, job.params["roster"])
    return roster if roster.state is RosterState.OPEN else None


def check(job: Job) -> dict[str, Any]:
    """Read a list and note what becomes of each row."""
    job_id, params, roster = job.id, job.params, _open_roster(job)
    if roster is not None:
        check_roster(roster.meeting_id, roster.id, lambda *far: progress(job_id, *far))
    return {"roster": params["roster"]}


def take(job: Job) -> dict[str, Any]:
    """Register the people of a list; a second try goes on where the first stopped."""
    job_id, params, roster = job.id, job.params, _open_roster(job)
    if roster is None:
        return {"roster": params["roster"]}
    kind, _colon, number = job.actor.partition(":")
    take_roster(
        Actor(ActorKind(kind), int(number)),
        roster.meeting_id,
        roster.id,
        Terms(Category(params["category"]), params["adds_units"]),
        lambda done, total: progress(job_id, done, total),
    )
    return {"roster": params["roster"]}
