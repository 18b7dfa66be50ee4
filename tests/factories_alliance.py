"""Alliances, units, people and meetings to test with; call them inside an app context."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from eventapp.alliance.models import Alliance, Membership, Person
from eventapp.alliance.service import add_person, add_unit, create_alliance
from eventapp.core.access import SYSTEM
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import Kind
from eventapp.meetings.service import create_meeting

_numbers = count(1)
START = datetime(2024, 1, 19, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def make_alliance(**more: Any) -> Alliance:
    """Found an alliance."""
    number = next(_numbers)
    values = {"slug": f"alliance-{number}", "name": f"示范联合体{number}", **more}
    return create_alliance(SYSTEM, **values)


def make_unit(alliance: Alliance, name: str = "", **more: Any) -> Membership:
    """Take a unit into an alliance; `seat_key="council"` proposes a seat."""
    return add_unit(SYSTEM, alliance.id, name=name or f"示范学院{next(_numbers)}", **more)


def make_units(alliance: Alliance, n: int, **more: Any) -> list[Membership]:
    """Take n units in."""
    return [make_unit(alliance, **more) for _ in range(n)]


def make_person(
    alliance: Alliance, name: str = "王磊", unit: Membership | None = None, **more: Any
) -> Person:
    """Note a person with a phone of their own, of a unit if one is named."""
    values = {"phone": f"138{next(_numbers):08d}", **more}
    if unit is not None:
        values["organisation_id"] = unit.organisation_id
    return add_person(SYSTEM, alliance.id, name=name, **values)


def make_meeting(alliance: Alliance, **more: Any) -> Meeting:
    """Call a meeting of an alliance, three hours long, as a draft."""
    number = next(_numbers)
    starts_at = more.get("starts_at", START)
    values = {
        "slug": f"meeting-{number}",
        "kind": Kind.FOUNDING,
        "title": f"示范联合体成立大会{number}",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=3),
        "venue": "会议中心",
        **more,
    }
    return create_meeting(SYSTEM, alliance.id, **values)
