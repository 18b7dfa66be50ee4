"""Reads of what the last edition of an agenda changed, and of whoever it concerns."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventapp.agenda.queries import Edition, editions_of
from eventapp.agenda.queries.editions import Concerned, concerned_by, named_at
from eventapp.agenda.rules import Difference, compare
from eventapp.alliance.models import Person
from eventapp.core.db import db
from eventapp.core.ledger import digest
from eventapp.meetings.models import Meeting
from eventapp.notices.models import EditionNotice
from eventapp.registration.models import Registration
from eventapp.registration.queries import delegations_of
from eventapp.registration.queries.registrations import ENDED


@dataclass(frozen=True, slots=True)
class ConcernedUnit:
    """A unit whose people's items are different; `has_address` for its liaison."""

    delegation_id: int
    organisation: str
    has_address: bool
    items: frozenset[int]


@dataclass(frozen=True, slots=True)
class News:
    """What the last edition changed since people were last told, and whom it concerns.

    Where they were never told, it is compared with the edition before; the first edition is news
    as a whole. `told_at` is when whoever it concerns was told of it.
    """

    edition: Edition
    before: Edition | None
    differences: Sequence[Difference]
    people: Sequence[Concerned]
    units: Sequence[ConcernedUnit]
    told_at: datetime | None

    @property
    def seen(self) -> str:
        """Name what was looked at: the edition, and everybody who would be written to."""
        people = [one.person_id for one in self.people if one.has_address]
        units = [one.delegation_id for one in self.units if one.has_address]
        return digest([self.edition.number, people, units])[:16]

    @property
    def letters(self) -> int:
        """How many letters it takes."""
        return sum(one.has_address for one in (*self.people, *self.units))


def news_of(meeting: Meeting) -> News | None:
    """Tell what the last edition changed and whom it concerns; None where none is out."""
    editions = editions_of(meeting.id)
    if not editions:
        return None
    edition, *earlier = editions
    told = _told([one.id for one in editions])
    before = next((one for one in earlier if one.id in told), next(iter(earlier), None))
    return news_between(meeting, before, edition, told.get(edition.id))


def news_between(
    meeting: Meeting, before: Edition | None, edition: Edition, told_at: datetime | None = None
) -> News:
    """Tell what one edition changed of another, and whom it concerns."""
    differences = compare(before.items if before else (), edition.items)
    named = named_at([one.id for one in (before, edition) if one])
    people = concerned_by(differences, named)
    return News(edition, before, differences, people, _units(meeting, people), told_at)


def _told(edition_ids: Sequence[int]) -> dict[int, datetime]:
    rows = db.session.scalars(
        sa.select(EditionNotice).where(EditionNotice.edition_id.in_(edition_ids))
    )
    return {one.edition_id: one.sent_at for one in rows}


def _units(meeting: Meeting, people: Sequence[Concerned]) -> list[ConcernedUnit]:
    """List the invited units of these people: those they are of, and those they come for."""
    items: defaultdict[int, set[int]] = defaultdict(set)
    coming = db.session.execute(
        sa.select(Registration.person_id, Registration.organisation_id).where(
            Registration.meeting_id == meeting.id,
            Registration.person_id.in_([one.person_id for one in people]),
            Registration.organisation_id.is_not(None),
            Registration.state.not_in(ENDED),
        )
    )
    units = {one.person_id: {one.organisation_id} for one in people}
    for person_id, organisation_id in coming:
        units[person_id].add(organisation_id)
    for one in people:
        for organisation_id in units[one.person_id] - {None}:
            items[organisation_id or 0] |= one.items
    return [
        ConcernedUnit(row.id, row.organisation, bool(row.email), frozenset(items[key]))
        for row in delegations_of(meeting.id)
        if (key := row.organisation_id) in items
    ]


def edition_in(meeting_id: int, edition_id: int | None) -> Edition | None:
    """Find an edition of this meeting by its id."""
    return next((one for one in editions_of(meeting_id) if one.id == edition_id), None)


@dataclass(frozen=True, slots=True)
class Reader:
    """How somebody is written to: address, language, and the registration that stands, if any."""

    email: str
    language: str
    registration_id: int | None


def reader_of(meeting: Meeting, person_id: int) -> Reader:
    """Tell how a person of the alliance is written to about this meeting."""
    row = db.session.execute(
        sa.select(Person.email, Registration.language, Registration.id)
        .outerjoin(
            Registration,
            sa.and_(
                Registration.person_id == Person.id,
                Registration.meeting_id == meeting.id,
                Registration.state.not_in(ENDED),
            ),
        )
        .where(Person.id == person_id, Person.alliance_id == meeting.alliance_id)
    ).one()
    return Reader(row[0], row[1] or "", row[2])
