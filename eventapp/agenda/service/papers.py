"""Papers of items: put beside an item, made readable for some, taken away, and read."""

from datetime import datetime

import sqlalchemy as sa

from eventapp.agenda.models import ItemPaper
from eventapp.agenda.rules import Readers
from eventapp.agenda.service.held import hold, locked
from eventapp.core import clock, files
from eventapp.core.access import Actor
from eventapp.core.db import lock, transaction
from eventapp.core.errors import N_, Invalid, NotFound
from eventapp.core.ledger import audit
from eventapp.core.papers import media_type_of, paper_name
from eventapp.meetings.queries import meeting_of

MOST_PAPERS = 100
"""Papers that a meeting may have."""


def add_paper(
    actor: Actor,
    meeting_id: int,
    item_id: int,
    name: str,
    data: bytes,
    *,
    readers: Readers,
    readable_from: datetime | None = None,
) -> ItemPaper:
    """Put a paper beside an item; what it is, is told by its content. Raises Invalid at `paper`."""
    media_type = media_type_of(data)
    with transaction() as session:
        facts = hold(meeting_id)
        locked(meeting_id, item_id)
        count = sa.select(sa.func.count()).where(ItemPaper.meeting_id == meeting_id)
        if (session.scalar(count) or 0) >= MOST_PAPERS:
            raise Invalid(
                "papers_many", N_("最多附 %(most)s 份文件。"), field="paper", most=MOST_PAPERS
            )
        stored = files.store(data, media_type)
        paper = ItemPaper(
            meeting_id=meeting_id,
            item_id=item_id,
            name=paper_name(name, media_type),
            digest=stored.digest,
            size=stored.size,
            media_type=media_type,
            readers=readers,
            readable_from=readable_from,
            added_at=clock.now(),
        )
        session.add(paper)
        session.flush()
        audit(
            actor,
            facts.scope_id,
            "paper.add",
            f"item_paper:{paper.id}",
            item=item_id,
            digest=stored.digest,
            readers=readers,
        )
    return paper


def change_paper(
    actor: Actor,
    meeting_id: int,
    paper_id: int,
    *,
    readers: Readers,
    readable_from: datetime | None,
) -> None:
    """Say anew who may read a paper, and from when."""
    with transaction():
        facts = hold(meeting_id)
        paper = _held(meeting_id, paper_id)
        paper.readers, paper.readable_from = readers, readable_from
        subject = f"item_paper:{paper_id}"
        audit(
            actor,
            facts.scope_id,
            "paper.change",
            subject,
            readers=readers,
            readable_from=readable_from.isoformat() if readable_from else "",
        )


def remove_paper(actor: Actor, meeting_id: int, paper_id: int) -> None:
    """Take a paper away; what was read of it stays in the ledger."""
    with transaction() as session:
        facts = hold(meeting_id)
        paper = _held(meeting_id, paper_id)
        audit(
            actor,
            facts.scope_id,
            "paper.remove",
            f"item_paper:{paper_id}",
            digest=paper.digest,
        )
        session.delete(paper)


def note_reading(actor: Actor, meeting_id: int, paper_id: int) -> None:
    """Record who took a paper that is not for everybody."""
    with transaction():
        scope_id = meeting_of(meeting_id).scope_id
        audit(actor, scope_id, "paper.read", f"item_paper:{paper_id}")


def _held(meeting_id: int, paper_id: int) -> ItemPaper:
    paper = lock(ItemPaper, paper_id)
    if paper.meeting_id != meeting_id:
        raise NotFound("paper_unknown", N_("没有找到这份文件。"))
    return paper
