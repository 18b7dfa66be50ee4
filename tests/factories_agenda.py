"""Agenda items and agreements to test with; call them inside an app context."""

from itertools import count
from typing import Any

from eventapp.agenda.models import AgendaItem
from eventapp.agenda.rules import Kind
from eventapp.agenda.service import add_item
from eventapp.alliance.queries import alliance_of
from eventapp.ceremony.models import Agreement
from eventapp.ceremony.service import add_agreement
from eventapp.core.access import SYSTEM
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State
from eventapp.meetings.service import set_state
from tests.factories_alliance import make_alliance, make_meeting, make_unit

_numbers = count(1)


def make_item(meeting: Meeting, title: str = "", **more: Any) -> AgendaItem:
    """Put a speech of ten minutes at the end of an agenda."""
    values = {"kind": Kind.SPEECH, "title": title or f"发言{next(_numbers)}", **more}
    return add_item(SYSTEM, meeting.id, **values)


def make_agreement(meeting: Meeting, item: AgendaItem, n: int = 2, **more: Any) -> Agreement:
    """Draw an agreement up between n new units, each with a named signatory."""
    alliance = meeting.alliance_id
    units = [make_unit_in(alliance) for _ in range(n)]
    parties = [(unit, None, f"代表{place}", "院长") for place, unit in enumerate(units, start=1)]
    values = {"item_id": item.id, "title": "联合培养协议", "parties": parties, **more}
    return add_agreement(SYSTEM, meeting.id, **values)


def make_unit_in(alliance_id: int) -> int:
    """Take a new unit into an alliance and tell its id."""
    from_alliance = alliance_of(alliance_id)
    return make_unit(from_alliance).organisation_id


def make_published_meeting(**more: Any) -> Meeting:
    """Call a meeting that everybody may look at."""
    meeting = make_meeting(make_alliance(), **more)
    set_state(SYSTEM, meeting.id, State.PUBLISHED)
    return meeting
