"""Gates with their rules, and the sessions that they lead to."""

from collections.abc import Collection
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventapp.checkin.models import DoorSession, Gate, RehearsalScan, Scan
from eventapp.checkin.queries import door
from eventapp.checkin.queries.books import FIRST
from eventapp.checkin.rules import Way
from eventapp.core.access import Actor
from eventapp.core.db import flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.ledger import audit, lock_head
from eventapp.meetings.models import Meeting
from eventapp.registration.rules import Category

CAPACITY_MOST = 100_000
"""People; no hall of ours holds more."""
SESSION_LONGEST = 60


def add_gate(actor: Actor, meeting_id: int, name: str) -> Gate:
    """Open a gate to the first session of a meeting; its name is unique there."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        first, _ = _open_door(session, meeting_id)
        last = session.scalar(
            sa.select(sa.func.max(Gate.ordinal)).where(Gate.meeting_id == meeting_id)
        )
        gate = Gate(
            meeting_id=meeting_id,
            name=_gate_name(name),
            ordinal=(last or 0) + 1,
            session_id=first.id,
        )
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
    session_id: int | None = None,
    way: Way = Way.BOTH,
) -> Gate:
    """Give a gate this name and these rules: whom it takes, none for all, when, and which way.

    What was scanned before keeps its answer; so the session to which it leads, None for the one
    that it has, can be changed only before the first scan. Raises Invalid for a window that ends
    before it begins, Conflict for a name that another gate has and for such a change.
    """
    if opens_at and closes_at and closes_at <= opens_at:
        raise Invalid("gate_window", N_("关闭时间要晚于开放时间，请改正。"), field="closes_at")
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        gate = door.gate_in(meeting_id, gate_id)
        gate.name = _gate_name(name)
        gate.categories = [one.value for one in Category if one in categories]
        gate.opens_at, gate.closes_at = opens_at, closes_at
        gate.way = way
        if session_id is not None and session_id != gate.session_id:
            _ensure_unused(session, meeting, gate)
            gate.session_id = door.session_in(meeting_id, session_id).id
        flush_or(_gate_taken(name))
        audit(
            actor,
            meeting.scope_id,
            "gate.change",
            f"gate:{gate.id}",
            categories=gate.categories,
            session=gate.session_id,
            way=gate.way,
            opens_at=opens_at and opens_at.astimezone(UTC).isoformat(),
            closes_at=closes_at and closes_at.astimezone(UTC).isoformat(),
        )
        return gate


def add_session(
    actor: Actor,
    meeting_id: int,
    *,
    name: str,
    capacity: int | None = None,
    reentry: bool = True,
) -> DoorSession:
    """Give a meeting one session more, behind the others."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        _open_door(session, meeting_id)
        last = session.scalar(
            sa.select(sa.func.max(DoorSession.ordinal)).where(DoorSession.meeting_id == meeting_id)
        )
        signs = door.asks_signature(meeting_id)
        made = DoorSession(meeting_id=meeting_id, ordinal=(last or 0) + 1, signs=signs)
        _describe(made, door.sessions_of(meeting_id), name, capacity, reentry=reentry)
        session.add(made)
        session.flush()
        _audit_session(actor, meeting, "session.add", made)
        return made


def change_session(
    actor: Actor,
    meeting_id: int,
    session_id: int,
    *,
    name: str,
    capacity: int | None = None,
    reentry: bool = True,
) -> DoorSession:
    """Name a session, let at most so many be inside at once, and say whether one may come again.

    No capacity sets no limit. Whoever is inside stays, though they be more. Raises Invalid for a
    capacity of less than one, Conflict for a name that another session has.
    """
    with transaction():
        meeting = lock(Meeting, meeting_id)
        found = door.session_in(meeting_id, session_id)
        others = [one for one in door.sessions_of(meeting_id) if one.id != found.id]
        _describe(found, others, name, capacity, reentry=reentry)
        _audit_session(actor, meeting, "session.change", found)
        return found


def remove_session(actor: Actor, meeting_id: int, session_id: int) -> None:
    """Take a session away to which no gate leads; the first stays, for ballots are held there."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        found = door.session_in(meeting_id, session_id)
        if found.ordinal == FIRST:
            raise Conflict("session_first", N_("表决在第一个场次进行，这个场次不能删除。"))
        used = session.scalar(sa.select(Gate.id).where(Gate.session_id == found.id).limit(1))
        if used is not None:
            raise Conflict(
                "session_used", N_("还有入口通往这个场次，不能删除；请先把入口改到别的场次。")
            )
        _audit_session(actor, meeting, "session.remove", found)
        session.delete(found)


def _describe(
    found: DoorSession,
    others: Collection[DoorSession],
    name: str,
    capacity: int | None,
    *,
    reentry: bool,
) -> None:
    name = name.strip()
    if not name or len(name) > SESSION_LONGEST:
        raise Invalid(
            "session_name",
            N_("请写明场次的名称，不超过 %(most)s 个字。"),
            field="name",
            most=SESSION_LONGEST,
        )
    if name in {one.name for one in others}:
        raise Conflict("session_taken", N_("已有名为“%(name)s”的场次，请换一个名称。"), name=name)
    if capacity is not None and not 1 <= capacity <= CAPACITY_MOST:
        raise Invalid(
            "capacity",
            N_("人数上限请填 1 到 %(most)s 之间的整数；不限人数就留空。"),
            field="capacity",
            most=CAPACITY_MOST,
        )
    found.name, found.capacity, found.reentry = name, capacity, reentry


def _audit_session(actor: Actor, meeting: Meeting, action: str, found: DoorSession) -> None:
    audit(
        actor,
        meeting.scope_id,
        action,
        f"door_session:{found.id}",
        capacity=found.capacity,
        reentry=found.reentry,
    )


def _ensure_unused(session: Session, meeting: Meeting, gate: Gate) -> None:
    """Refuse where something was scanned: the records say where people were by their gate."""
    lock_head(meeting.scope_id, Scan.ledger)
    books = (Scan, RehearsalScan)
    looks = [sa.select(kind.id).where(kind.gate_id == gate.id).limit(1) for kind in books]
    if any(session.scalar(look) is not None for look in looks):
        raise Conflict(
            "gate_used", N_("这个入口已经有扫码记录，不能改到别的场次；请另设一个入口。")
        )


def _gate_name(name: str) -> str:
    cleaned = name.strip()
    if not cleaned or len(cleaned) > 40:
        raise Invalid("gate_name", N_("请写明入口的名称，不超过 40 个字。"), field="name")
    return cleaned


def _gate_taken(name: str) -> Conflict:
    return Conflict("gate_taken", N_("已有名为“%(name)s”的入口，请换一个名称。"), name=name)


def open_door(actor: Actor, meeting_id: int) -> DoorSession:
    """Make the first session, at first the whole meeting; once is enough."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        made, new = _open_door(session, meeting_id)
        if new:
            audit(actor, meeting.scope_id, "door.open", f"door_session:{made.id}")
        return made


def _open_door(session: Session, meeting_id: int) -> tuple[DoorSession, bool]:
    found = session.scalar(
        sa.select(DoorSession).where(
            DoorSession.meeting_id == meeting_id, DoorSession.ordinal == FIRST
        )
    )
    if found is not None:
        return found, False
    made = DoorSession(meeting_id=meeting_id, name="全程", ordinal=FIRST)
    session.add(made)
    session.flush()
    return made, True
