"""Reads of what was written to whom, and of whom a letter would reach."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from eventapp.accounts.models import PersonalLink
from eventapp.accounts.queries import LinkHere
from eventapp.alliance.models import Organisation, Person
from eventapp.core import clock
from eventapp.core.access import Role
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.core.ledger import AuditEntry
from eventapp.core.outbox import FATE, Message
from eventapp.meetings.models import Meeting
from eventapp.notices.queries.changes import changes_of
from eventapp.notices.rules import Kind
from eventapp.registration.models import Delegation, Registration
from eventapp.registration.queries import Row, registrations_of
from eventapp.registration.queries.registrations import ROWS
from eventapp.registration.rules import State

TOLD_OF_CHANGES = (State.SUBMITTED, State.APPROVED, State.WAITLISTED, State.INVITED)


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A message, and whom or what it speaks of by name; the id leads to their page."""

    message: Message
    name: str
    registration_id: int | None


@dataclass(frozen=True, slots=True)
class Addressee:
    """A registration to be written about, its meeting, its personal link if it has one."""

    row: Row
    meeting_id: int
    is_substitute: bool
    link: LinkHere | None


_ADDRESSEE = (
    ROWS.add_columns(
        Registration.meeting_id, Registration.replaces_id, PersonalLink.id, PersonalLink.generation
    )
    .join(Meeting, Meeting.id == Registration.meeting_id)
    .outerjoin(
        PersonalLink,
        sa.and_(
            PersonalLink.scope_id == Meeting.scope_id,
            PersonalLink.role == Role.DELEGATE,
            PersonalLink.subject_id == Registration.id,
        ),
    )
    .where(Registration.id == sa.bindparam("registration"))
)


def addressee_of(registration_id: int) -> Addressee:
    """Read all that a letter about a registration needs."""
    found = db.session.connection().execute(_ADDRESSEE, {"registration": registration_id}).one()
    *row, meeting_id, replaces_id, link_id, generation = found
    link = None if link_id is None else LinkHere(link_id, generation)
    return Addressee(Row(*row), meeting_id, replaces_id is not None, link)


def recipients_of(meeting: Meeting, kind: Kind) -> list[Row]:
    """List whom a letter to many is for: everybody, with or without an address.

    A reminder and an announcement go to who is approved; a change to all that registered before
    it and still count.
    """
    if kind in (Kind.REMINDER, Kind.ANNOUNCEMENT):
        return registrations_of(meeting.id, state=State.APPROVED)
    at = changes_of(meeting).at
    if at is None:
        return []
    rows = registrations_of(meeting.id)
    return [row for row in rows if row.state in TOLD_OF_CHANGES and row.submitted_at <= at]


def letters_of(
    scope_id: int,
    *,
    kind: str = "",
    fate: str = "",
    about: Collection[str] | None = None,
    first: int = 0,
    most: int | None = None,
) -> tuple[list[LetterRow], int]:
    """List a meeting's messages, the newest first, and count all that match."""
    query = sa.select(Message).where(Message.scope_id == scope_id)
    if kind:
        query = query.where(Message.kind == kind)
    if fate:
        query = query.where(FATE.in_((fate,)))
    if about is not None:
        query = query.where(Message.about.in_(about))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    page = query.order_by(Message.id.desc()).offset(first).limit(most)
    messages = list(db.session.scalars(page))
    names = _names(messages)
    return [LetterRow(one, *names.get(one.about, ("", None))) for one in messages], total


def _names(messages: Collection[Message]) -> dict[str, tuple[str, int | None]]:
    found: dict[str, list[int]] = {"registration": [], "delegation": [], "person": []}
    for one in messages:
        what, _, number = one.about.partition(":")
        if what in found:
            found[what].append(int(number))
    people = db.session.execute(
        sa.select(Registration.id, Person.name)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.id.in_(found["registration"]))
    )
    units = db.session.execute(
        sa.select(Delegation.id, Organisation.name)
        .join(Organisation, Organisation.id == Delegation.organisation_id)
        .where(Delegation.id.in_(found["delegation"]))
    )
    others = db.session.execute(
        sa.select(Person.id, Person.name).where(Person.id.in_(found["person"]))
    )
    named: dict[str, tuple[str, int | None]] = {}
    for one, name in others:
        named[f"person:{one}"] = (name, None)
    for one, name in people:
        named[f"registration:{one}"] = (name, one)
    for one, name in units:
        named[f"delegation:{one}"] = (name, None)
    return named


def was_done_within(scope_id: int, action: str, span: timedelta) -> bool:
    """Tell whether a scope's ledger holds an act of this name that is younger than that."""
    return (
        db.session.scalar(
            sa.select(AuditEntry.id)
            .where(
                AuditEntry.scope_id == scope_id,
                AuditEntry.action == action,
                AuditEntry.at > clock.now() - span,
            )
            .limit(1)
        )
        is not None
    )


def message_in(scope_id: int, message_id: int) -> Message:
    """Find a message of this meeting."""
    found = db.session.get(Message, message_id)
    if found is None or found.scope_id != scope_id:
        raise NotFound("message_unknown", N_("没有找到这封邮件。"))
    return found
