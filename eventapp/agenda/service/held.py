"""What every verb of an agenda begins with: its meeting held, its item found, its act noted."""

from typing import Any

from eventapp.agenda.models import AgendaItem
from eventapp.agenda.queries import (
    MeetingFacts,
    facts_of,
)
from eventapp.agenda.rules import (
    OVER,
)
from eventapp.core.access import Actor
from eventapp.core.db import lock
from eventapp.core.errors import N_, Conflict, NotFound
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting


def hold(meeting_id: int) -> MeetingFacts:
    """Queue at the meeting's row and tell its facts; raises Conflict when the meeting is over."""
    meeting = lock(Meeting, meeting_id)
    if meeting.state.value in OVER:
        raise Conflict("meeting_over", N_("会议已经归档或取消，议程不再改动。"))
    return facts_of(meeting_id)


def locked(meeting_id: int, item_id: int) -> AgendaItem:
    """Hold an item of this meeting; raises NotFound."""
    item = lock(AgendaItem, item_id)
    if item.meeting_id != meeting_id:
        raise NotFound("item_unknown", N_("没有找到这个议程项，它可能已被删除。"))
    return item


def note(actor: Actor, facts: MeetingFacts, verb: str, item: AgendaItem, **data: Any) -> None:
    """Record what was done to an item, by ids only."""
    audit(actor, facts.scope_id, verb, f"item:{item.id}", **data)


def two_running() -> Conflict:
    """Say what the database refuses: two items running in one room."""
    return Conflict("item_running", N_("这个会场还有环节正在进行，请先结束它。"))
