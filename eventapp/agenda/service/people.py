"""Whom and what an item needs, and the engagements that follow from it."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from eventapp.agenda.models import (
    AgendaChange,
    AgendaEdition,
    AgendaItem,
    EditionPerson,
    Engagement,
    ItemPerson,
    PersonChange,
)
from eventapp.agenda.queries import (
    MeetingFacts,
)
from eventapp.agenda.rules import (
    ResourceKind,
)
from eventapp.agenda.service.held import hold, locked, note
from eventapp.alliance.models import Person
from eventapp.alliance.queries import person_in
from eventapp.core.access import Actor
from eventapp.core.db import db, transaction
from eventapp.core.errors import N_, Invalid, NotFound
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of

HOST = "host"
PEOPLE = (ResourceKind.PERSON, ResourceKind.HOST)
"""Resources that are people."""
FROM_ITEM = "item"
"""The source of engagements that an item's own people make."""


@dataclass(frozen=True, slots=True)
class PersonIn:
    """Somebody whom an item needs, as entered."""

    role: str
    name: str
    title: str = ""
    person_id: int | None = None


def engage(
    actor: Actor,
    meeting_id: int,
    item_id: int,
    *,
    resource: ResourceKind,
    resource_id: int,
    label: str,
    role: str,
    source: str,
) -> Engagement:
    """Note that an item needs a resource; `source` names who said so and may take it back."""
    with transaction() as session:
        facts = hold(meeting_id)
        item = locked(meeting_id, item_id)
        row = Engagement(
            meeting_id=meeting_id,
            item_id=item_id,
            resource=resource,
            resource_id=resource_id,
            label=label,
            role=role,
            source=source,
        )
        session.add(row)
        session.flush()
        note(actor, facts, "item.engaged", item, resource=resource, id=resource_id, source=source)
    return row


def release_source(actor: Actor, meeting_id: int, source: str) -> int:
    """Take back every engagement of this source in the meeting and tell how many there were."""
    with transaction() as session:
        facts = hold(meeting_id)
        gone = session.scalars(
            sa.delete(Engagement)
            .where(Engagement.meeting_id == meeting_id, Engagement.source == source)
            .returning(Engagement.id)
        ).all()
        if gone:
            audit(actor, facts.scope_id, "source.released", f"source:{source}", count=len(gone))
    return len(gone)


def set_people(facts: MeetingFacts, item: AgendaItem, people: Iterable[PersonIn]) -> None:
    """Write whom an item needs anew, and engage those whom the alliance knows."""
    session = db.session
    session.execute(sa.delete(ItemPerson).where(ItemPerson.item_id == item.id))
    session.execute(
        sa.delete(Engagement).where(Engagement.item_id == item.id, Engagement.source == FROM_ITEM)
    )
    for ordinal, one in enumerate(people, start=1):
        person_id = None if one.person_id is None else _engage_person(facts, item, one)
        session.add(
            ItemPerson(
                item_id=item.id,
                person_id=person_id,
                role=one.role,
                name=one.name,
                title=one.title,
                ordinal=ordinal,
            )
        )
    session.flush()


def _engage_person(facts: MeetingFacts, item: AgendaItem, one: PersonIn) -> int:
    """Engage somebody whom the alliance knows; tell who it is now, for some were merged."""
    try:
        person = person_in(facts.alliance_id, one.person_id or 0)
    except NotFound as error:
        raise Invalid("person_unknown", N_("没有找到这位人员。"), field="people") from error
    db.session.add(
        Engagement(
            meeting_id=facts.id,
            item_id=item.id,
            resource=ResourceKind.HOST if one.role == HOST else ResourceKind.PERSON,
            resource_id=person.id,
            label=one.name,
            role=one.role,
            source=FROM_ITEM,
        )
    )
    return person.id


