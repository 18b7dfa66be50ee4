"""Gates, and the door session that people are admitted to."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventapp.checkin.models import DoorSession, Gate
from eventapp.checkin.queries import door
from eventapp.core.access import Actor
from eventapp.core.db import flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting


def add_gate(actor: Actor, meeting_id: int, name: str) -> Gate:
    """Open a gate at a meeting; its name is unique there."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        _open_door(session, meeting_id)
        last = session.scalar(
            sa.select(sa.func.max(Gate.ordinal)).where(Gate.meeting_id == meeting_id)
        )
        gate = Gate(meeting_id=meeting_id, name=_gate_name(name), ordinal=(last or 0) + 1)
        session.add(gate)
        flush_or(_gate_taken(name))
        audit(actor, meeting.scope_id, "gate.add", f"gate:{gate.id}")
        return gate


def rename_gate(actor: Actor, meeting_id: int, gate_id: int, name: str) -> Gate:
    """Give a gate another name."""
    with transaction():
        meeting = lock(Meeting, meeting_id)
        gate = door.gate_in(meeting_id, gate_id)
        gate.name = _gate_name(name)
        flush_or(_gate_taken(name))
        audit(actor, meeting.scope_id, "gate.rename", f"gate:{gate.id}")
        return gate


def _gate_name(name: str) -> str:
    cleaned = name.strip()
    if not cleaned or len(cleaned) > 40:
        raise Invalid("gate_name", N_("请写明入口的名称，不超过 40 个字。"), field="name")
    return cleaned


def _gate_taken(name: str) -> Conflict:
    return Conflict("gate_taken", N_("已有名为“%(name)s”的入口，请换一个名称。"), name=name)


def open_door(actor: Actor, meeting_id: int) -> DoorSession:
    """Make what people are admitted to, the whole meeting; once is enough."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        made, new = _open_door(session, meeting_id)
        if new:
            audit(actor, meeting.scope_id, "door.open", f"door_session:{made.id}")
        return made


def _open_door(session: Session, meeting_id: int) -> tuple[DoorSession, bool]:
    found = session.scalar(
        sa.select(DoorSession).where(DoorSession.meeting_id == meeting_id).limit(1)
    )
    if found is not None:
        return found, False
    made = DoorSession(meeting_id=meeting_id, name="全程", ordinal=1)
    session.add(made)
    session.flush()
    return made, True
