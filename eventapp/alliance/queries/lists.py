"""Reads of the lists of an alliance and their editions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.models import CouncilList, ListEdition, ListEntry, Organisation, Seat
from eventapp.alliance.queries.alliances import missing
from eventapp.alliance.rules import ListState
from eventapp.core.db import db


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an edition of a list."""

    organisation_id: int
    name: str
    seat_id: int
    seat_label: str
    ordinal: int
    seat_key: str = ""


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition of a list, without its lines."""

    id: int
    list_id: int
    title: str
    number: int
    state: ListState
    digest: str
    entries: int
    tabled_at: datetime | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list with its editions, the newest first."""

    id: int
    title: str
    editions: tuple[EditionRow, ...]


def list_in(alliance_id: int, list_id: int) -> CouncilList:
    """Find a list of the alliance; raises NotFound."""
    found = db.session.get(CouncilList, list_id)
    if found is None or found.alliance_id != alliance_id:
        raise missing()
    return found


def list_edition_in(alliance_id: int, edition_id: int) -> ListEdition:
    """Find an edition of a list of the alliance; raises NotFound."""
    found = db.session.scalar(
        sa.select(ListEdition)
        .join(CouncilList, CouncilList.id == ListEdition.list_id)
        .where(ListEdition.id == edition_id, CouncilList.alliance_id == alliance_id)
    )
    if found is None:
        raise missing()
    return found


def entries_of(edition_id: int) -> list[Entry]:
    """List the lines of an edition in the order in which they are voted on.

    By seat, then by the order set by hand, then by pinyin; the unit's id breaks a last tie.
    """
    rows = db.session.execute(
        sa.select(
            ListEntry.organisation_id,
            Organisation.name,
            ListEntry.seat_id,
            Seat.label,
            ListEntry.ordinal,
            Seat.key,
        )
        .join(Organisation, Organisation.id == ListEntry.organisation_id)
        .join(Seat, Seat.id == ListEntry.seat_id)
        .where(ListEntry.edition_id == edition_id)
        .order_by(Seat.ordinal, ListEntry.ordinal, Organisation.pinyin_key, Organisation.id)
    )
    return [Entry(*row) for row in rows]


def lists_of(alliance_id: int) -> list[ListRow]:
    """List the alliance's lists with their editions, the newest edition first."""
    editions = _editions_of(alliance_id)
    lists = db.session.scalars(
        sa.select(CouncilList)
        .where(CouncilList.alliance_id == alliance_id)
        .order_by(CouncilList.id.desc())
    )
    return [
        ListRow(row.id, row.title, tuple(one for one in editions if one.list_id == row.id))
        for row in lists
    ]


def _editions_of(alliance_id: int) -> list[EditionRow]:
    size: Any = (
        sa.select(sa.func.count())
        .where(ListEntry.edition_id == ListEdition.id)
        .correlate(ListEdition)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            ListEdition.id,
            ListEdition.list_id,
            CouncilList.title,
            ListEdition.number,
            ListEdition.state,
            ListEdition.digest,
            size,
            ListEdition.tabled_at,
            ListEdition.decided_at,
        )
        .join(CouncilList, CouncilList.id == ListEdition.list_id)
        .where(CouncilList.alliance_id == alliance_id)
        .order_by(ListEdition.number.desc())
    )
    return [EditionRow(*row) for row in rows]
