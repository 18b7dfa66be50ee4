"""Reads of what stays when a person is erased, and of where the name stands in people's words."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventapp.agenda.models import AgendaEdition, AgendaItem, ItemPerson, PersonChange
from eventapp.alliance.models import Alliance, Person
from eventapp.ceremony.models import Agreement, Party, SignatoryChange, StageAct, StagePerson
from eventapp.charter.models import Charter, CharterEdition
from eventapp.checkin.models import Scan
from eventapp.core.db import Base, db
from eventapp.core.ledger import AuditEntry
from eventapp.core.outbox import Fate, Message, fate_of
from eventapp.meetings.models import Meeting
from eventapp.minutes.models import Minutes, MinutesEdition, MinutesStep
from eventapp.minutes.rules import State as MinutesState
from eventapp.notices.models import Notice, NoticeReply
from eventapp.privacy.rules import Kept, KeptRow
from eventapp.registration.models import (
    Consent,
    Delegation,
    Field,
    Leave,
    Mandate,
    Registration,
)
from eventapp.voting.models import Motion, VoteHolder

SHORTEST_NAME = 2
"""A single character is no name that could be looked for in a text."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells in a text who somebody is, and under which numbers the tables know them.

    `people` are the person's own number and those that were merged into it.
    """

    people: tuple[int, ...]
    alliance_id: int
    name: str
    phone: str
    email: str
    meetings: tuple[int, ...]
    registrations: tuple[int, ...]
    mandates: tuple[int, ...]
    is_only: bool
    """Nobody else of the alliance bears the name: where it is typed, it means this person."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Give the texts that are looked for."""
        return tuple(
            one for one in (self.name, self.phone, self.email) if len(one) >= SHORTEST_NAME
        )


def identity_of(person: Person) -> Identity:
    """Gather a person's texts and numbers, and the meetings of the alliance."""
    of_alliance = sa.select(Meeting.id).where(Meeting.alliance_id == person.alliance_id)
    people = (person.id, *_ids(sa.select(Person.id).where(Person.merged_into_id == person.id)))
    return Identity(
        people,
        person.alliance_id,
        person.name,
        "" if person.phone_in_doubt else person.phone,
        person.email,
        _ids(of_alliance.order_by(Meeting.id)),
        _ids(sa.select(Registration.id).where(Registration.person_id.in_(people))),
        _ids(sa.select(Mandate.id).where(Mandate.person_id.in_(people))),
        _is_only(person, people),
    )


def _is_only(person: Person, people: Collection[int]) -> bool:
    others = sa.select(Person.id).where(
        Person.alliance_id == person.alliance_id,
        Person.name == person.name,
        Person.id.not_in(people),
    )
    return bool(person.name) and db.session.scalar(others.limit(1)) is None


def _ids(query: Any) -> tuple[int, ...]:
    return tuple(db.session.scalars(query))


def voted_mandates(who: Identity) -> set[int]:
    """Tell by which of a person's mandates a vote is held."""
    held = sa.select(VoteHolder.mandate_id).where(VoteHolder.mandate_id.in_(who.mandates))
    return set(db.session.scalars(held))


def scopes_of(alliance_id: int) -> list[int]:
    """List the scopes of an alliance and of its meetings."""
    own = sa.select(Alliance.scope_id).where(Alliance.id == alliance_id)
    meetings = sa.select(Meeting.scope_id).where(Meeting.alliance_id == alliance_id)
    return [*db.session.scalars(own), *db.session.scalars(meetings)]


def messages_about(who: Identity) -> list[int]:
    """List the messages about a person, to them, or in which they are named.

    A message to somebody else that has not gone yet is left, or it would go out empty.
    """
    about = [f"registration:{one}" for one in who.registrations]
    about += [f"person:{one}" for one in who.people]
    reached = [text for text in (who.phone, who.email) if text]
    own = sa.or_(Message.about.in_(about), Message.recipient.in_(reached))
    named = sa.or_(*contains(who.texts, Message.subject, Message.text))
    of_alliance = Message.scope_id.in_(scopes_of(who.alliance_id))
    found = set(db.session.scalars(sa.select(Message.id).where(of_alliance, own)))
    for one in db.session.scalars(sa.select(Message).where(of_alliance, named)):
        if fate_of(one) is not Fate.WAITING:
            found.add(one.id)
    return sorted(found)


