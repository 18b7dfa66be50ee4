"""Reads for a unit's liaison: its places, its people, its proxy."""

from dataclasses import dataclass

import sqlalchemy as sa

from eventapp.agenda.rules import Readers
from eventapp.alliance.models import Person
from eventapp.core.db import db
from eventapp.meetings.models import Meeting
from eventapp.notices.models import Notice
from eventapp.notices.rules import NoticeState
from eventapp.registration.models import Delegation
from eventapp.registration.queries import (
    DelegationRow,
    MandateRow,
    Row,
    mandates_of,
    registrations_of,
)
from eventapp.registration.queries.places import TAKING, terms_of
from eventapp.registration.queries.readers import council_units
from eventapp.registration.queries.registrations import ENDED


@dataclass(frozen=True, slots=True)
class UnitPlaces:
    """How many people a unit may send, and how many of them stand; None is without limit."""

    quota: int | None
    taken: int
    waiting: int

    @property
    def left(self) -> int | None:
        """How many more may come."""
        return None if self.quota is None else max(0, self.quota - self.taken)


def everybody_of(meeting: Meeting, delegation: DelegationRow) -> list[int]:
    """List the people who are of a unit, or come to the meeting for it, by their ids."""
    own = sa.select(Person.id).where(
        Person.alliance_id == meeting.alliance_id,
        Person.organisation_id == delegation.organisation_id,
    )
    coming = {row.person_id for row in people_of(meeting.id, delegation)}
    return sorted(coming | set(db.session.scalars(own)))


def reader_for(meeting: Meeting, delegation: DelegationRow) -> Readers:
    """Tell as whom a unit's liaison reads papers: what the unit's representatives may read."""
    is_council = delegation.organisation_id in council_units(meeting)
    return Readers.COUNCIL if is_council else Readers.REGISTERED


def people_of(meeting_id: int, delegation: DelegationRow) -> list[Row]:
    """List the people of a unit who have not been cancelled or replaced."""
    rows = registrations_of(meeting_id, organisation_id=delegation.organisation_id)
    return [row for row in rows if row.state not in ENDED]


def unit_places(meeting: Meeting, delegation_id: int, people: list[Row]) -> UnitPlaces:
    """Count a unit's places; where its delegation names no number, the meeting's usual one holds.

    The meeting or a category may be full before the unit is: that is said when a list is sent.
    """
    own = db.session.get_one(Delegation, delegation_id).quota
    quota = terms_of(meeting.id).unit_quota if own is None else own
    taken = sum(row.state in TAKING for row in people)
    return UnitPlaces(quota, taken, len(people) - taken)


def proxies_of(meeting_id: int, unit_id: int) -> list[MandateRow]:
    """List the proxies that a unit has named."""
    return [one for one in mandates_of(meeting_id) if one.proxy and one.organisation_id == unit_id]


def sent_notice(meeting_id: int) -> Notice | None:
    """Find the newest notice that was sent for a meeting."""
    return db.session.scalar(
        sa.select(Notice)
        .where(Notice.meeting_id == meeting_id, Notice.state == NoticeState.SENT)
        .order_by(Notice.number.desc())
        .limit(1)
    )
