"""What can be taken back in a plan."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventapp.agenda.models import AgendaChange
from eventapp.agenda.rules import ChangeVerb
from eventapp.core.db import db


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
