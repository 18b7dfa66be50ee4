"""What everybody may see of a meeting, and the version by which its pages are known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventapp.agenda.queries import (
    Edition,
    EditionItem,
    ItemPersonRow,
    latest_edition,
    person_changes_of,
)
from eventapp.agenda.queries.editions import Release, releases_of
from eventapp.agenda.queries.papers import Paper, readable_papers
from eventapp.agenda.rules import Expected, ItemState, Readers
from eventapp.alliance.models import Alliance
from eventapp.alliance.queries import alliance_of
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.core.ledger import LedgerHead
from eventapp.hall.queries.stage import Now, now_of
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug, public_meetings
from eventapp.meetings.rules import State
from eventapp.notices.queries.announcements import announced_in

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
    """An item of the published agenda, how far it has come, and when it falls as it looks now.

    `people` are the published ones, or those who really appear where somebody was substituted.
    """

    item: EditionItem
    state: ItemState
    people: tuple[ItemPersonRow, ...]
    expected: Expected | None = None


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
    now: Now | None
    """How the day stands, while it runs."""


@dataclass(frozen=True, slots=True)
class AllianceMeetings:
    """An alliance with those of its meetings that everybody may see."""

    alliance: Alliance
    meetings: tuple[Meeting, ...]


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
    items, stand = (), None
    if edition:
        stand = now_of(meeting, now)
        items = _shown(meeting.id, edition, stand)
    return PublicPage(
        meeting,
        alliance_of(meeting.alliance_id),
        edition,
        items,
        _registering(meeting, now),
        tuple(one for one in releases_of(meeting.id) if one.differences) if edition else (),
        announced_in(meeting.id),
        readable_papers(meeting.id, Readers.PUBLIC, now),
        stand if stand and stand.under_way else None,
    )


def _shown(meeting_id: int, edition: Edition, stand: Now) -> tuple[ShownItem, ...]:
    live = {item.id: item for item in stand.items}
    changed = {row.item_id for row in person_changes_of(meeting_id)}
    return tuple(
        ShownItem(
            item,
            live[item.id].state if item.id in live else ItemState.PLANNED,
            live[item.id].people if item.id in live and item.id in changed else item.people,
            stand.expected.get(item.id) if stand.under_way else None,
        )
        for item in edition.items
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
