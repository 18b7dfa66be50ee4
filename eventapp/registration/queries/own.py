"""Reads of what is kept about one person in one meeting, for that person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.models import Organisation, Person
from eventapp.core.db import db
from eventapp.core.outbox import Message
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State as MeetingState
from eventapp.registration.models import (
    Consent,
    ConsentText,
    Correction,
    Delegation,
    Leave,
    Mandate,
    Pass,
    Registration,
)
from eventapp.registration.queries.fields import all_fields_of, answers_of
from eventapp.registration.rules import State

_OVER = (MeetingState.ADJOURNED, MeetingState.ARCHIVED, MeetingState.CANCELLED)
_ALIVE = (State.INVITED, State.SUBMITTED, State.APPROVED, State.WAITLISTED)


def may_change_own(meeting: Meeting, state: State) -> bool:
    """Tell whether a person may still change the own registration."""
    return state in _ALIVE and meeting.state not in _OVER


def agreed_of(registration_id: int) -> int | None:
    """Tell the id of the consent text that somebody agreed to last, None for none."""
    return db.session.scalar(
        sa.select(Consent.consent_text_id)
        .where(Consent.registration_id == registration_id)
        .order_by(Consent.given_at.desc(), Consent.id.desc())
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """That somebody agreed to a version of the consent text, when and in which way."""

    version: int
    digest: str
    text: str
    annex: str
    given_at: datetime
    channel: str


def consents_given(registration_id: int) -> list[ConsentRow]:
    """List what somebody agreed to, the last first."""
    query = (
        sa.select(
            ConsentText.version,
            ConsentText.digest,
            ConsentText.text,
            ConsentText.annex,
            Consent.given_at,
            Consent.channel,
        )
        .join(ConsentText, ConsentText.id == Consent.consent_text_id)
        .where(Consent.registration_id == registration_id)
        .order_by(Consent.given_at.desc(), Consent.id.desc())
    )
    return [ConsentRow(*row) for row in db.session.execute(query)]


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A correction that waits, with the name that is kept now."""

    registration_id: int
    name: str


def corrections_of(meeting_id: int) -> list[CorrectionRow]:
    """List whose name or phone is to be corrected, the oldest wish first."""
    query = (
        sa.select(Correction.registration_id, Person.name)
        .join(Registration, Registration.id == Correction.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.meeting_id == meeting_id)
        .order_by(Correction.asked_at, Correction.registration_id)
    )
    return [CorrectionRow(*row) for row in db.session.execute(query)]


Section = list[dict[str, Any]]


def own_data(meeting: Meeting, registration_id: int) -> dict[str, Section]:
    """Tell what this meeting keeps about the person of a registration, by kind of thing.

    Instants are aware; what other features keep is theirs to add.
    """
    person = db.session.scalars(
        sa.select(Person)
        .join(Registration, Registration.person_id == Person.id)
        .where(Registration.id == registration_id, Registration.meeting_id == meeting.id)
    ).one()
    registrations = db.session.scalars(
        sa.select(Registration)
        .where(Registration.meeting_id == meeting.id, Registration.person_id == person.id)
        .order_by(Registration.id)
    ).all()
    ids = [one.id for one in registrations]
    return {
        "person": [_person(person)],
        "registrations": [_registration(one) for one in registrations],
        "answers": _answers(meeting.id, ids),
        "corrections": _columns(
            Correction, ("name", "phone", "asked_at"), Correction.registration_id.in_(ids)
        ),
        "consents": [
            {"registration": one, **_consent(row)} for one in ids for row in consents_given(one)
        ],
        "passes": _columns(
            Pass, ("code", "generation", "issued_at"), Pass.registration_id.in_(ids)
        ),
        "mandates": _mandates(meeting.id, person.id),
        "liaison": _liaison(meeting.id, person.id),
        "leaves": _columns(
            Leave,
            ("reason", "noted_at", "withdrawn_at"),
            sa.and_(Leave.meeting_id == meeting.id, Leave.person_id == person.id),
        ),
        "mails": _mails(meeting, person, ids),
    }


def _columns(model: Any, names: tuple[str, ...], *where: Any) -> Section:
    query = sa.select(*(getattr(model, name) for name in names)).where(*where)
    return [dict(zip(names, row, strict=True)) for row in db.session.execute(query)]


def _person(person: Person) -> dict[str, Any]:
    unit = person.organisation_id and db.session.get(Organisation, person.organisation_id)
    return {
        "name": person.name,
        "pinyin": person.pinyin,
        "unit": unit.name if unit else "",
        "titles": person.titles,
        "phone": person.phone,
        "email": person.email,
        "noted_at": person.created_at,
    }


def _registration(one: Registration) -> dict[str, Any]:
    unit = one.organisation_id and db.session.get(Organisation, one.organisation_id)
    return {
        "registration": one.id,
        "category": one.category.value,
        "state": one.state.value,
        "reason": one.reason,
        "unit": unit.name if unit else one.unit_text,
        "place": one.place,
        "channel": one.channel,
        "language": one.language,
        "submitted_at": one.submitted_at,
        "decided_at": one.decided_at,
    }


def _answers(meeting_id: int, ids: list[int]) -> Section:
    fields = {field.id: field for field in all_fields_of(meeting_id)}
    return [
        {
            "registration": one,
            "question": fields[field_id].label,
            "answer": value[1:] if fields[field_id].kind == "file" else value,
            "purpose": fields[field_id].purpose,
            "short_lived": fields[field_id].short_lived,
        }
        for one, given in answers_of(ids).items()
        for field_id, value in given.items()
    ]


def _consent(row: ConsentRow) -> dict[str, Any]:
    return {
        "version": row.version,
        "text": f"{row.text}\n\n{row.annex}".strip(),
        "digest": row.digest,
        "given_at": row.given_at,
        "channel": row.channel,
    }


def _mandates(meeting_id: int, person_id: int) -> Section:
    query = (
        sa.select(
            Organisation.name,
            Mandate.proxy,
            Mandate.document_name,
            Mandate.given_at,
            Mandate.revoked_at,
        )
        .join(Organisation, Organisation.id == Mandate.organisation_id)
        .where(Mandate.meeting_id == meeting_id, Mandate.person_id == person_id)
        .order_by(Mandate.id)
    )
    names = ("unit", "proxy", "document", "given_at", "revoked_at")
    return [dict(zip(names, row, strict=True)) for row in db.session.execute(query)]


def _liaison(meeting_id: int, person_id: int) -> Section:
    query = (
        sa.select(Organisation.name)
        .join(Delegation, Delegation.organisation_id == Organisation.id)
        .where(Delegation.meeting_id == meeting_id, Delegation.liaison_id == person_id)
    )
    return [{"unit": name} for name in db.session.scalars(query)]


def _mails(meeting: Meeting, person: Person, ids: list[int]) -> Section:
    """List the mails of this meeting that went to the person, or were about a registration."""
    mine = Message.about.in_([f"registration:{one}" for one in ids])
    if person.email:
        mine = sa.or_(mine, Message.recipient == person.email)
    return _columns(
        Message,
        ("recipient", "subject", "text", "created_at", "sent_at"),
        sa.and_(Message.scope_id == meeting.scope_id, mine),
    )
