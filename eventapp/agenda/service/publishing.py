"""Publishing an agenda: frozen, numbered, refused while it contradicts itself."""

from collections.abc import Sequence

import sqlalchemy as sa

from eventapp.agenda.models import AgendaEdition, EditionPerson
from eventapp.agenda.queries import (
    Item,
    findings_of,
    items_of,
)
from eventapp.agenda.queries.editions import frozen
from eventapp.agenda.rules import (
    refuses_publishing,
)
from eventapp.agenda.service.held import hold
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.ledger import audit, canonical, digest


def publish_agenda(actor: Actor, meeting_id: int, *, seen: str = "") -> AgendaEdition:
    """Freeze the agenda as its next numbered edition; a finding that blocks refuses it.

    `seen` is the digest of the draft that was looked at before; another one raises Conflict.
    """
    with transaction() as session:
        facts = hold(meeting_id)
        _ensure_publishable(meeting_id)
        items = items_of(meeting_id)
        body = frozen(items)
        if seen and seen != digest(body):
            raise Conflict(
                "agenda_moved_on", N_("看过之后议程又有改动，尚未发布。请再看一遍后发布。")
            )
        last = session.scalars(
            sa.select(AgendaEdition)
            .where(AgendaEdition.meeting_id == meeting_id)
            .order_by(AgendaEdition.number.desc())
            .limit(1)
        ).first()
        if last is not None and last.digest == digest(body):
            raise Conflict("agenda_unchanged", N_("议程与上一版相同，不必再次发布。"))
        edition = AgendaEdition(
            meeting_id=meeting_id,
            number=last.number + 1 if last else 1,
            body=canonical(body).decode(),
            digest=digest(body),
            published_at=clock.now(),
        )
        session.add(edition)
        session.flush()
        _note_people(edition.id, items)
        subject = f"agenda_edition:{edition.id}"
        audit(
            actor,
            facts.scope_id,
            "agenda.published",
            subject,
            number=edition.number,
            digest=edition.digest,
        )
    return edition


def _note_people(edition_id: int, items: Sequence[Item]) -> None:
    """Keep who is meant by the names, once for each item."""
    named = {
        (item.id, one.person_id)
        for item in items
        for one in item.people
        if one.person_id is not None
    }
    db.session.add_all(
        EditionPerson(edition_id=edition_id, item_id=item_id, person_id=person_id)
        for item_id, person_id in sorted(named)
    )
    db.session.flush()


def _ensure_publishable(meeting_id: int) -> None:
    if not items_of(meeting_id):
        raise Conflict("agenda_empty", N_("议程还是空的，请先添加议程项。"))
    for finding in findings_of(meeting_id):
        if refuses_publishing(finding.severity):
            raise Conflict(
                "agenda_blocked",
                N_("议程里有必须先解决的冲突，尚未发布。请看标出的环节。"),
                finding=finding.code,
            )
