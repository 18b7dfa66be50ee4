"""Reads of the hall: what everybody may see of a meeting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from eventapp.agenda.queries import Edition, EditionItem, Item, items_of, latest_edition, next_of
from eventapp.agenda.queries.editions import Release, releases_of
from eventapp.agenda.queries.papers import Paper, readable_papers
from eventapp.agenda.rules import ItemState, Readers
from eventapp.alliance.models import Alliance
from eventapp.alliance.queries import alliance_of
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.core.ledger import LedgerHead
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug, public_meetings
from eventapp.meetings.rules import State
from eventapp.notices.queries.announcements import announced_in
from eventapp.voting.queries import (
    BallotRow,
    OutcomeRow,
    open_ballots,
    outcomes_of,
    roll_call_behind,
)
from eventapp.voting.rules import BallotState, Rule

_M, _A, _H = (sa.inspect(kind).local_table for kind in (Meeting, Alliance, LedgerHead))
_VERSION = (
    sa.select(
        _M.c.id,
        _M.c.state,
        sa.func.sum(_H.c.seq).label("length"),
        sa.func.max(_H.c.hash).label("hash"),
    )
    .select_from(_M)
    .join(_A, _A.c.id == _M.c.alliance_id)
    .join(_H, sa.or_(_H.c.scope_id == _M.c.scope_id, _H.c.scope_id == _A.c.scope_id))
    .where(_M.c.slug == sa.bindparam("slug"))
    .group_by(_M.c.id, _M.c.state)
)
SHOWN_FOR = timedelta(minutes=3)
"""How long a declared result stays on the projector, unless a new item begins."""


@dataclass(frozen=True, slots=True)
class Version:
    """Which meeting an address names, and the version of all that its page is drawn from.

    The version is the length of the records of the meeting and its alliance, which rises with
    every change, and a hash out of them, which tells one history from another: a database put
    back from a backup must not show what was drawn before.
    """

    meeting_id: int
    name: str


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item of the published agenda, and how far it has come."""

    item: EditionItem
    state: ItemState


@dataclass(frozen=True, slots=True)
class PublicPage:
    """All that a meeting's public page shows."""

    meeting: Meeting
    alliance: Alliance
    edition: Edition | None
    items: tuple[ShownItem, ...]
    registering: bool
    log: tuple[Release, ...]
    """The editions that changed the one before, the newest first."""
    announced: Sequence[str]
    papers: Sequence[Paper]


@dataclass(frozen=True, slots=True)
class AllianceMeetings:
    """An alliance with those of its meetings that everybody may see."""

    alliance: Alliance
    meetings: tuple[Meeting, ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """What the projector shows: one of a result, an open ballot, or the item that runs."""

    meeting: Meeting
    running: Item | None
    following: Item | None
    ballot: BallotRow | None
    outcome: OutcomeRow | None
    roll_called_at: datetime | None
    """When the roll was called on which the presence of that ballot rests."""


def version_at(slug: str) -> Version:
    """Tell a public meeting's version by one statement; raises NotFound for a draft.

    Every look at a public page or the wall asks this, so it goes to the reading engine without
    a session: a fifth of the cost.
    """
    with db.engines["read"].connect() as connection:
        row = connection.execute(_VERSION, {"slug": slug}).first()
    if row is None or row.state == State.DRAFT:
        raise _missing()
    return Version(row.id, f"{row.length}-{row.hash[:12]}")


def public_meeting(slug: str) -> Meeting:
    """Find a meeting that everybody may see; a draft does not exist for them."""
    meeting = meeting_by_slug(slug)
    if meeting.state == State.DRAFT:
        raise _missing()
    return meeting


def _missing() -> NotFound:
    return NotFound("not_found", N_("没有找到您要的内容。"))


def public_page(slug: str, now: datetime) -> PublicPage:
    """Read all that a meeting's public page shows."""
    meeting = public_meeting(slug)
    edition = latest_edition(meeting.id)
    states = {item.id: item.state for item in items_of(meeting.id)} if edition else {}
    items = tuple(
        ShownItem(item, states.get(item.id, ItemState.PLANNED))
        for item in (edition.items if edition else ())
    )
    return PublicPage(
        meeting,
        alliance_of(meeting.alliance_id),
        edition,
        items,
        _registering(meeting, now),
        tuple(one for one in releases_of(meeting.id) if one.differences) if edition else (),
        announced_in(meeting.id),
        readable_papers(meeting.id, Readers.PUBLIC, now),
    )


def _registering(meeting: Meeting, now: datetime) -> bool:
    closes = meeting.registration_closes_at
    return meeting.state == State.REGISTRATION_OPEN and (closes is None or now < closes)


def meetings_by_alliance() -> list[AllianceMeetings]:
    """List what everybody may see, each alliance's meetings together, the latest first."""
    found: dict[int, tuple[Meeting, ...]] = {}
    for meeting in public_meetings():
        found[meeting.alliance_id] = (*found.get(meeting.alliance_id, ()), meeting)
    names = _alliances(found)
    return [AllianceMeetings(names[key], meetings) for key, meetings in found.items()]


def _alliances(ids: Iterable[int]) -> dict[int, Alliance]:
    rows = db.session.scalars(sa.select(Alliance).where(Alliance.id.in_(list(ids))))
    return {row.id: row for row in rows}


def projection_of(slug: str, now: datetime) -> Projection:
    """Read what the projector shows now."""
    meeting = public_meeting(slug)
    items = items_of(meeting.id)
    running = next((item for item in items if item.state == ItemState.RUNNING), None)
    ballot = next(iter(open_ballots(meeting.id)), None)
    outcome = None if ballot else _latest_outcome(meeting.id, running, now)
    called_at = None
    if ballot:
        called_at = _roll_called_at(meeting.id, ballot.id, ballot.rule)
    elif outcome:
        called_at = _roll_called_at(meeting.id, outcome.ballot_id, outcome.decision.rule)
    return Projection(meeting, running, next_of(items), ballot, outcome, called_at)


def _roll_called_at(meeting_id: int, ballot_id: int, rule: Rule) -> datetime | None:
    found = roll_call_behind(meeting_id, ballot_id, rule)
    return found.at if found else None


def _latest_outcome(meeting_id: int, running: Item | None, now: datetime) -> OutcomeRow | None:
    """Find the result to show: declared a moment ago, in the item that still runs."""
    since = now - SHOWN_FOR
    if running is not None and running.started_at is not None:
        since = max(since, running.started_at)
    declared = [
        (row.declared_at, row)
        for row in outcomes_of(meeting_id)
        if row.state == BallotState.DECLARED and row.declared_at and row.declared_at >= since
    ]
    return max(declared, key=lambda pair: pair[0])[1] if declared else None