def what_stays(who: Identity) -> list[KeptRow]:
    """Tell what an erasure leaves, how much of it, and where; empty kinds are left out."""
    papers = _ids(
        sa.select(Mandate.id).where(
            Mandate.id.in_(voted_mandates(who)), Mandate.document_digest != ""
        )
    )
    people = [f"person:{one}" for one in who.people]
    mandates = [f"mandate:{one}" for one in who.mandates]
    registrations = [f"registration:{one}" for one in who.registrations]
    votes = sa.select(VoteHolder.ballot_id).where(VoteHolder.mandate_id.in_(who.mandates))
    rows = [
        KeptRow(Kept.REGISTRATIONS, len(registrations), tuple(registrations)),
        KeptRow(Kept.CONSENTS, _count(Consent, Consent.registration_id.in_(who.registrations))),
        KeptRow(Kept.SCANS, _count(Scan, Scan.registration_id.in_(who.registrations))),
        _listed(Kept.VOTES, "ballot", _ids(votes)),
        _listed(Kept.PAPERS, "mandate", papers),
        _listed(Kept.AGENDAS, "agenda_edition", _editions(AgendaEdition, who)),
        _listed(Kept.MINUTES, "minutes_edition", _released(who)),
        KeptRow(
            Kept.TRAIL,
            _count(
                AuditEntry,
                AuditEntry.subject.in_([*people, *registrations, *mandates]),
            ),
        ),
        mentions_of(who),
    ]
    return [row for row in rows if row.count]


