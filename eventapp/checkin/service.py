"""What the door does: it answers scans, takes an admission back, and sets gates up."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eventapp.checkin.models import Admission, DoorSession, Gate, Scan
from eventapp.checkin.queries import door, scope_of
from eventapp.checkin.rules import (
    NAMELESS,
    TEXT_LONGEST,
    UNDO_WINDOW,
    AdmissionFacts,
    Direction,
    Inside,
    Method,
    Verdict,
    decide_admission,
)
from eventapp.core import clock, keys
from eventapp.core.access import Actor, ActorKind, Permission
from eventapp.core.db import db, direct_transaction, flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Forbidden, Invalid, NotFound
from eventapp.core.ledger import MOVE_HEAD, Head, audit, canonical, link, lock_head
from eventapp.core.scope import chain_of
from eventapp.meetings.models import Meeting
from eventapp.registration.rules import clean_code, code_is_plausible, decode_claims, from_text

Answer = dict[str, Any]
"""The stored verdict, and under `person` whom it is about as the tables say now."""

SHORT_TEXT = 40
"""No pass is as short as this; what is, was typed."""

CLAIM = sa.text(
    "INSERT INTO admissions"
    " (meeting_id, session_id, registration_id, gate_id, device, admitted_at)"
    " VALUES (:meeting_id, :session_id, :registration_id, :gate_id, :device, :admitted_at)"
    " ON CONFLICT (registration_id, session_id) DO NOTHING RETURNING id"
).bindparams(sa.bindparam("admitted_at", type_=Admission.admitted_at.type))
RELEASE = sa.delete(Admission.__table__).where(  # type: ignore[arg-type]
    Admission.__table__.c.registration_id == sa.bindparam("b_registration_id"),
    Admission.__table__.c.session_id == sa.bindparam("b_session_id"),
)
RECORD = sa.insert(Scan.__table__)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Knock:
    """One scan as it was sent."""

    scope_id: int
    gate_id: int
    scan_id: str
    device: str
    text: str
    method: Method
    direction: Direction
    claimed_at: datetime
    received_at: datetime
    content: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a scanned text says before any table is asked."""

    readable: bool = False
    registration_id: int = 0
    generation: int = 0
    code: str = ""


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


def record_scan(
    actor: Actor,
    meeting_id: int,
    *,
    gate_id: int,
    scan_id: str,
    text: str,
    method: Method,
    claimed_at: datetime,
    direction: Direction = Direction.ENTRY,
) -> Answer:
    """Answer one scan, once: the same scan sent again gets the answer that was stored.

    Raises Conflict `scan_differs` when a scan's id comes back with other content, NotFound for
    a gate of another meeting, Invalid for an id or a text that no scanner makes.
    """
    return record_scan_in(
        actor,
        scope_of(meeting_id),
        gate_id=gate_id,
        scan_id=scan_id,
        text=text,
        method=method,
        claimed_at=claimed_at,
        direction=direction,
    )


def record_scan_in(
    actor: Actor,
    scope_id: int,
    *,
    gate_id: int,
    scan_id: str,
    text: str,
    method: Method,
    claimed_at: datetime,
    direction: Direction = Direction.ENTRY,
) -> Answer:
    """Do the same for a meeting that is known by its scope, as the hot door knows it."""
    if not 8 <= len(scan_id) <= 40 or not scan_id.isascii() or len(text) > TEXT_LONGEST:
        raise Invalid("scan_malformed", N_("这次扫码的数据不完整，请再扫一次。"))
    knock = _Knock(
        scope_id,
        gate_id,
        scan_id,
        door.device_of(actor),
        text,
        method,
        direction,
        claimed_at,
        clock.now(),
        _content(scan_id, gate_id, direction, text),
    )
    try:
        return _answer(knock)
    except IntegrityError:
        # The same scan came twice at once and the other was quicker: its answer is stored now.
        return _answer(knock)


def _content(scan_id: str, gate_id: int, direction: Direction, text: str) -> str:
    """Digest what was scanned, salted with the scan's own id."""
    what = f"{scan_id}\n{gate_id}\n{direction}\n{text}"
    return hashlib.sha256(what.encode("utf-8", "replace")).hexdigest()


