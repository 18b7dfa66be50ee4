"""Reads of how long telephone numbers and addresses may be kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.models import Person
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State as MeetingState
from eventapp.registration.models import (
    Consent,
    ConsentText,
    ContactDeletion,
    Delegation,
    Registration,
)
from eventapp.registration.rules import CONTACT_MONTHS, contacts_end_at


@dataclass(frozen=True, slots=True)
class _Term:
    meeting_id: int
    alliance_id: int
    end_at: datetime | None  # None: postponed, nobody knows to when
    deleted: bool

    def runs(self) -> bool:
        return not self.deleted and (self.end_at is None or clock.now() < self.end_at)


def _terms() -> list[_Term]:
    """List until when each meeting may keep contacts: the shortest term of its texts holds."""
    rows = db.session.execute(
        sa.select(
            Meeting.id,
            Meeting.alliance_id,
            Meeting.ends_at,
            Meeting.state,
            sa.func.coalesce(sa.func.min(ConsentText.contact_months), CONTACT_MONTHS),
            ContactDeletion.meeting_id,
        )
        .outerjoin(ConsentText, ConsentText.meeting_id == Meeting.id)
        .outerjoin(ContactDeletion, ContactDeletion.meeting_id == Meeting.id)
        .group_by(Meeting.id, ContactDeletion.meeting_id)
        .order_by(Meeting.id)
    )
    return [
        _Term(
            meeting_id,
            alliance_id,
            None if state is MeetingState.POSTPONED else contacts_end_at(ends_at, months),
            deleted is not None,
        )
        for meeting_id, alliance_id, ends_at, state, months, deleted in rows
    ]


def contact_terms(meeting_ids: Collection[int]) -> dict[int, datetime]:
    """Map each of these meetings to the end of its term; deleted and postponed ones have none."""
    return {
        term.meeting_id: term.end_at
        for term in _terms()
        if term.meeting_id in meeting_ids and term.end_at is not None and not term.deleted
    }


def meetings_with_overdue_contacts() -> list[int]:
    """List the meetings whose term has passed and whose contacts were not deleted yet."""
    return [term.meeting_id for term in _terms() if not (term.deleted or term.runs())]


def overdue_contacts(meeting_id: int) -> list[int]:
    """List the people of a meeting whose contacts are to be deleted once its term has passed.

    They agreed to a consent text of the alliance, and no meeting whose term still runs has to
    reach them. Who never agreed to one is in the alliance's own directory and stays there.
    """
    terms = _terms()
    alliance_id = next(term.alliance_id for term in terms if term.meeting_id == meeting_id)
    others = [term.meeting_id for term in terms if term.alliance_id == alliance_id and term.runs()]
    agreed = sa.select(Registration.person_id).join(
        Consent, Consent.registration_id == Registration.id
    )
    return list(
        db.session.scalars(
            sa.select(Person.id)
            .where(
                Person.id.in_(_people_of([meeting_id])),
                Person.id.in_(agreed),
                Person.id.not_in(_people_of(others)),
                sa.or_(Person.phone != "", Person.email != ""),
            )
            .order_by(Person.id)
        )
    )


def _people_of(meeting_ids: Collection[int]) -> Any:
    """Select who is registered at these meetings or arranges a delegation to them."""
    return sa.union(
        sa.select(Registration.person_id).where(Registration.meeting_id.in_(meeting_ids)),
        sa.select(Delegation.liaison_id).where(
            Delegation.meeting_id.in_(meeting_ids), Delegation.liaison_id.is_not(None)
        ),
    )
