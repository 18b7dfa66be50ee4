"""Registering for somebody else at the desk."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from eventapp.alliance.models import Person
from eventapp.alliance.queries import likely_same_as, person_in
from eventapp.alliance.rules import Described, Likeness
from eventapp.alliance.service.duplicates import LikelySame, tell_apart
from eventapp.alliance.service.people import ensure_person
from eventapp.core import files
from eventapp.core.access import Actor
from eventapp.core.db import transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.names import clean_name, name_key
from eventapp.core.phones import clean_phone
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import Registration
from eventapp.registration.rules import Category
from eventapp.registration.service.answers import Papers
from eventapp.registration.service.attendance import register_person
from eventapp.registration.service.enrolment import DESK
from eventapp.registration.service.public import member_named


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
        alliance_id = meeting_of(meeting_id).alliance_id
        if same_as is not None:
            person = person_in(alliance_id, same_as)
        else:
            _ensure_new(alliance_id, name, unit, phone, told_apart)
            person = _person(actor, meeting_id, name, phone, email, titles, organisation_id)
            for other in told_apart:
                tell_apart(actor, alliance_id, person.id, other)
        return register_person(
            actor,
            meeting_id,
            person_id=person.id,
            category=category,
            organisation_id=organisation_id,
            unit_text=unit,
            channel=DESK,
            answers=answers,
        )


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


def _person(
    actor: Actor,
    meeting_id: int,
    name: str,
    phone: str,
    email: str,
    titles: str,
    organisation_id: int | None,
) -> Person:
    person = ensure_person(
        actor,
        meeting_of(meeting_id).alliance_id,
        name=name,
        phone=phone,
        email=email,
        organisation_id=organisation_id,
        titles=titles,
    )
    if name_key(person.name) != name_key(name):
        raise Conflict(
            "phone_other_name", N_("这个手机号登记在另一个姓名名下，请核对，或联系会务组。")
        )
    return person
