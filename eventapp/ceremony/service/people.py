"""People on the stage who do not sign: written, handed over when two are one, forgotten."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa

from eventapp.alliance.models import Organisation
from eventapp.alliance.queries import person_in
from eventapp.ceremony.models import Agreement, Party, SignatoryChange, StageAct, StagePerson
from eventapp.ceremony.rules import Part
from eventapp.core import files
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Invalid, NotFound
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting


class NameIn(NamedTuple):
    """Somebody on the stage as entered: a person, a unit, or a person of a unit."""

    name: str = ""
    title: str = ""
    person_id: int | None = None
    organisation_id: int | None = None


def known_person(meeting: Meeting, person_id: int | None, name: str) -> tuple[int | None, str]:
    """Tell who is meant, and the name to print; a person of another alliance does not exist here.

    Raises Invalid.
    """
    if person_id is None:
        return None, name
    try:
        person = person_in(meeting.alliance_id, person_id)
    except NotFound as error:
        raise Invalid("person_unknown", N_("没有找到这位人员。"), field="parties") from error
    return person.id, name or person.name


def ensure_unit(organisation_id: int, field: str) -> None:
    """Refuse, with Invalid, a unit that is not there."""
    if db.session.get(Organisation, organisation_id) is None:
        raise Invalid("unit_unknown", N_("没有找到这个单位。"), field=field)


def put_on_stage(
    meeting: Meeting,
    part: Part,
    people: Iterable[tuple[int, NameIn]],
    *,
    agreement_id: int | None = None,
    act_id: int | None = None,
) -> None:
    """Add people to an agreement or an act in a part, each with the place that it has there."""
    for ordinal, one in people:
        person_id, name = known_person(meeting, one.person_id, one.name)
        if one.organisation_id is not None:
            ensure_unit(one.organisation_id, "recipients")
        db.session.add(
            StagePerson(
                agreement_id=agreement_id,
                act_id=act_id,
                part=part,
                ordinal=ordinal,
                person_id=person_id,
                organisation_id=one.organisation_id,
                name=name,
                title=one.title,
            )
        )
    db.session.flush()


def hand_over_person(old_id: int, new_id: int) -> int:
    """Let one person stand where another stood in ceremonies; tell how often. The names stay."""
    columns: tuple[tuple[Any, Any], ...] = (
        (Party, Party.signatory_id),
        (StagePerson, StagePerson.person_id),
        (SignatoryChange, SignatoryChange.gone_id),
        (SignatoryChange, SignatoryChange.come_id),
    )
    moved = 0
    with transaction() as session:
        for model, column in columns:
            rows = sa.update(model).where(column == old_id).values({column.key: new_id})
            moved += len(session.scalars(rows.returning(model.id)).all())
    return moved


def forget_person(actor: Actor, meeting_id: int, person_id: int, *, typed: str = "") -> int:
    """Take somebody's name off a meeting's agreements and acts; tell of how many rows.

    `typed` is a name that means this person also where nobody said who of the alliance it is.
    """
    with transaction():
        meeting = lock(Meeting, meeting_id)
        agreements = sa.select(Agreement.id).where(Agreement.meeting_id == meeting_id)
        acts = sa.select(StageAct.id).where(StageAct.meeting_id == meeting_id)
        gone = _forget_parties(agreements, person_id, typed)
        gone += _forget_changes(agreements, person_id, typed)
        gone += _forget_stage(agreements, acts, person_id, typed)
        if gone:
            audit(actor, meeting.scope_id, "ceremony.forget", f"person:{person_id}", rows=gone)
    return gone


def _means(person: Any, name: Any, person_id: int, typed: str) -> sa.ColumnElement[bool]:
    return sa.or_(person == person_id, sa.and_(person.is_(None), name == (typed or None)))


def _forget_parties(agreements: Any, person_id: int, typed: str) -> int:
    is_meant = _means(Party.signatory_id, Party.signatory_name, person_id, typed)
    where = Party.agreement_id.in_(agreements), is_meant
    parties = db.session.scalars(sa.select(Party).where(*where)).all()
    for party in parties:
        party.signatory_id, party.signatory_name, party.signatory_title = None, "", ""
        drop_authority(party)
    db.session.flush()
    return len(parties)


def drop_authority(party: Party) -> None:
    """Take a party's power of attorney away, and its file, which nothing else holds."""
    digest = party.authority_digest
    party.authority_note = party.authority_digest = party.authority_name = ""
    if digest:
        files.discard(digest)


def _forget_changes(agreements: Any, person_id: int, typed: str) -> int:
    gone = 0
    for person, name in (
        (SignatoryChange.gone_id, SignatoryChange.gone_name),
        (SignatoryChange.come_id, SignatoryChange.come_name),
    ):
        where = SignatoryChange.agreement_id.in_(agreements), _means(person, name, person_id, typed)
        rows = sa.update(SignatoryChange).where(*where)
        cleared = rows.values({person.key: None, name.key: ""}).returning(SignatoryChange.id)
        gone += len(db.session.scalars(cleared).all())
    return gone


def _forget_stage(agreements: Any, acts: Any, person_id: int, typed: str) -> int:
    """Let the unit of a recipient stay on the stage; whoever else is forgotten leaves it."""
    where = (
        sa.or_(StagePerson.agreement_id.in_(agreements), StagePerson.act_id.in_(acts)),
        _means(StagePerson.person_id, StagePerson.name, person_id, typed),
    )
    people = db.session.scalars(sa.select(StagePerson).where(*where)).all()
    for one in people:
        if one.part is Part.RECIPIENT and one.organisation_id is not None:
            one.person_id, one.name, one.title = None, "", ""
        else:
            db.session.delete(one)
    db.session.flush()
    return len(people)
