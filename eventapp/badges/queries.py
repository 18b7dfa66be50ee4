"""Reads of who is printed, and of what has been printed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.models import Organisation, Person
from eventapp.alliance.queries import members_of
from eventapp.alliance.rules import Ordering
from eventapp.badges.rules import KEPT, Named, Options, Paper, Size, order_by_unit, order_people
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.core.jobs import OPEN, Job
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Pass, Registration
from eventapp.registration.rules import Category, State

PRINTS = tuple(f"print_{paper}" for paper in Paper)
"""Kinds of jobs that make papers of this room."""
SHORT_LIVED = (*PRINTS, "print_slips", "print_booklet")
"""Kinds of jobs whose files name people and are deleted when their time is over."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who comes, with all that a badge or a list shows; no telephone number."""

    registration_id: int
    name: str
    unit: str
    titles: str
    category: Category
    place: str
    code: str


_HOLDERS = (
    sa.select(
        Registration.id,
        Person.name,
        sa.func.coalesce(Organisation.name, Registration.unit_text),
        Person.titles,
        Registration.category,
        Registration.place,
        Pass.code,
        Registration.organisation_id,
        Person.stroke_key,
        Person.pinyin_key,
    )
    .join(Person, Person.id == Registration.person_id)
    .join(Pass, Pass.registration_id == Registration.id)
    .outerjoin(Organisation, Organisation.id == Registration.organisation_id)
    .where(Registration.state == State.APPROVED)
)


def holders(
    meeting: Meeting,
    *,
    ordering: Ordering | None = Ordering.PROTOCOL,
    category: Category | None = None,
    registration_id: int | None = None,
) -> list[Holder]:
    """List who is approved for a meeting, all, of one category or one alone, in this order.

    With None they come unit by unit.
    """
    query = _HOLDERS.where(Registration.meeting_id == meeting.id)
    if category is not None:
        query = query.where(Registration.category == category)
    if registration_id is not None:
        query = query.where(Registration.id == registration_id)
    members = members_of(meeting.alliance_id)
    places = {member.organisation_id: place for place, member in enumerate(members)}
    found: dict[int, Holder] = {}
    named: list[Named] = []
    for row in db.session.execute(query):
        shown: Any = row[: len(fields(Holder))]
        holder = Holder(*shown)
        found[holder.registration_id] = holder
        named.append(
            Named(
                holder.registration_id,
                holder.category,
                places.get(row.organisation_id or 0),
                holder.unit,
                row.stroke_key,
                row.pinyin_key,
            )
        )
    keys = order_by_unit(named) if ordering is None else order_people(named, ordering)
    return [found[key] for key in keys]


def prints_of(scope_id: int, *, most: int = 20) -> Sequence[Job]:
    """List the newest prints of a meeting, the newest first."""
    return db.session.scalars(
        sa.select(Job)
        .where(Job.scope_id == scope_id, Job.kind.in_(PRINTS))
        .order_by(Job.id.desc())
        .limit(most)
    ).all()


def usual_options(scope_id: int) -> Options:
    """Tell how this meeting's badges were printed last, for one more like them."""
    params = db.session.scalar(
        sa.select(Job.params)
        .where(Job.scope_id == scope_id, Job.kind == f"print_{Paper.BADGES}")
        .order_by(Job.id.desc())
        .limit(1)
    )
    return Options(Size(params["size"]), back=params["back"]) if params else Options()


def print_in(scope_id: int, job_id: int) -> Job:
    """Find a print of this meeting; one elsewhere does not exist."""
    job = db.session.get(Job, job_id)
    if job is None or job.scope_id != scope_id or job.kind not in PRINTS:
        raise NotFound("job_unknown", N_("没有找到这次打印。"))
    return job


def prints_past(now: datetime) -> list[Job]:
    """List the ended prints whose file is still kept though its time is over."""
    ended = db.session.scalars(
        sa.select(Job).where(Job.kind.in_(SHORT_LIVED), Job.finished_at < now - KEPT)
    )
    return [job for job in ended if (job.result or {}).get("digest")]


def open_prints(scope_id: int) -> Sequence[Job]:
    """List the prints of a meeting that wait or run."""
    return db.session.scalars(
        sa.select(Job).where(
            Job.scope_id == scope_id, Job.kind.in_(SHORT_LIVED), Job.state.in_(OPEN)
        )
    ).all()


def kept_prints(scope_id: int) -> list[Job]:
    """List the prints of a meeting whose file is kept."""
    ended = db.session.scalars(
        sa.select(Job).where(Job.scope_id == scope_id, Job.kind.in_(SHORT_LIVED))
    )
    return [job for job in ended if (job.result or {}).get("digest")]


def digests_in_use(now: datetime) -> set[str]:
    """Tell the contents that prints still hold whose time is not over."""
    living = db.session.scalars(
        sa.select(Job.result).where(Job.kind.in_(SHORT_LIVED), Job.finished_at >= now - KEPT)
    )
    return {result["digest"] for result in living if result and result.get("digest")}
