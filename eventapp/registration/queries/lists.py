"""Reads of the organiser's list: a page of it at a time, and what its waiting people wait for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db
from eventapp.registration.models import BulkAction, CategoryRule, Registration
from eventapp.registration.queries.places import look_at_places
from eventapp.registration.queries.registrations import QUEUE, ROWS, Row, matches
from eventapp.registration.rules import INVITATION, State, Waiting, why_waits


@dataclass(frozen=True, slots=True)
class Choice:
    """Which registrations of a meeting are meant; what is empty leaves all."""

    text: str = ""
    category: str = ""
    state: str = ""
    unit: int | None = None
    channel: str = ""
    waiting: str = ""


@dataclass(frozen=True, slots=True)
class LastAct:
    """An act on many registrations that can still be undone."""

    id: int
    state: State
    count: int


def page_of(meeting_id: int, choice: Choice, first: int, most: int) -> list[Row]:
    """List so many of the chosen registrations, the newest first, the waiting in their order."""
    query = ROWS.where(*_chosen(meeting_id, choice)).order_by(None)
    if choice.state == State.WAITLISTED:
        query = query.order_by(*QUEUE)
    else:
        query = query.order_by(Registration.id.desc())
    return [Row(*row) for row in db.session.execute(query.offset(first).limit(most))]


def all_of(meeting_id: int, choice: Choice) -> list[Row]:
    """List all of the chosen registrations in the order of their coming."""
    return [Row(*row) for row in db.session.execute(ROWS.where(*_chosen(meeting_id, choice)))]


def count_of(meeting_id: int, choice: Choice) -> int:
    """Count the chosen registrations."""
    return db.session.scalar(_only(sa.func.count(), meeting_id, choice)) or 0


def ids_of(meeting_id: int, choice: Choice) -> list[int]:
    """List the numbers of the chosen registrations."""
    return list(db.session.scalars(_only(Registration.id, meeting_id, choice)))


def _only(column: Any, meeting_id: int, choice: Choice) -> sa.Select[Any]:
    return sa.select(column).select_from(Registration).where(*_chosen(meeting_id, choice))


def _chosen(meeting_id: int, choice: Choice) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [Registration.meeting_id == meeting_id]
    for column, wanted in (
        (Registration.category, choice.category),
        (Registration.state, choice.state),
        (Registration.channel, choice.channel),
    ):
        if wanted:
            conditions.append(column == wanted)
    if choice.unit is not None:
        conditions.append(Registration.organisation_id == choice.unit)
    if choice.waiting:
        conditions.append(_waiting(meeting_id)[Waiting(choice.waiting)])
    if choice.text:
        conditions.append(matches(meeting_id, choice.text))
    return conditions


def _waiting(meeting_id: int) -> dict[Waiting, sa.ColumnElement[bool]]:
    by_hand = sa.select(CategoryRule.category).where(
        CategoryRule.meeting_id == meeting_id, CategoryRule.auto_approve.is_(False)
    )
    in_line = Registration.state == State.WAITLISTED
    examined = sa.or_(Registration.reason != "", Registration.category.in_(by_hand))
    return {
        Waiting.ORGANISER: sa.or_(
            Registration.state == State.SUBMITTED, sa.and_(in_line, examined)
        ),
        Waiting.PLACE: sa.and_(in_line, sa.not_(examined)),
        Waiting.PERSON: Registration.state == State.INVITED,
    }


def lines_of(meeting_id: int, rows: Sequence[Row]) -> dict[int, tuple[int, str]]:
    """Tell the place of each waiting person in the meeting's line, from 1, and why they wait."""
    waiting = [row for row in rows if row.state is State.WAITLISTED]
    if not waiting:
        return {}
    number = sa.func.row_number().over(order_by=QUEUE).label("number")
    line = (
        sa.select(Registration.id, number)
        .where(Registration.meeting_id == meeting_id, Registration.state == State.WAITLISTED)
        .subquery()
    )
    found = db.session.execute(
        sa.select(line.c.id, line.c.number).where(line.c.id.in_([row.id for row in waiting]))
    )
    numbers: dict[int, int] = {row.id: row.number for row in found}
    units = {row.organisation_id for row in waiting if row.organisation_id is not None}
    places = look_at_places(meeting_id, units)
    return {
        row.id: (
            numbers[row.id],
            why_waits(
                to_check=bool(row.reason),
                by_rule=places.rules[row.category].auto_approve,
                meeting=places.meeting,
                category=places.categories.get(row.category),
                unit=places.units.get(row.organisation_id or 0),
            ),
        )
        for row in waiting
    }


def last_act(actor: Actor, meeting_id: int, window: Any) -> LastAct | None:
    """Find the newest act of somebody on many registrations, where it can still be undone."""
    found = db.session.execute(
        sa.select(BulkAction.id, BulkAction.state, BulkAction.items)
        .where(
            BulkAction.meeting_id == meeting_id,
            BulkAction.actor == str(actor),
            BulkAction.undone_at.is_(None),
            BulkAction.done_at > clock.now() - window,
        )
        .order_by(BulkAction.id.desc())
        .limit(1)
    ).first()
    return LastAct(found.id, found.state, len(found.items)) if found else None


def invitations_of(meeting_id: int) -> dict[State, int]:
    """Count those who were invited by what became of it."""
    rows = db.session.execute(
        sa.select(Registration.state, sa.func.count().label("number"))
        .where(
            Registration.meeting_id == meeting_id,
            sa.or_(Registration.channel == INVITATION, Registration.state == State.INVITED),
        )
        .group_by(Registration.state)
    )
    found: dict[State, int] = {row.state: row.number for row in rows}
    return {state: found.get(state, 0) for state in State}