def _answer(knock: _Knock) -> Answer:
    with direct_transaction() as connection:
        place = connection.execute(
            door.KNOCK,
            {
                "scope_id": knock.scope_id,
                "gate_id": knock.gate_id,
                "device": knock.device,
                "scan_id": knock.scan_id,
            },
        ).one()
        if place.answer is not None:
            return _replay(knock, place)
        if place.gate is None or place.session_id is None:
            raise NotFound("gate_unknown", N_("没有找到这个入口。"))
        facts, holder = _look_up(connection, knock, place)
        verdict, inside = _decide(connection, knock, place, facts, holder)
        if verdict is Verdict.LEFT:
            _release(connection, holder.id, place.session_id)
        answer = _worded(connection, knock, place, verdict, holder, inside)
        _write(connection, knock, Head(place.seq, place.hash), verdict, answer)
        return {**answer, "person": _person(verdict, holder)}


def _replay(knock: _Knock, place: Any) -> Answer:
    if place.content != knock.content:
        raise Conflict("scan_differs", N_("这个编号已经用于另一次扫码，请再扫一次。"))
    answer = orjson.loads(place.answer)
    person = door.scanned_person(answer["registration_id"], Verdict(answer["verdict"]))
    return {**answer, "person": person}


def _read(text: str) -> _Reading:
    """Read a pass, whose signature must be ours, or a typed code."""
    try:
        if len(text) <= SHORT_TEXT:
            code = clean_code(text)
            return _Reading(code_is_plausible(code), code=code)
        data, signature = from_text(text)
        claims = decode_claims(data)
    except Invalid:
        return _Reading()
    if not keys.ring().verify(claims.key_id, data, signature):
        return _Reading(readable=True)
    return _Reading(True, claims.registration_id, claims.generation)


def _look_up(connection: Connection, knock: _Knock, place: Any) -> tuple[AdmissionFacts, Any]:
    """Gather what is known about a text; the registration is the one at this meeting, or None."""
    reading = _read(knock.text)
    facts = AdmissionFacts(
        knock.received_at,
        reading.readable,
        meeting_state=place.meeting_state,
        direction=knock.direction,
    )
    holder = _holder(connection, reading)
    if holder is None:
        return replace(facts, known=False), None
    current = bool(reading.code) or holder.generation == reading.generation
    if holder.meeting_id != place.meeting_id:
        holder = connection.execute(
            door.HERE, {"meeting_id": place.meeting_id, "person_id": holder.person_id}
        ).first()
        if holder is None:
            return replace(facts, registered_here=False), None
    return replace(
        facts, generation_current=current, registration_state=holder.state, category=holder.category
    ), holder


def _holder(connection: Connection, reading: _Reading) -> Any:
    if reading.code and reading.readable:
        return connection.execute(door.BY_CODE, {"code": reading.code}).first()
    if reading.registration_id:
        return connection.execute(
            door.BY_REGISTRATION, {"registration_id": reading.registration_id}
        ).first()
    return None


def _decide(
    connection: Connection, knock: _Knock, place: Any, facts: AdmissionFacts, holder: Any
) -> tuple[Verdict, Inside | None]:
    """Decide, and let the claim's uniqueness, not a look at it, say who was first."""
    if holder is None:
        return decide_admission(facts), None
    key = {"registration_id": holder.id, "session_id": place.session_id}
    if knock.direction is Direction.ENTRY:
        verdict = decide_admission(facts)
        if verdict is not Verdict.ADMITTED:
            return verdict, None
        claim = {
            **key,
            "meeting_id": place.meeting_id,
            "gate_id": knock.gate_id,
            "device": knock.device,
            "admitted_at": knock.received_at,
        }
        if connection.execute(CLAIM, claim).first() is not None:
            return verdict, None
    row = connection.execute(door.INSIDE, key).first()
    inside = Inside(row.admitted_at, row.gate, row.device == knock.device) if row else None
    return decide_admission(replace(facts, inside=inside)), inside


def _release(connection: Connection, registration_id: int, session_id: int) -> None:
    connection.execute(RELEASE, {"b_registration_id": registration_id, "b_session_id": session_id})


