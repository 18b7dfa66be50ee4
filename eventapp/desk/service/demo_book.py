"""What the loader knows while it writes the demo: its acts in time, and the ids they left."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from eventapp.core.access import Actor
from eventapp.desk.rules import programme as plan

Person = plan.Delegate | plan.Guest


@dataclass(frozen=True)
class Act:
    """Something that happens in the demo at an instant.

    `paperwork` marks the minutes of the preparatory meeting, which one stage leaves to whoever
    tries the demo.
    """

    at: datetime
    run: Callable[[], object]
    paperwork: bool = False


@dataclass
class Hall:
    """A meeting of the demo with the ids of its parts."""

    plan: plan.Meeting
    id: int = 0
    scope_id: int = 0
    items: list[int] = field(default_factory=list)
    gates: list[int] = field(default_factory=list)
    registrations: dict[str, int] = field(default_factory=dict)
    delegations: dict[str, int] = field(default_factory=dict)
    liaisons: dict[str, Actor] = field(default_factory=dict)
    representatives: dict[str, Actor] = field(default_factory=dict)
    ballots: dict[str, int] = field(default_factory=dict)
    agreements: list[int] = field(default_factory=list)
    plans: list[int] = field(default_factory=list)
    acts: dict[str, list[int]] = field(default_factory=dict)
    minutes_id: int = 0

    def item(self, key: str) -> int:
        """Give the id of the item with this key."""
        return self.items[self.plan.items.index(self.plan.item(key))]


@dataclass
class Book:
    """The demo as far as it has been written."""

    programme: plan.Programme
    password_hash: str
    preparatory: Hall
    founding: Hall
    staff: dict[str, Actor] = field(default_factory=dict)
    alliance_id: int = 0
    scope_id: int = 0
    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    charter_edition_id: int = 0
    list_edition_id: int = 0

    def on(self, days: int, local: str) -> datetime:
        """Tell the instant of a local time, so many days after the day of the meetings."""
        zone = ZoneInfo(self.programme.timezone)
        day = self.programme.founding.starts_at.astimezone(zone).date() + timedelta(days=days)
        return datetime.combine(day, time.fromisoformat(local), tzinfo=zone)

    def person(self, name: str, unit: str | None = None) -> Person:
        """Find somebody by name, and by unit where a name is not enough; KeyError for nobody."""
        for person in (*self.programme.guests, *self.programme.delegates):
            if person.name == name and unit in (None, person.unit):
                return person
        raise KeyError(name)

    def person_id(self, name: str, unit: str | None = None) -> int:
        """Give the id of somebody by name."""
        return self.people[key_of(self.person(name, unit))]


def key_of(person: Person) -> str:
    """Tell people of the demo apart: two of them share a name, and guests have no phone."""
    return person.phone if isinstance(person, plan.Delegate) else person.name


def open_book(programme: plan.Programme, password_hash: str) -> Book:
    """Begin with nothing written."""
    return Book(programme, password_hash, Hall(programme.preparatory), Hall(programme.founding))
