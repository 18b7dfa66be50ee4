"""Publishing an agenda: frozen, numbered, refused while it contradicts itself."""

from typing import Any

import sqlalchemy as sa

from eventapp.agenda.models import AgendaEdition
from eventapp.agenda.queries import (
    Item,
    findings_of,
    items_of,
)
from eventapp.agenda.rules import (
    refuses_publishing,
)
from eventapp.agenda.service.held import hold
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.ledger import audit, canonical, digest


def publish_agenda(actor: Actor, meeting_id: int) -> AgendaEdition:
    """Freeze the agenda as its next numbered edition; a finding that blocks refuses it."""
    with transaction() as session:
        facts = hold(meeting_id)
        _ensure_publishable(meeting_id)
        body = {"items": [_frozen(item) for item in items_of(meeting_id)]}
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


def _frozen(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind.value,
        "title": item.title,
        "detail": item.detail,
        "starts_at": item.starts_at.isoformat(),
        "ends_at": item.ends_at.isoformat(),
        "room": item.room,
        "people": [{"role": one.role, "name": one.name, "title": one.title} for one in item.people],
    }
