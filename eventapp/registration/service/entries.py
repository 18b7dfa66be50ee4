"""Registering for somebody else: at the organiser's desk, or at the help desk of the door."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from eventapp.alliance.models import Person
from eventapp.alliance.queries import likely_same_as, member_named, person_in
from eventapp.alliance.rules import Described, Likeness
from eventapp.alliance.service.duplicates import LikelySame, tell_apart
from eventapp.alliance.service.people import ensure_person
from eventapp.core import files
from eventapp.core.access import Actor
from eventapp.core.db import transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.ledger import audit
from eventapp.core.names import clean_name, name_key
from eventapp.core.phones import clean_phone
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import Registration
from eventapp.registration.queries.places import look_at_places
from eventapp.registration.rules import WALK_IN, Category, ensure_welcome
from eventapp.registration.service.answers import Papers
from eventapp.registration.service.attendance import register_person
from eventapp.registration.service.enrolment import DESK
from eventapp.registration.service.settings import current_consent


def register_by_desk(
    actor: Actor,
    meeting_id: int,
    *,
    name: str,
    category: Category,
    phone: str = "",
    email: str = "",
    titles: str = "",
    unit: str = "",
    answers: Mapping[int, list[str]] = MappingProxyType({}),
    papers: Papers = (),
    same_as: int | None = None,
    told_apart: Collection[int] = (),
) -> Registration:
    """Register anybody in any category; the organiser's word approves where there is a place.

    What is not answered here is asked on the person's own page. Raises LikelySame where it may be
    somebody known, until it is said who: `same_as` is that person's id, `told_apart` are those
    whom it is not.
    """
    with transaction():
        for data, media_type in papers:
            files.store(data, media_type)
        organisation_id = member_named(meeting_of(meeting_id).alliance_id, unit)
        typed = Typed(name, phone, email, titles, unit, organisation_id)
        person_id = _whoever(actor, meeting_id, typed, same_as, told_apart)
        return register_person(
            actor,
            meeting_id,
            person_id=person_id,
            category=category,
            organisation_id=organisation_id,
            unit_text=unit,
            channel=DESK,
            answers=answers,
        )


def register_walk_in(
    actor: Actor,
    meeting_id: int,
    *,
    name: str,
    category: Category,
    phone: str = "",
    titles: str = "",
    unit: str = "",
    word: str = "",
    same_as: int | None = None,
    told_apart: Collection[int] = (),
) -> Registration:
    """Register somebody who stands at the door, and has agreed to what is kept.

    Approved, where there is a place, by the rule of the category if anybody may register in it
    and is approved without a look, else by a supervisor's `word`, why; else Invalid. Raises
    LikelySame as the desk does.
    """
    with transaction():
        alliance_id = meeting_of(meeting_id).alliance_id
        rule = look_at_places(meeting_id, ()).rules[category]
        by_rule = rule.public and rule.auto_approve
        ensure_welcome(by_rule=by_rule, word=word)
        organisation_id = member_named(alliance_id, unit)
        typed = Typed(name, phone, "", titles, unit, organisation_id)
        person_id = _whoever(actor, meeting_id, typed, same_as, told_apart)
        units = () if organisation_id is None else (organisation_id,)
        registration = register_person(
            actor,
            meeting_id,
            person_id=person_id,
            category=category,
            organisation_id=organisation_id,
            unit_text=unit,
            consent_text_id=current_consent(actor, meeting_id, units).id,
            channel=WALK_IN,
        )
        if not by_rule:
            registration.reason = word.strip()
        audit(
            actor,
            meeting_of(meeting_id).scope_id,
            "registration.walk_in",
            f"registration:{registration.id}",
            by="rule" if by_rule else "word",
        )
    return registration


@dataclass(frozen=True, slots=True)
class Typed:
    """A person as typed for somebody else."""

    name: str
    phone: str
    email: str
    titles: str
    unit: str
    organisation_id: int | None


def _whoever(
    actor: Actor,
    meeting_id: int,
    typed: Typed,
    same_as: int | None,
    told_apart: Collection[int],
) -> int:
    """Tell whom was meant: somebody who is known, or a person who is noted now."""
    alliance_id = meeting_of(meeting_id).alliance_id
    if same_as is not None:
        return person_in(alliance_id, same_as).id
    _ensure_new(alliance_id, typed.name, typed.unit, typed.phone, told_apart)
    person = _person(actor, alliance_id, typed)
    for other in told_apart:
        tell_apart(actor, alliance_id, person.id, other)
    return person.id


def _ensure_new(
    alliance_id: int, name: str, unit: str, phone: str, told_apart: Collection[int]
) -> None:
    """Refuse a namesake of the unit who is not surely somebody known and was not told apart."""
    typed = Described(clean_name(name), unit, clean_phone(phone))
    (near,) = likely_same_as(alliance_id, [typed])
    if any(_is_certain(typed, one.described, likeness) for one, likeness in near):
        return
    if any(one.id not in told_apart for one, _likeness in near):
        raise LikelySame(near)


def _is_certain(typed: Described, known: Described, likeness: Likeness) -> bool:
    """Tell whether `ensure_person` takes them for one."""
    if likeness is Likeness.PHONE:
        return True
    return likeness is Likeness.NAME and not typed.phone and not known.phone


def _person(actor: Actor, alliance_id: int, typed: Typed) -> Person:
    person = ensure_person(
        actor,
        alliance_id,
        name=typed.name,
        phone=typed.phone,
        email=typed.email,
        organisation_id=typed.organisation_id,
        titles=typed.titles,
    )
    if name_key(person.name) != name_key(typed.name):
        raise Conflict(
            "phone_other_name", N_("这个手机号登记在另一个姓名名下，请核对，或联系会务组。")
        )
    return person
