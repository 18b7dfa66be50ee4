"""People who may be one: said when somebody is typed, told apart by a person's word.

That two are one is never decided here, only that they are two; see `desk` for making them one.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.models import Alliance, DistinctPeople, Person
from eventapp.alliance.queries import Known, likely_same_as, organisation_names, person_in
from eventapp.alliance.rules import Described, Likeness
from eventapp.alliance.service.people import add_person, change_person, phone_taken
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Invalid
from eventapp.core.ledger import audit
from eventapp.core.names import clean_name
from eventapp.core.phones import clean_phone


class LikelySame(Invalid):
    """Somebody who may be known already; `people` are those who it may be, with what speaks for it.

    For the organiser's eyes alone: it names people of the alliance.
    """

    def __init__(self, people: Sequence[tuple[Known, Likeness]]) -> None:
        if any(likeness is Likeness.PHONE for _one, likeness in people):
            super().__init__("phone_taken", phone_taken().message, field="phone")
        else:
            super().__init__(
                "likely_same",
                N_("可能与已有的人员重复，请看过下面的人员，再决定。"),
                field="apart",
            )
        self.people = tuple(people)


def ensure_nobody_alike(
    alliance_id: int, described: Described, *, told_apart: Collection[int], but: int | None = None
) -> None:
    """Raise LikelySame where people may be the same who were not told apart from this one."""
    (people,) = likely_same_as(alliance_id, [described], but=but)
    if any(one.id not in told_apart or likeness is Likeness.PHONE for one, likeness in people):
        raise LikelySame(people)


def note_person(
    actor: Actor, alliance_id: int, *, told_apart: Collection[int] = (), **values: Any
) -> Person:
    """Note a person by hand; raises LikelySame until everybody alike is told apart by id."""
    with transaction():
        lock(Alliance, alliance_id)
        ensure_nobody_alike(alliance_id, _described(values), told_apart=told_apart)
        person = add_person(actor, alliance_id, **values)
        for other in sorted(set(told_apart)):
            tell_apart(actor, alliance_id, person.id, other)
    return person


def correct_person(
    actor: Actor,
    alliance_id: int,
    person_id: int,
    *,
    told_apart: Collection[int] = (),
    **values: Any,
) -> Person:
    """Correct a person by hand; LikelySame where a new name, unit or phone makes them alike."""
    with transaction():
        lock(Alliance, alliance_id)
        person, new = person_in(alliance_id, person_id), _described(values)
        if person.phone_in_doubt and new.phone == person.phone:
            new = replace(new, phone="")  # whose it is stands on the page of pairs
        if new != _described_now(person):
            apart = {*told_apart, *_apart_from(person_id)}
            ensure_nobody_alike(alliance_id, new, told_apart=apart, but=person_id)
        changed = change_person(actor, alliance_id, person_id, **values)
        for other in sorted(set(told_apart)):
            tell_apart(actor, alliance_id, person_id, other)
    return changed


def _described(values: dict[str, Any]) -> Described:
    unit = _unit_name(values.get("organisation_id"))
    return Described(clean_name(values["name"]), unit, clean_phone(values.get("phone", "")))


def _described_now(person: Person) -> Described:
    phone = "" if person.phone_in_doubt else person.phone
    return Described(person.name, _unit_name(person.organisation_id), phone)


def _unit_name(organisation_id: int | None) -> str:
    if organisation_id is None:
        return ""
    return organisation_names([organisation_id]).get(organisation_id, "")


def _apart_from(person_id: int) -> set[int]:
    rows = db.session.execute(
        sa.select(DistinctPeople.first_id, DistinctPeople.second_id).where(
            sa.or_(DistinctPeople.first_id == person_id, DistinctPeople.second_id == person_id)
        )
    )
    return {one for row in rows for one in row} - {person_id}


def tell_apart(actor: Actor, alliance_id: int, one_id: int, other_id: int) -> None:
    """Note that two people are two, so that nobody is asked again; said twice changes nothing.

    Who is gone meanwhile stands for whom they became.
    """
    with transaction() as session:
        alliance = lock(Alliance, alliance_id)
        one, other = person_in(alliance_id, one_id), person_in(alliance_id, other_id)
        first, second = sorted((one.id, other.id))
        if first == second or second in _apart_from(first):
            return
        pair = DistinctPeople(first_id=first, second_id=second, decided_at=clock.now())
        session.add(pair)
        session.flush()
        audit(actor, alliance.scope_id, "people.tell_apart", f"person:{first}", other=second)
