"""What can be taken back in a plan, and what can be taken over from another."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventapp.agenda.models import AgendaChange, AgendaItem
from eventapp.agenda.rules import ChangeVerb
from eventapp.core.db import db
from eventapp.meetings.models import Meeting


@dataclass(frozen=True, slots=True)
class Change:
    """A change that can be taken back; `actor` as the audit ledger names them."""

    id: int
    verb: ChangeVerb
    title: str
    actor: str
    made_at: datetime


def changes_of(meeting_id: int, most: int = 5) -> list[Change]:
    """List the last changes of a plan, the newest first; only that one is taken back next."""
    rows = db.session.execute(
        sa.select(
            AgendaChange.id,
            AgendaChange.verb,
            AgendaChange.title,
            AgendaChange.actor,
            AgendaChange.made_at,
        )
        .where(AgendaChange.meeting_id == meeting_id)
        .order_by(AgendaChange.id.desc())
        .limit(most)
    )
    return [Change(*row) for row in rows]


def meetings_to_copy(alliance_id: int, but_not: int) -> list[Meeting]:
    """List the alliance's other meetings that have an agenda, the latest first."""
    planned = sa.select(AgendaItem.meeting_id)
    return list(
        db.session.scalars(
            sa.select(Meeting)
            .where(Meeting.alliance_id == alliance_id, Meeting.id != but_not)
            .where(Meeting.id.in_(planned))
            .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        )
    )
