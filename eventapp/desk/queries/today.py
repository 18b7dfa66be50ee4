"""One's places, and a meeting today at a glance."""

from dataclasses import dataclass
from datetime import datetime

from eventapp.agenda.queries import Item, items_of
from eventapp.agenda.rules import ItemState
from eventapp.alliance.queries import all_alliances, members_of
from eventapp.ceremony.queries import agreements_of
from eventapp.ceremony.rules import AgreementState
from eventapp.checkin.queries import arrivals_of, units_inside
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.errors import N_
from eventapp.core.scope import ROOT
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meetings_of
from eventapp.registration.queries import counts_of, mandates_of
from eventapp.registration.rules import State


@dataclass(frozen=True, slots=True)
class MeetingPlace:
    """A meeting in which somebody has a part."""

    slug: str
    title: str
    starts_at: datetime
    zone: str
    state: str
    scope_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An alliance in which somebody has a part, with its meetings that they may see."""

    slug: str
    name: str
    scope_ids: tuple[int, ...]
    whole: bool
    meetings: tuple[MeetingPlace, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is not there yet: a sentence with its figures, and where to mend it."""

    message: str
    params: dict[str, str | int]
    endpoint: str


@dataclass(frozen=True, slots=True)
class Today:
    """A meeting at a glance: what runs, who came, what is missing before the next item."""

    running: Item | None
    following: Item | None
    late_minutes: int
    registered: int
    approved: int
    arrived: int
    units_present: int
    units_entitled: int
    missing: tuple[Missing, ...]


def places_of(actor: Actor) -> list[Place]:
    """List the alliances and meetings in which the actor has any part."""
    places = []
    for slug, alliance in all_alliances():
        chain = (alliance.scope_id, ROOT)
        whole = actor.stands_in(chain)
        meetings = tuple(
            MeetingPlace(
                meeting.slug,
                meeting.title,
                meeting.starts_at,
                meeting.zone,
                meeting.state,
                (meeting.scope_id, *chain),
            )
            for meeting in meetings_of(alliance.id)
            if whole or actor.stands_in((meeting.scope_id,))
        )
        if whole or meetings:
            places.append(Place(slug, alliance.name, chain, whole, meetings))
    return places


def today_of(meeting: Meeting) -> Today:
    """Read a meeting at a glance."""
    items = items_of(meeting.id)
    running = next((item for item in items if item.state is ItemState.RUNNING), None)
    following = next((item for item in items if item.state is ItemState.PLANNED), None)
    counts = counts_of(meeting.id)
    arrivals = arrivals_of(meeting.id)
    council = [row for row in members_of(meeting.alliance_id) if row.votes_in_council]
    present = units_inside(meeting.id).units
    entitled = {row.organisation_id for row in council} or {
        row.organisation_id for row in members_of(meeting.alliance_id)
    }
    return Today(
        running=running,
        following=following,
        late_minutes=_late(running),
        registered=counts["total"],
        approved=counts["states"][State.APPROVED],
        arrived=len(arrivals),
        units_present=len(entitled & present),
        units_entitled=len(entitled),
        missing=tuple(_missing(meeting, items, {row.person_id for row in arrivals}, entitled)),
    )


def _late(running: Item | None) -> int:
    """Tell by how many minutes the running item has passed its planned end; 0 if it has not."""
    if running is None:
        return 0
    return max(0, int((clock.now() - running.ends_at).total_seconds() // 60))


def _missing(
    meeting: Meeting, items: list[Item], here: set[int], entitled: set[int]
) -> list[Missing]:
    found = []
    ahead = [item for item in items if item.state is ItemState.PLANNED]
    if not items:
        found.append(Missing(N_("议程还没有环节。"), {}, "agenda.show_agenda"))
    for item in ahead[:3]:
        for person in item.people:
            if person.person_id is not None and person.person_id not in here:
                found.append(
                    Missing(
                        N_("%(item)s：%(name)s尚未签到。"),
                        {"item": item.title, "name": person.name},
                        "checkin.show_presence",
                    )
                )
    unready = [row for row in agreements_of(meeting.id) if row.state is AgreementState.DRAFT]
    if unready:
        found.append(
            Missing(
                N_("%(count)s份协议还没有备妥。"),
                {"count": len(unready)},
                "ceremony.show_ceremony",
            )
        )
    without = entitled - {row.organisation_id for row in mandates_of(meeting.id)}
    if without:
        found.append(
            Missing(
                N_("%(count)s家单位还没有授权代表。"),
                {"count": len(without)},
                "registration.show_registrations",
            )
        )
    return found
