"""What two people have to do with meetings, who may be one person."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.models import Organisation
from eventapp.core.db import db
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Delegation, Leave, Mandate, Registration
from eventapp.registration.queries.registrations import ENDED
from eventapp.registration.rules import State


@dataclass(frozen=True, slots=True)
class Part:
    """A registration of one of them."""

    registration_id: int
    person_id: int
    meeting_id: int
    meeting: str
    state: State

    @property
    def is_alive(self) -> bool:
        """Tell whether it is neither cancelled nor replaced."""
        return self.state not in ENDED


@dataclass(frozen=True, slots=True)
class Duty:
    """What else one of them does at a meeting: speaks for a unit, arranges it, is on leave."""

    person_id: int
    meeting_id: int
    meeting: str
    unit: str


def parts_of(person_ids: Collection[int]) -> list[Part]:
    """List the registrations of these people, meeting by meeting."""
    rows = db.session.execute(
        sa.select(
            Registration.id,
            Registration.person_id,
            Registration.meeting_id,
            Meeting.title,
            Registration.state,
        )
        .join(Meeting, Meeting.id == Registration.meeting_id)
        .where(Registration.person_id.in_(person_ids))
        .order_by(Registration.meeting_id, Registration.id)
    )
    return [Part(*row) for row in rows]


def mandates_held(person_ids: Collection[int], *, ended: bool = False) -> list[Duty]:
    """List for which units these people may speak where; with `ended` also where they might."""
    query = _duties(Mandate, Mandate.person_id).where(Mandate.person_id.in_(person_ids))
    if not ended:
        query = query.where(Mandate.revoked_at.is_(None))
    return [Duty(*row) for row in db.session.execute(query)]


def delegations_arranged(person_ids: Collection[int]) -> list[Duty]:
    """List which units these people arrange where."""
    query = _duties(Delegation, Delegation.liaison_id)
    query = query.where(Delegation.liaison_id.in_(person_ids))
    return [Duty(*row) for row in db.session.execute(query)]


def leaves_noted(person_ids: Collection[int]) -> list[Duty]:
    """List where these people are on leave."""
    query = _duties(Leave, Leave.person_id)
    query = query.where(Leave.person_id.in_(person_ids), Leave.withdrawn_at.is_(None))
    return [Duty(*row) for row in db.session.execute(query)]


def _duties(model: type[Mandate] | type[Delegation] | type[Leave], person: Any) -> Any:
    return (
        sa.select(person, model.meeting_id, Meeting.title, sa.func.coalesce(Organisation.name, ""))
        .join(Meeting, Meeting.id == model.meeting_id)
        .outerjoin(Organisation, Organisation.id == model.organisation_id)
        .order_by(model.meeting_id, model.id)
    )
