"""How the day stands: what runs, what comes, when it ends, who has to wait behind the stage."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventapp.agenda.queries import Item, ItemPersonRow, items_of, next_of
from eventapp.agenda.rules import Expected, ItemState, Running, drift_of, expect
from eventapp.alliance.models import Person
from eventapp.alliance.queries import organisation_names, people_of
from eventapp.ceremony.queries import agreements_of
from eventapp.checkin.queries import came_in, inside_now
from eventapp.core.db import db
from eventapp.hall.models import ScriptTemplate
from eventapp.hall.rules import Arrival, arrival_of
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State as MeetingState
from eventapp.registration.queries import registrations_of
from eventapp.registration.rules import State

CALLED = 2
"""Of how many items ahead the people are called to wait."""
GONE = frozenset({State.CANCELLED, State.REPLACED, State.DECLINED})
OVER = frozenset(
    {
        MeetingState.ADJOURNED,
        MeetingState.ARCHIVED,
        MeetingState.CANCELLED,
        MeetingState.POSTPONED,
    }
)


@dataclass(frozen=True, slots=True)
class Now:
    """A day as it stands at `at`, with what it is expected to become."""

    at: datetime
    items: tuple[Item, ...]
    expected: Mapping[int, Expected]
    over: bool = False
    """The meeting has been closed or called off: nothing is expected of it any more."""

    @property
    def running(self) -> tuple[Item, ...]:
        """What runs, one in each room at most."""
        return tuple(item for item in self.items if item.state is ItemState.RUNNING)

    @property
    def ahead(self) -> tuple[Item, ...]:
        """What is to come, in the order in which it is expected; the next one first."""
        planned = [item for item in self.items if item.state is ItemState.PLANNED]
        following = next_of(list(self.items))
        planned.sort(key=lambda item: (item is not following, self.expected[item.id].start))
        return tuple(planned)

    @property
    def under_way(self) -> bool:
        """Whether something has begun, and something is left that is still to come."""
        begun = any(item.started_at for item in self.items)
        return begun and not self.over and bool(self.running or self.ahead)

    @property
    def drift(self) -> timedelta:
        """By how much the day is expected to end late, early where negative."""
        return drift_of((item.ends_at for item in self.items), self.expected)

    @property
    def ends_at(self) -> datetime | None:
        """When the day is expected to end."""
        return max((one.end for one in self.expected.values()), default=None)

    @property
    def last_done(self) -> Item | None:
        """What was finished last, whose end can be taken back."""
        done = [item for item in self.items if item.ended_at is not None]
        return max(done, key=lambda item: (item.ended_at, item.ordinal), default=None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who has to be behind the stage in time, and where they are.

    `part_id` is the part in the item that may be given to another, 0 for who signs.
    """

    part_id: int
    role: str
    name: str
    title: str
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Called:
    """An item ahead with those who have to wait for it: its people, and who signs in it."""

    item: Item
    expected: Expected
    people: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """All that the stage manager's page shows."""

    now: Now
    called: tuple[Called, ...]


def now_of(meeting: Meeting, at: datetime) -> Now:
    """Tell how a meeting's day stands."""
    items = items_of(meeting.id)
    expected = _expected(items, meeting.starts_at, at)
    return Now(at, tuple(items), expected, over=meeting.state in OVER)


def _expected(items: list[Item], starts_at: datetime, now: datetime) -> dict[int, Expected]:
    return expect(
        [
            Running(
                item.id,
                timedelta(minutes=item.minutes),
                item.state,
                item.room_id or 0,
                item.fixed_at,
                item.started_at,
                item.ended_at,
            )
            for item in items
        ],
        starts_at,
        now,
    )


def stage_of(meeting: Meeting, at: datetime) -> Stage:
    """Read all that the stage manager's page shows."""
    now = now_of(meeting, at)
    ahead = now.ahead[:CALLED]
    if not ahead:
        return Stage(now, ())
    own = _registrations(meeting.id)
    inside, came = inside_now(meeting.id), came_in(meeting.id)
    signing = _signatories(meeting.id)

    def waiting(one: ItemPersonRow) -> Waiting:
        arrival = arrival_of(own.get(one.person_id or 0, ()), inside, came)
        return Waiting(one.id, one.role, one.name, one.title, arrival)

    return Stage(
        now,
        tuple(
            Called(
                item,
                now.expected[item.id],
                tuple(waiting(one) for one in (*item.people, *signing[item.id])),
            )
            for item in ahead
        ),
    )


def _registrations(meeting_id: int) -> dict[int, list[int]]:
    own: defaultdict[int, list[int]] = defaultdict(list)
    for row in registrations_of(meeting_id):
        if row.state not in GONE:
            own[row.person_id].append(row.id)
    return own


def _signatories(meeting_id: int) -> defaultdict[int, list[ItemPersonRow]]:
    found: defaultdict[int, list[ItemPersonRow]] = defaultdict(list)
    for agreement in agreements_of(meeting_id):
        if agreement.state.value in {"draft", "ready"}:
            for party in agreement.parties:
                title = party.signatory_title or party.name
                name = party.signatory_name or party.name
                found[agreement.item_id].append(
                    ItemPersonRow("signatory", name, title, party.signatory_id)
                )
    return found


def known_people(alliance_id: int) -> dict[str, Person]:
    """Map what a field for a name offers to the person meant; namesakes carry their unit."""
    people = people_of(alliance_id)
    count = Counter(one.name for one in people)
    units = organisation_names({one.organisation_id for one in people if one.organisation_id})
    return {
        one.name
        if count[one.name] == 1
        else f"{one.name}（{units.get(one.organisation_id or 0, one.id)}）": one
        for one in people
    }


def script_template_of(meeting_id: int) -> ScriptTemplate | None:
    """Find the organiser's own template of the host's script."""
    return db.session.get(ScriptTemplate, meeting_id)
