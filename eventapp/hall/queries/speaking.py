"""Who spoke for how long, by units."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from eventapp.agenda.queries import Item, items_of
from eventapp.agenda.rules import Kind
from eventapp.alliance.models import Organisation, Person
from eventapp.core.db import db
from eventapp.hall.rules import SpeakingTime, Speech, speaking_times

SPOKEN = frozenset({Kind.ADDRESS, Kind.REPORT, Kind.SPEECH, Kind.DELIBERATION, Kind.PUBLICATION})
"""Items in which people speak; elsewhere they hand over, sign or are thanked."""
SPEAKERS = frozenset({"speaker", "reporter"})


def speaking_of(meeting_id: int, at: datetime) -> list[SpeakingTime]:
    """List how long each unit has spoken up to now; whoever has no unit stands by name."""
    items = [item for item in items_of(meeting_id) if item.kind in SPOKEN and item.started_at]
    units = _units({one.person_id for item in items for one in item.people if one.person_id})
    return speaking_times(speech for item in items if (speech := _speech(item, units, at)))


def _speech(item: Item, units: dict[int, str], at: datetime) -> Speech | None:
    speakers = [one for one in item.people if one.role in SPEAKERS]
    if not speakers or item.started_at is None:
        return None
    return Speech(
        tuple(units.get(one.person_id or 0) or one.name for one in speakers),
        (item.ended_at or at) - item.started_at,
        timedelta(minutes=item.minutes),
    )


def _units(people: set[int]) -> dict[int, str]:
    rows = db.session.execute(
        sa.select(Person.id, Organisation.name)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.id.in_(people))
    )
    return {row.id: row.name for row in rows}
