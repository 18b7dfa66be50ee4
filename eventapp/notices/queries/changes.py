"""Reads of what has changed in a meeting since people were last told."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventapp.core.db import db
from eventapp.core.ledger import AuditEntry
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State

TOLD = "letters.change"
"""The act by which people were told; what was changed before it is no news."""
CALLED_OFF = (State.POSTPONED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Change:
    """What is different: `time`, `venue`, `address` or `state`; instants as ISO 8601."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """All that is different, and since when; whoever registered later knows it already."""

    items: Sequence[Change] = ()
    at: datetime | None = None


def changes_of(meeting: Meeting) -> Changes:
    """Compare a meeting's time, place and calling-off with what people were last told.

    What was changed and changed back is not news.
    """
    told = (
        sa.select(sa.func.coalesce(sa.func.max(AuditEntry.seq), 0))
        .where(AuditEntry.scope_id == meeting.scope_id, AuditEntry.action == TOLD)
        .scalar_subquery()
    )
    entries = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.body, AuditEntry.at)
        .where(
            AuditEntry.scope_id == meeting.scope_id,
            AuditEntry.action.in_(("meeting.change", "meeting.state")),
            AuditEntry.seq > told,
        )
        .order_by(AuditEntry.seq)
    ).all()
    before: dict[str, str] = {}
    at: datetime | None = None
    for action, body, then in entries:
        data = json.loads(body)["data"]
        news = data.get("before", {}) if action == "meeting.change" else {"state": data["old"]}
        for name, value in news.items():
            before.setdefault(name, value)
        at = then if news else at
    items = list(_different(meeting, before))
    return Changes(items, at) if items else Changes()


def _different(meeting: Meeting, before: dict[str, str]) -> Sequence[Change]:
    found: list[Change] = []
    old = before.get("starts_at")
    if old is not None and datetime.fromisoformat(old) != meeting.starts_at:
        found.append(Change("time", old, meeting.starts_at.isoformat()))
    for name in ("venue", "address"):
        now = getattr(meeting, name)
        if before.get(name, now) != now:
            found.append(Change(name, before[name], now))
    if "state" in before and meeting.state in CALLED_OFF:
        found.append(Change("state", "", meeting.state.value))
    return found