def stand_in(facts: MeetingFacts, item: AgendaItem, part: ItemPerson, came: PersonIn) -> int | None:
    """Give a part in an item to somebody else, engaged in the other's stead; tell who it is."""
    if part.person_id is not None:
        db.session.execute(
            sa.delete(Engagement).where(
                Engagement.item_id == item.id,
                Engagement.source == FROM_ITEM,
                Engagement.resource == ResourceKind.PERSON,
                Engagement.resource_id == part.person_id,
                Engagement.role == part.role,
            )
        )
    part.person_id = None if came.person_id is None else _engage_person(facts, item, came)
    part.name, part.title = came.name, came.title
    db.session.flush()
    return part.person_id


def hand_over_person(old_id: int, new_id: int) -> int:
    """Let one person stand where another stood in plans. Tell how often.

    The text of published editions stays, whom it means is handed over. The names and titles to
    be read out stay as they were written. What the desk could have taken back goes: it names
    people as they were. The caller records it.
    """
    with transaction() as session:
        moved = session.scalars(
            sa.update(ItemPerson)
            .where(ItemPerson.person_id == old_id)
            .values(person_id=new_id)
            .returning(ItemPerson.id)
        ).all()
        session.execute(
            sa.update(Engagement)
            .where(Engagement.resource.in_(PEOPLE), Engagement.resource_id == old_id)
            .values(resource_id=new_id)
        )
        alliance = sa.select(Person.alliance_id).where(Person.id == new_id).scalar_subquery()
        meetings = sa.select(Meeting.id).where(Meeting.alliance_id == alliance)
        session.execute(sa.delete(AgendaChange).where(AgendaChange.meeting_id.in_(meetings)))
        session.execute(
            sa.update(EditionPerson)
            .where(EditionPerson.person_id == old_id)
            .values(person_id=new_id)
        )
        for column in (PersonChange.left_id, PersonChange.came_id):
            session.execute(
                sa.update(PersonChange).where(column == old_id).values({column: new_id})
            )
    return len(moved)


def forget_person(actor: Actor, meeting_id: int, person_id: int, *, typed: str = "") -> int:
    """Take a person out of every item's plan, and who stood in for whom with it.

    Published editions stay. Tell how many items.
    `typed` is a name that means this person also where nobody said who of the alliance it is.
    What the desk could have taken back goes too, for it may hold the name.
    """
    with transaction() as session:
        items = sa.select(AgendaItem.id).where(AgendaItem.meeting_id == meeting_id)
        gone = session.scalars(
            sa.delete(ItemPerson)
            .where(
                ItemPerson.item_id.in_(items),
                sa.or_(
                    ItemPerson.person_id == person_id,
                    sa.and_(ItemPerson.person_id.is_(None), ItemPerson.name == (typed or None)),
                ),
            )
            .returning(ItemPerson.item_id)
        ).all()
        session.execute(
            sa.delete(Engagement).where(
                Engagement.meeting_id == meeting_id,
                Engagement.resource.in_(PEOPLE),
                Engagement.resource_id == person_id,
            )
        )
        session.execute(sa.delete(AgendaChange).where(AgendaChange.meeting_id == meeting_id))
        editions = sa.select(AgendaEdition.id).where(AgendaEdition.meeting_id == meeting_id)
        session.execute(
            sa.delete(EditionPerson).where(
                EditionPerson.edition_id.in_(editions), EditionPerson.person_id == person_id
            )
        )
        named = [PersonChange.left_id == person_id, PersonChange.came_id == person_id]
        if typed:
            named += [PersonChange.left_name == typed, PersonChange.came_name == typed]
        gone = [
            *gone,
            *session.scalars(
                sa.delete(PersonChange)
                .where(PersonChange.item_id.in_(items), sa.or_(*named))
                .returning(PersonChange.item_id)
            ),
        ]
        if gone:
            scope_id = meeting_of(meeting_id).scope_id
            audit(actor, scope_id, "items.forget", f"person:{person_id}", items=sorted(set(gone)))
    return len(set(gone))
