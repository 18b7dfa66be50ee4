"""What a signed attendance says: who came by the door's records up to a named head."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.models import Organisation, Person
from eventapp.checkin.models import Gate, Scan
from eventapp.checkin.queries.books import UNIT
from eventapp.checkin.queries.presence import presence_of, scope_of
from eventapp.core.db import db
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Registration

_RECORDS = (
    sa.select(Scan.seq, Scan.body, Scan.hash)
    .where(Scan.scope_id == sa.bindparam("scope_id"), Scan.seq <= sa.bindparam("seq"))
    .order_by(Scan.seq)
)


def attendance_of(meeting_id: int, *, until_seq: int | None = None) -> dict[str, Any]:
    """Give the parts of an attendance up to a head, by default the present one; see records.md.

    `came` counts whoever was let in at some time and not taken back, into whichever session;
    `inside` who was then in `session`, the one in which ballots are held; `confirmed` who of those
    was seen by a staffed gate or a roll-call.
    Names stand in `people` alone, so that they can be left out later. Raises NotFound for a head
    that the ledger does not have.
    """
    presence = presence_of(meeting_id, until_seq=until_seq)
    rows = db.session.execute(
        _RECORDS, {"scope_id": scope_of(meeting_id), "seq": presence.head_seq}
    ).all()
    came = sorted(presence.came)
    return {
        "meeting": {"id": meeting_id, "title": _title(meeting_id)},
        "head": {"seq": presence.head_seq, "hash": presence.head_hash},
        "came": came,
        "session": presence.session_id,
        "inside": sorted(presence.inside),
        "confirmed": sorted(presence.confirmed),
        "gates": _gates(meeting_id),
        "people": _people(came),
        "records": [{"seq": row.seq, "body": row.body, "hash": row.hash} for row in rows],
    }


def _title(meeting_id: int) -> str:
    return db.session.scalar(sa.select(Meeting.title).where(Meeting.id == meeting_id)) or ""


def _gates(meeting_id: int) -> list[dict[str, Any]]:
    rows = db.session.execute(
        sa.select(Gate.id, Gate.name, Gate.session_id)
        .where(Gate.meeting_id == meeting_id)
        .order_by(Gate.id)
    )
    return [{"gate": row.id, "name": row.name, "session": row.session_id} for row in rows]


def _people(registration_ids: Collection[int]) -> list[dict[str, Any]]:
    rows = db.session.execute(
        sa.select(Registration.id, Person.name, UNIT, Registration.category)
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(Organisation, Organisation.id == Registration.organisation_id)
        .where(Registration.id.in_(registration_ids))
        .order_by(Registration.id)
    )
    return [
        {"registration": row.id, "name": row.name, "unit": row.unit, "category": str(row.category)}
        for row in rows
    ]
