"""Gates with their rules, and the door session that people are admitted to."""

from collections.abc import Collection
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventapp.checkin.models import DoorSession, Gate
from eventapp.checkin.queries import door
from eventapp.core.access import Actor
from eventapp.core.db import flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting
from eventapp.registration.rules import Category

CAPACITY_MOST = 100_000
"""People; no hall of ours holds more."""


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


def change_gate(
    actor: Actor,
    meeting_id: int,
    gate_id: int,
    *,
    name: str,
    categories: Collection[Category] = (),
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> Gate:
    """Give a gate this name and these rules: whom it takes, none for all, and when it is open.

    What was scanned before keeps its answer. Raises Invalid for a window that ends before it
    begins, Conflict for a name that another gate has.
    """
    if opens_at and closes_at and closes_at <= opens_at:
        raise Invalid("gate_window", N_("关闭时间要晚于开放时间，请改正。"), field="closes_at")
    with transaction():
        meeting = lock(Meeting, meeting_id)
        gate = door.gate_in(meeting_id, gate_id)
        gate.name = _gate_name(name)
        gate.categories = [one.value for one in Category if one in categories]
        gate.opens_at, gate.closes_at = opens_at, closes_at
        flush_or(_gate_taken(name))
        audit(
            actor,
            meeting.scope_id,
            "gate.change",
            f"gate:{gate.id}",
            categories=gate.categories,
            opens_at=opens_at and opens_at.astimezone(UTC).isoformat(),
            closes_at=closes_at and closes_at.astimezone(UTC).isoformat(),
        )
        return gate


def set_capacity(actor: Actor, meeting_id: int, capacity: int | None) -> DoorSession:
    """Let at most so many people be inside at once; None sets no limit.

    Whoever is inside already stays, though they be more. Raises Invalid for less than one.
    """
    if capacity is not None and not 1 <= capacity <= CAPACITY_MOST:
        raise Invalid(
            "capacity",
            N_("人数上限请填 1 到 %(most)s 之间的整数；不限人数就留空。"),
            field="capacity",
            most=CAPACITY_MOST,
        )
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        whole, _ = _open_door(session, meeting_id)
        whole.capacity = capacity
        audit(
            actor,
            meeting.scope_id,
            "door.set_capacity",
            f"door_session:{whole.id}",
            capacity=capacity,
        )
        return whole


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