def _worded(
    connection: Connection,
    knock: _Knock,
    place: Any,
    verdict: Verdict,
    holder: Any,
    inside: Inside | None,
) -> Answer:
    """Say all that is stored about an answer: verdict, ids and counts, nobody's name."""
    answer: Answer = {
        "verdict": verdict,
        "registration_id": holder.id if holder is not None else None,
        "gate_id": knock.gate_id,
        "at": knock.received_at.isoformat(),
        "zone": place.zone,
        "first": inside and {"gate": inside.gate, "at": inside.at.isoformat()},
    }
    if holder is None or verdict in NAMELESS:
        tally = connection.execute(door.TALLY, {"meeting_id": place.meeting_id}).one()
    else:
        tally = connection.execute(
            door.UNIT_TALLY,
            {"meeting_id": place.meeting_id, "organisation_id": holder.organisation_id},
        ).one()
    return {**answer, **tally._mapping}


def _person(verdict: Verdict, holder: Any) -> dict[str, str] | None:
    return None if holder is None or verdict in NAMELESS else door.person_of(holder)


def _write(
    connection: Connection, knock: _Knock, head: Head, verdict: Verdict, answer: Answer, **more: Any
) -> None:
    """Add the scan at the end of the door's ledger, whose head this transaction holds."""
    seq = head.seq + 1
    body = {
        "seq": seq,
        "scan_id": knock.scan_id,
        "device": knock.device,
        "content": knock.content,
        "gate_id": knock.gate_id,
        "registration_id": answer["registration_id"],
        "method": knock.method,
        "direction": knock.direction,
        "verdict": verdict,
        "claimed_at": knock.claimed_at.isoformat(),
        "received_at": knock.received_at.isoformat(),
    }
    data = canonical(body)
    end = Head(seq, link(head.hash, data))
    connection.execute(
        RECORD,
        {
            **body,
            "scope_id": knock.scope_id,
            "body": data.decode(),
            "hash": end.hash,
            "answer": orjson.dumps({**answer, **more}).decode(),
            "claimed_at": knock.claimed_at,
            "received_at": knock.received_at,
        },
    )
    connection.execute(
        MOVE_HEAD,
        {
            "b_scope_id": knock.scope_id,
            "b_name": Scan.ledger,
            "b_seq": end.seq,
            "b_hash": end.hash,
        },
    )


def undo_admission(actor: Actor, meeting_id: int, registration_id: int, reason: str) -> Answer:
    """Take an admission back: the claim goes, and a new record says so beside the old one.

    The device that let the person in may do it for ten seconds, a supervisor at any time.
    Raises Conflict when nobody is inside, Forbidden to others, Invalid without a reason.
    """
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise Invalid("reason_missing", N_("请写明撤销的原因。"), field="reason")
    now = clock.now()
    with transaction() as session:
        meeting = session.get_one(Meeting, meeting_id)
        head = lock_head(meeting.scope_id, Scan.ledger)  # first, as every scan does
        claim = session.scalar(
            sa.select(Admission)
            .where(Admission.meeting_id == meeting_id, Admission.registration_id == registration_id)
            .with_for_update()
        )
        if claim is None:
            raise Conflict("not_inside", N_("没有这个人的入场记录，不用撤销。"))
        device = door.device_of(actor)
        if claim.device != device or now - claim.admitted_at > UNDO_WINDOW:
            _ensure_supervisor(actor, meeting)
        connection = session.connection()
        _release(connection, registration_id, claim.session_id)
        knock = _Knock(
            meeting.scope_id,
            claim.gate_id,
            f"undo-{uuid4().hex}",
            device,
            "",
            Method.MANUAL,
            Direction.EXIT,
            now,
            now,
            "",
        )
        tally = session.execute(door.TALLY, {"meeting_id": meeting_id}).one()
        answer: Answer = {
            "verdict": Verdict.LEFT,
            "registration_id": registration_id,
            "gate_id": claim.gate_id,
            "at": now.isoformat(),
            "zone": meeting.zone,
            "first": None,
            **tally._mapping,
        }
        _write(connection, knock, head, Verdict.LEFT, answer, undo=reason)
        db.session.expunge(claim)
        return {**answer, "person": door.scanned_person(registration_id, Verdict.LEFT)}


def _ensure_supervisor(actor: Actor, meeting: Meeting) -> None:
    if actor.kind is ActorKind.SYSTEM:
        return
    chain = chain_of(meeting.slug)
    if chain is None or not actor.may(Permission.SUPERVISE_DOOR, chain.ids):
        raise Forbidden(
            "undo_too_late",
            N_("只有放行的那台设备能在 %(seconds)s 秒内撤销，其余请门岗主管办理。"),
            seconds=int(UNDO_WINDOW / timedelta(seconds=1)),
        )
