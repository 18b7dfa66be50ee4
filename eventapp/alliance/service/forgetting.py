"""Forget who a person was: the row stays as a number, so that what rests on it still stands."""

import sqlalchemy as sa

from eventapp.alliance.models import Alliance, DistinctPeople, Person
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.ledger import audit

NOTHING = {
    "name": "",
    "titles": "",
    "phone": "",
    "phone_end": "",
    "phone_in_doubt": False,
    "email": "",
    "pinyin": "",
    "initials": "",
    "pinyin_key": "",
    "stroke_key": "",
    "spelled": "",
    "spelling": {},
}
"""What stays of all that tells who somebody was."""


def forget_person(actor: Actor, alliance_id: int, person_id: int) -> None:
    """Empty a person's row, and those that were merged into it; the unit stays, for counts."""
    with transaction():
        alliance = lock(Alliance, alliance_id)
        same = sa.or_(Person.id == person_id, Person.merged_into_id == person_id)
        db.session.execute(
            sa.update(Person)
            .where(Person.alliance_id == alliance_id, same)
            .values(**NOTHING, erased_at=clock.now())
        )
        pair = DistinctPeople.first_id, DistinctPeople.second_id
        db.session.execute(
            sa.delete(DistinctPeople).where(sa.or_(*(one == person_id for one in pair)))
        )
        audit(actor, alliance.scope_id, "person.forget", f"person:{person_id}")