def _count(model: type[Base], *where: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0


def _listed(kind: Kept, word: str, ids: Collection[int]) -> KeptRow:
    return KeptRow(kind, len(ids), tuple(f"{word}:{one}" for one in ids))


def _editions(model: type[AgendaEdition], who: Identity) -> tuple[int, ...]:
    named = sa.or_(*contains(who.texts, model.body))
    return _ids(sa.select(model.id).where(model.meeting_id.in_(who.meetings), named))


def _released(who: Identity) -> tuple[int, ...]:
    named = sa.or_(*contains(who.texts, MinutesEdition.body))
    of_alliance = MinutesEdition.alliance_id == who.alliance_id
    return _ids(sa.select(MinutesEdition.id).where(of_alliance, named))


def contains(texts: Iterable[str], *columns: Any) -> list[sa.ColumnElement[bool]]:
    """Look for any of these texts in any of these columns; in JSON they may stand escaped."""
    looked: list[sa.ColumnElement[bool]] = [sa.false()]
    for text in texts:
        for written in dict.fromkeys((text, json.dumps(text)[1:-1])):
            looked += [
                sa.cast(column, sa.Text).contains(written, autoescape=True) for column in columns
            ]
    return looked


def mentions_of(who: Identity) -> KeptRow:
    """Tell where a person's name, phone or address stands in what people typed freely.

    It may be somebody else of the same name: a person has to look.
    """
    found: list[str] = []
    for word, statement in _free_texts(who):
        found += [f"{word}:{one}" for one in db.session.scalars(statement)]
    return KeptRow(Kept.MENTIONS, len(found), tuple(found))


def _free_texts(who: Identity) -> list[tuple[str, Any]]:
    def in_meeting(model: Any, *columns: Any, key: Any = None) -> Any:
        named = sa.or_(*contains(who.texts, *columns))
        return sa.select(key or model.id).where(model.meeting_id.in_(who.meetings), named)

    meetings = sa.or_(*contains(who.texts, Meeting.title, Meeting.introduction, Meeting.host_name))
    words = sa.or_(*contains(who.texts, MinutesStep.word))
    remarks = sa.or_(*contains(who.texts, NoticeReply.remark))
    clauses = sa.or_(*contains(who.texts, CharterEdition.body))
    unreleased = Minutes.state != MinutesState.RELEASED
    return [
        ("meeting", sa.select(Meeting.id).where(Meeting.id.in_(who.meetings), meetings)),
        (
            "item",
            in_meeting(
                AgendaItem,
                AgendaItem.title,
                AgendaItem.detail,
                AgendaItem.reason,
                AgendaItem.cue,
                AgendaItem.responsible,
            ),
        ),
        ("field", in_meeting(Field, Field.label, Field.help, Field.purpose, Field.options)),
        ("registration", in_meeting(Registration, Registration.reason, Registration.unit_text)),
        ("leave", in_meeting(Leave, Leave.reason)),
        ("notice", in_meeting(Notice, Notice.title, Notice.text, Notice.matters)),
        (
            "reply",
            sa.select(NoticeReply.delegation_id)
            .join(Delegation, Delegation.id == NoticeReply.delegation_id)
            .where(Delegation.meeting_id.in_(who.meetings), remarks),
        ),
        ("motion", in_meeting(Motion, Motion.title, Motion.text)),
        ("agreement", in_meeting(Agreement, Agreement.title)),
        ("act", in_meeting(StageAct, StageAct.title, StageAct.cue)),
        (
            "minutes",
            in_meeting(Minutes, Minutes.title, Minutes.prose, Minutes.byline).where(unreleased),
        ),
        (
            "minutes_step",
            sa.select(MinutesStep.id)
            .join(Minutes, Minutes.id == MinutesStep.minutes_id)
            .where(Minutes.meeting_id.in_(who.meetings), words),
        ),
        (
            "charter_edition",
            sa.select(CharterEdition.id)
            .join(Charter, Charter.id == CharterEdition.charter_id)
            .where(Charter.alliance_id == who.alliance_id, clauses),
        ),
        ("person_change", _changes_that_stay(who)),
        *_typed_people(who),
    ]


def _changes_that_stay(who: Identity) -> Any:
    return (
        sa.select(PersonChange.id)
        .join(AgendaItem, AgendaItem.id == PersonChange.item_id)
        .where(
            AgendaItem.meeting_id.in_(who.meetings),
            sa.or_(*contains(who.texts, PersonChange.reason)),
            PersonChange.left_id.is_(None) | PersonChange.left_id.not_in(who.people),
            PersonChange.came_id.is_(None) | PersonChange.came_id.not_in(who.people),
        )
    )


def _typed_people(who: Identity) -> Sequence[tuple[str, Any]]:
    """Look among names that were typed into plans without saying who of the alliance is meant.

    Those that an erasure takes along are left out.
    """
    typed = who.name if who.is_only else None
    speakers = sa.or_(*contains(who.texts, ItemPerson.name))
    signatories = sa.or_(*contains(who.texts, Party.signatory_name))
    return [
        (
            "item_person",
            sa.select(ItemPerson.id)
            .join(AgendaItem, AgendaItem.id == ItemPerson.item_id)
            .where(
                AgendaItem.meeting_id.in_(who.meetings),
                speakers,
                ItemPerson.person_id.is_(None),
                ItemPerson.name.is_distinct_from(typed),
            ),
        ),
        (
            "party",
            sa.select(Party.id)
            .join(Agreement, Agreement.id == Party.agreement_id)
            .where(
                Agreement.meeting_id.in_(who.meetings),
                signatories,
                Party.signatory_id.is_(None),
                Party.signatory_name.is_distinct_from(typed),
            ),
        ),
        *_on_stage(who, typed),
    ]


def _on_stage(who: Identity, typed: str | None) -> Sequence[tuple[str, Any]]:
    """Look among those who stand on a stage, and among the words of who came in whose stead."""
    named = sa.or_(*contains(who.texts, StagePerson.name, StagePerson.title))
    here = sa.or_(
        StagePerson.agreement_id.in_(
            sa.select(Agreement.id).where(Agreement.meeting_id.in_(who.meetings))
        ),
        StagePerson.act_id.in_(sa.select(StageAct.id).where(StageAct.meeting_id.in_(who.meetings))),
    )
    words = sa.or_(*contains(who.texts, SignatoryChange.reason, Party.authority_note))
    return [
        (
            "stage_person",
            sa.select(StagePerson.id).where(
                here,
                named,
                StagePerson.person_id.is_(None),
                StagePerson.name.is_distinct_from(typed),
            ),
        ),
        (
            "agreement",
            sa.select(Agreement.id)
            .distinct()
            .outerjoin(SignatoryChange, SignatoryChange.agreement_id == Agreement.id)
            .outerjoin(Party, Party.agreement_id == Agreement.id)
            .where(Agreement.meeting_id.in_(who.meetings), words)
            .where(sa.not_(sa.or_(*contains(who.texts, Agreement.title)))),
        ),
    ]
