"""Registering for somebody else at the desk."""

from collections.abc import Mapping
from types import MappingProxyType

from eventapp.alliance.models import Person
from eventapp.alliance.service.people import ensure_person
from eventapp.core import files
from eventapp.core.access import Actor
from eventapp.core.db import transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.names import name_key
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
) -> Registration:
    """Register anybody in any category; the organiser's word approves where there is a place.

    What is not answered here is asked on the person's own page.
    """
    with transaction():
        for data, media_type in papers:
            files.store(data, media_type)
        organisation_id = member_named(meeting_of(meeting_id).alliance_id, unit)
        person = _person(actor, meeting_id, name, phone, email, titles, organisation_id)
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
