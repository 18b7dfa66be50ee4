"""Reads of the people of an alliance."""

import sqlalchemy as sa

from eventapp.alliance.models import CERTAIN, Person
from eventapp.alliance.queries.alliances import missing
from eventapp.alliance.rules import Ordering
from eventapp.core.db import db
from eventapp.core.errors import Invalid
from eventapp.core.phones import clean_phone

HERE = (Person.merged_into_id.is_(None), Person.erased_at.is_(None))
"""What holds of people who are still there: neither merged into another nor erased."""


def people_of(
    alliance_id: int,
    organisation_id: int | None = None,
    *,
    ordering: Ordering = Ordering.PINYIN,
) -> list[Person]:
    """List an alliance's people, or one unit's, by pinyin unless asked otherwise."""
    key = Person.stroke_key if ordering is Ordering.STROKES else Person.pinyin_key
    query = sa.select(Person).where(Person.alliance_id == alliance_id, *HERE)
    query = query.order_by(key, Person.id)
    if organisation_id is not None:
        query = query.where(Person.organisation_id == organisation_id)
    return list(db.session.scalars(query))


def person_in(alliance_id: int, person_id: int) -> Person:
    """Find a person of the alliance, for a merged one whom they became; raises NotFound.

    Whoever is writing keeps the person from being merged meanwhile, so that nothing new points
    at somebody who is gone.
    """
    found = _get(person_id)
    if found is not None and found.merged_into_id is not None:
        found = _get(found.merged_into_id)
    if found is None or found.alliance_id != alliance_id:
        raise missing()
    return found


def _get(person_id: int) -> Person | None:
    if not db.session().info.get("writing"):
        return db.session.get(Person, person_id)
    held = {"read": True, "key_share": True}
    return db.session.get(Person, person_id, with_for_update=held, populate_existing=True)


def person_by_phone(alliance_id: int, phone: str) -> Person | None:
    """Find the person of the alliance with this phone, however it is written."""
    try:
        digits = clean_phone(phone)
    except Invalid:
        return None
    if not digits:
        return None
    return db.session.scalar(
        sa.select(Person).where(Person.alliance_id == alliance_id, Person.phone == digits, CERTAIN)
    )
