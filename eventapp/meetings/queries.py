"""Reads of meetings and their rooms."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.core.ledger import AuditEntry
from eventapp.meetings.models import Meeting, Room
from eventapp.meetings.rules import CALLED_OFF, State


def _missing() -> NotFound:
    return NotFound("not_found", N_("没有找到您要的内容。"))


_BY_SLUG = sa.select(Meeting).where(Meeting.slug == sa.bindparam("slug"))


def meeting_by_slug(slug: str) -> Meeting:
    """Find a meeting by its word in URLs; raises NotFound."""
    found = db.session.scalar(_BY_SLUG, {"slug": slug})
    if found is None:
        raise _missing()
    return found


@dataclass(frozen=True, slots=True)
class MeetingHere:
    """What a hot door needs to know of its meeting."""

    id: int
    scope_id: int
    alliance_id: int
    slug: str
    title: str
    zone: str
    state: State
    starts_at: datetime
    ends_at: datetime
    registration_closes_at: datetime | None


_meetings: Any = Meeting.__table__
HERE = tuple(_meetings.c[name] for name in MeetingHere.__slots__)
"""What a MeetingHere holds, in its order."""
_HERE = sa.select(*HERE).where(_meetings.c.slug == sa.bindparam("slug"))


def meeting_here(slug: str) -> MeetingHere:
    """Find a meeting by its word in URLs, in columns; raises NotFound."""
    row = db.session.connection().execute(_HERE, {"slug": slug}).first()
    if row is None:
        raise _missing()
    return MeetingHere(*row)


def meeting_of(meeting_id: int) -> Meeting:
    """Find a meeting by its id; raises NotFound."""
    found = db.session.get(Meeting, meeting_id)
    if found is None:
        raise _missing()
    return found


def meeting_in(alliance_id: int, meeting_id: int) -> Meeting:
    """Find a meeting of the alliance; raises NotFound for any other."""
    found = meeting_of(meeting_id)
    if found.alliance_id != alliance_id:
        raise _missing()
    return found


def meetings_of(alliance_id: int) -> list[Meeting]:
    """List an alliance's meetings, the latest first."""
    return list(
        db.session.scalars(
            sa.select(Meeting)
            .where(Meeting.alliance_id == alliance_id)
            .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        )
    )


def public_meetings() -> list[Meeting]:
    """List the meetings that the public may see, the latest first."""
    return list(
        db.session.scalars(
            sa.select(Meeting)
            .where(Meeting.state != State.DRAFT)
            .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        )
    )


def rooms_of(meeting_id: int) -> list[Room]:
    """List a meeting's rooms in their order."""
    return list(
        db.session.scalars(
            sa.select(Room).where(Room.meeting_id == meeting_id).order_by(Room.ordinal, Room.id)
        )
    )


def changes_made(meeting: Meeting) -> int:
    """Tell how often a meeting's details were changed, or it was called off or on again.

    It only rises, so a calendar tells by it which of two files is the later one.
    """
    entries = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.body).where(
            AuditEntry.scope_id == meeting.scope_id,
            AuditEntry.action.in_(("meeting.change", "meeting.state")),
        )
    )
    return sum(
        action == "meeting.change" or bool({data["old"], data["new"]} & CALLED_OFF)
        for action, data in ((row.action, json.loads(row.body)["data"]) for row in entries)
    )
