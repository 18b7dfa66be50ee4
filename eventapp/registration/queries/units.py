"""Reads of a unit's part in a meeting: its delegation, its mandates, who is on leave."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventapp.alliance.models import Organisation, Person
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.core.outbox import Message
from eventapp.registration.models import Delegation, Leave, Mandate, Registration
from eventapp.registration.queries.places import TAKING
from eventapp.registration.rules import LIAISON_LINK, State


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """A unit's part in a meeting, and how many of its people are approved.

    `taken` counts the invited as well, for whom places are held; `email` is the liaison's.
    """

    id: int
    organisation_id: int
    organisation: str
    quota: int | None
    liaison_id: int | None
    liaison: str
    approved: int
    taken: int
    email: str


@dataclass(frozen=True, slots=True)
class MandateRow:
    """A valid mandate; `registration_id` is the approved registration of its holder, if any.

    `document_digest` is the paper's in the file store, empty without one.
    """

    id: int
    organisation_id: int
    organisation: str
    person_id: int
    name: str
    titles: str
    proxy: bool
    registration_id: int | None
    document_digest: str
    document_name: str


@dataclass(frozen=True, slots=True)
class LeaveRow:
    """A unit or a person that excused itself."""

    id: int
    organisation_id: int | None
    organisation: str
    person_id: int | None
    name: str
    reason: str
    noted_at: datetime


def _people_in(*states: State) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .where(
            Registration.meeting_id == Delegation.meeting_id,
            Registration.organisation_id == Delegation.organisation_id,
            Registration.state.in_(states),
        )
        .correlate(Delegation)
        .scalar_subquery()
    )


_DELEGATIONS = (
    sa.select(
        Delegation.id,
        Delegation.organisation_id,
        Organisation.name,
        Delegation.quota,
        Delegation.liaison_id,
        sa.func.coalesce(Person.name, ""),
        _people_in(State.APPROVED),
        _people_in(*TAKING),
        sa.func.coalesce(Person.email, ""),
    )
    .join(Organisation, Organisation.id == Delegation.organisation_id)
    .outerjoin(Person, Person.id == Delegation.liaison_id)
    .order_by(Organisation.pinyin_key, Delegation.id)
)
_MANDATES = (
    sa.select(
        Mandate.id,
        Mandate.organisation_id,
        Organisation.name,
        Mandate.person_id,
        Person.name,
        Person.titles,
        Mandate.proxy,
        Registration.id,
        Mandate.document_digest,
        Mandate.document_name,
    )
    .join(Organisation, Organisation.id == Mandate.organisation_id)
    .join(Person, Person.id == Mandate.person_id)
    .outerjoin(
        Registration,
        sa.and_(
            Registration.meeting_id == Mandate.meeting_id,
            Registration.person_id == Mandate.person_id,
            Registration.state == State.APPROVED,
        ),
    )
    .where(Mandate.revoked_at.is_(None))
    .order_by(Mandate.id)
)


def delegations_of(meeting_id: int) -> list[DelegationRow]:
    """List the delegations of a meeting by the pinyin of their units."""
    query = _DELEGATIONS.where(Delegation.meeting_id == meeting_id)
    return [DelegationRow(*row) for row in db.session.execute(query)]


def delegation_in(meeting_id: int, delegation_id: int) -> DelegationRow:
    """Find a delegation of this meeting."""
    query = _DELEGATIONS.where(Delegation.meeting_id == meeting_id, Delegation.id == delegation_id)
    row = db.session.execute(query).first()
    if row is None:
        raise NotFound("delegation_unknown", N_("没有找到这个单位的参会安排。"))
    return DelegationRow(*row)


def mandates_of(meeting_id: int) -> list[MandateRow]:
    """List the valid mandates of a meeting."""
    query = _MANDATES.where(Mandate.meeting_id == meeting_id)
    return [MandateRow(*row) for row in db.session.execute(query)]


def mandate_in(meeting_id: int, mandate_id: int) -> MandateRow:
    """Find a valid mandate of this meeting."""
    query = _MANDATES.where(Mandate.meeting_id == meeting_id, Mandate.id == mandate_id)
    row = db.session.execute(query).first()
    if row is None:
        raise NotFound("mandate_unknown", N_("没有找到有效的代表授权。"))
    return MandateRow(*row)


def leaves_of(meeting_id: int) -> list[LeaveRow]:
    """List who is on leave from a meeting, in the order of their notes; the withdrawn are not."""
    query = (
        sa.select(
            Leave.id,
            Leave.organisation_id,
            sa.func.coalesce(Organisation.name, ""),
            Leave.person_id,
            sa.func.coalesce(Person.name, ""),
            Leave.reason,
            Leave.noted_at,
        )
        .outerjoin(Organisation, Organisation.id == Leave.organisation_id)
        .outerjoin(Person, Person.id == Leave.person_id)
        .where(Leave.meeting_id == meeting_id, Leave.withdrawn_at.is_(None))
        .order_by(Leave.id)
    )
    return [LeaveRow(*row) for row in db.session.execute(query)]


def links_mailed(scope_id: int) -> dict[int, datetime]:
    """Tell when the link of each delegation of a meeting was last mailed to its liaison."""
    rows = db.session.execute(
        sa.select(Message.about, sa.func.max(Message.created_at))
        .where(Message.scope_id == scope_id, Message.kind == LIAISON_LINK)
        .group_by(Message.about)
    )
    return {int(about.partition(":")[2]): at for about, at in rows}
