"""Reads of registrations."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.models import Organisation, Person
from eventapp.alliance.queries import found_by
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.core.names import clean_name
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Pass, Registration
from eventapp.registration.queries.places import TAKING
from eventapp.registration.rules import Category, State

ENDED = (State.CANCELLED, State.REPLACED)
UNCOUNTED = (*ENDED, State.INVITED)
"""States of those who have not registered, or not any longer."""
QUEUE = (Registration.submitted_at, Registration.id)
"""The order of the waiting list."""


@dataclass(frozen=True, slots=True)
class Row:
    """A registration with all that a list or a page of it shows.

    `code` is the typed code of the pass, empty without a living pass; `organisation` is the
    name of the unit, also of one that the alliance does not know (then without an id).
    """

    id: int
    person_id: int
    name: str
    organisation_id: int | None
    organisation: str
    titles: str
    category: Category
    state: State
    phone: str
    email: str
    place: str
    code: str
    submitted_at: datetime
    channel: str
    reason: str
    decided_at: datetime | None
    language: str
    reminded_at: datetime | None = None


ROWS = (
    sa.select(
        Registration.id,
        Registration.person_id,
        Person.name,
        Registration.organisation_id,
        sa.func.coalesce(Organisation.name, Registration.unit_text).label("organisation"),
        Person.titles,
        Registration.category,
        Registration.state,
        Person.phone,
        Person.email,
        Registration.place,
        sa.case(
            (Registration.state == State.APPROVED, sa.func.coalesce(Pass.code, "")), else_=""
        ).label("code"),
        Registration.submitted_at,
        Registration.channel,
        Registration.reason,
        Registration.decided_at,
        Registration.language,
        Registration.reminded_at,
    )
    .join(Person, Person.id == Registration.person_id)
    .outerjoin(Organisation, Organisation.id == Registration.organisation_id)
    .outerjoin(Pass, Pass.registration_id == Registration.id)
    .order_by(Registration.id)
)
"""What a Row holds, in its order; a query adds which ones."""


def registrations_of(
    meeting_id: int,
    *,
    state: State | str | None = None,
    category: Category | str | None = None,
    organisation_id: int | None = None,
    text: str = "",
) -> list[Row]:
    """List a meeting's registrations in the order of their coming.

    `text` is looked for in names, pinyin, initials, phones and units.
    """
    query = ROWS.where(Registration.meeting_id == meeting_id)
    if state:
        query = query.where(Registration.state == state)
    if category:
        query = query.where(Registration.category == category)
    if organisation_id is not None:
        query = query.where(Registration.organisation_id == organisation_id)
    if text:
        query = query.where(matches(meeting_id, text))
    return [Row(*row) for row in db.session.execute(query)]


def matches(meeting_id: int, text: str) -> sa.ColumnElement[bool]:
    """Say which registrations of a meeting are meant by a text.

    People are meant as `found_by` says, or by a part of a Chinese name; units by a part of theirs.
    """
    alliance_id = sa.select(Meeting.alliance_id).where(Meeting.id == meeting_id).scalar_subquery()
    part = clean_name(text)
    units = sa.select(Organisation.id).where(Organisation.name.contains(part, autoescape=True))
    ways = [
        Registration.person_id.in_(found_by(alliance_id, text)),
        Registration.organisation_id.in_(units),
        Registration.unit_text.contains(part, autoescape=True),
    ]
    if not part.isascii():
        named = sa.select(Person.id).where(
            Person.alliance_id == alliance_id, Person.name.contains(part, autoescape=True)
        )
        ways.append(Registration.person_id.in_(named))
    return sa.or_(*ways)


def registration_in(meeting_id: int, registration_id: int) -> Row:
    """Find a registration of this meeting; one elsewhere does not exist."""
    query = ROWS.where(Registration.meeting_id == meeting_id, Registration.id == registration_id)
    row = db.session.execute(query).first()
    if row is None:
        raise NotFound("registration_unknown", N_("没有找到这份报名。"))
    return Row(*row)


def alive_registration(meeting_id: int, person_id: int) -> int | None:
    """Tell the id of a person's registration that is neither cancelled nor replaced."""
    return db.session.scalar(
        sa.select(Registration.id).where(
            Registration.meeting_id == meeting_id,
            Registration.person_id == person_id,
            Registration.state.not_in(ENDED),
        )
    )


def counts_of(meeting_id: int) -> dict[str, Any]:
    """Count a meeting's registrations by state, and the approved ones by category and in units.

    Keys: `total` (neither cancelled nor replaced, nor invited without an answer yet), `states`,
    `categories`, `taken` (places taken by category, the invited included), `units`.
    """
    rows = db.session.execute(
        sa.select(Registration.state, Registration.category, sa.func.count())
        .where(Registration.meeting_id == meeting_id)
        .group_by(Registration.state, Registration.category)
    ).all()
    units = db.session.scalar(
        sa.select(sa.func.count(sa.distinct(Registration.organisation_id))).where(
            Registration.meeting_id == meeting_id, Registration.state == State.APPROVED
        )
    )
    states = {state: sum(row[2] for row in rows if row[0] == state) for state in State}
    approved = {row[1]: row[2] for row in rows if row[0] == State.APPROVED}
    return {
        "total": sum(count for state, count in states.items() if state not in UNCOUNTED),
        "states": states,
        "categories": {category: approved.get(category, 0) for category in Category},
        "taken": {
            category: sum(row[2] for row in rows if row[1] == category and row[0] in TAKING)
            for category in Category
        },
        "units": units or 0,
    }


def taken_in(
    meeting_id: int, *, category: Category | None = None, organisation_id: int | None = None
) -> int:
    """Count the approved registrations of a category or of a unit."""
    query = sa.select(sa.func.count()).where(
        Registration.meeting_id == meeting_id, Registration.state == State.APPROVED
    )
    if category is not None:
        query = query.where(Registration.category == category)
    if organisation_id is not None:
        query = query.where(Registration.organisation_id == organisation_id)
    return db.session.scalar(query) or 0
