"""Reads of all that a booklet prints."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from eventapp.agenda.queries import Edition, latest_edition
from eventapp.alliance.queries import alliance_of, members_of
from eventapp.badges.queries import Holder, holders
from eventapp.charter.queries import ClauseRow, EditionRow, clauses_of
from eventapp.charter.queries import editions_of as charter_editions
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.core.jobs import Job
from eventapp.meetings.models import Meeting
from eventapp.registration.rules import Category
from eventapp.seating.queries import Plan, plan_in, plans_of

PRINT = "print_booklet"
"""The kind of the jobs that make booklets; their files are deleted like other prints."""
_GUESTS = (Category.LEADER, Category.GUEST)
_OF_UNITS = (Category.DELEGATE, Category.OBSERVER)


@dataclass(frozen=True, slots=True)
class UnitOnPaper:
    """A unit with its seat, if it has one, and those who come for it."""

    name: str
    seat: str
    people: Sequence[Holder]


@dataclass(frozen=True, slots=True)
class CharterOnPaper:
    """The charter's newest edition with its text."""

    edition: EditionRow
    clauses: Sequence[ClauseRow]


@dataclass(frozen=True, slots=True)
class Content:
    """All that a booklet prints, in the order in which it is printed."""

    meeting: Meeting
    alliance: str
    edition: Edition
    guests: Sequence[Holder]
    units: Sequence[UnitOnPaper]
    plans: Sequence[Plan]
    charter: CharterOnPaper | None


def content_of(meeting: Meeting) -> Content:
    """Read all that a booklet prints; raises NotFound while no agenda is published."""
    edition = latest_edition(meeting.id)
    if edition is None:
        raise NotFound("agenda_unpublished", N_("议程还没有发布，不能制作手册。"))
    people = holders(meeting)
    charters = charter_editions(meeting.alliance_id)
    return Content(
        meeting,
        alliance_of(meeting.alliance_id).name,
        edition,
        [one for one in people if one.category in _GUESTS],
        _units(meeting, [one for one in people if one.category in _OF_UNITS]),
        [plan_in(meeting, row.id) for row in plans_of(meeting.id)],
        CharterOnPaper(charters[0], clauses_of(charters[0].id)) if charters else None,
    )


def _units(meeting: Meeting, people: Sequence[Holder]) -> list[UnitOnPaper]:
    """Group people by their units: members by protocol, then others as their people came."""
    coming: dict[str, list[Holder]] = {}
    for one in people:
        coming.setdefault(one.unit, []).append(one)
    members = members_of(meeting.alliance_id)
    seats = {member.name: member.seat_label or "" for member in members if member.name in coming}
    names = [*seats, *(name for name in coming if name not in seats)]
    return [UnitOnPaper(name, seats.get(name, ""), coming[name]) for name in names]


def booklets_of(scope_id: int, *, most: int = 10) -> Sequence[Job]:
    """List the newest booklets of a meeting, the newest first."""
    return db.session.scalars(
        sa.select(Job)
        .where(Job.scope_id == scope_id, Job.kind == PRINT)
        .order_by(Job.id.desc())
        .limit(most)
    ).all()


def booklet_in(scope_id: int, job_id: int) -> Job:
    """Find a booklet of this meeting; one elsewhere does not exist."""
    job = db.session.get(Job, job_id)
    if job is None or job.scope_id != scope_id or job.kind != PRINT:
        raise NotFound("job_unknown", N_("没有找到这份手册。"))
    return job
