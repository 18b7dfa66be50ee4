"""Reads of papers: all of a meeting, and those that somebody may read now."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventapp.agenda.models import AgendaItem, ItemPaper
from eventapp.agenda.queries import latest_edition
from eventapp.agenda.rules import Readers, may_read
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of an item, with the item's title as it is planned."""

    id: int
    item_id: int
    item: str
    name: str
    digest: str
    size: int
    media_type: str
    readers: Readers
    readable_from: datetime | None


_PAPERS = (
    sa.select(
        ItemPaper.id,
        ItemPaper.item_id,
        AgendaItem.title,
        ItemPaper.name,
        ItemPaper.digest,
        ItemPaper.size,
        ItemPaper.media_type,
        ItemPaper.readers,
        ItemPaper.readable_from,
    )
    .join(AgendaItem, AgendaItem.id == ItemPaper.item_id)
    .where(ItemPaper.meeting_id == sa.bindparam("meeting_id"))
    .order_by(AgendaItem.ordinal, ItemPaper.id)
)


def papers_of(meeting_id: int) -> list[Paper]:
    """List every paper of a meeting in the order of its items."""
    return [Paper(*row) for row in db.session.execute(_PAPERS, {"meeting_id": meeting_id})]


def readable_papers(meeting_id: int, reader: Readers, now: datetime) -> list[Paper]:
    """List the papers that somebody of this standing may read now.

    Those of an item that is not published yet do not exist but for the staff.
    """
    papers = [
        one
        for one in papers_of(meeting_id)
        if may_read(reader, one.readers, one.readable_from, now)
    ]
    if reader is Readers.STAFF or not papers:
        return papers
    edition = latest_edition(meeting_id)
    published = {item.id: item.title for item in edition.items} if edition else {}
    return [one for one in papers if one.item_id in published]


def paper_for(meeting_id: int, paper_id: int, reader: Readers, now: datetime) -> Paper:
    """Find a paper for somebody of this standing; raises NotFound for what they may not read."""
    for one in readable_papers(meeting_id, reader, now):
        if one.id == paper_id:
            return one
    raise NotFound("paper_unknown", N_("没有找到这份文件。"))
