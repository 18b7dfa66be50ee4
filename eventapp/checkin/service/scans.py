"""Answering a scan: the hottest verb of the door. Statements are built once."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from eventapp.checkin.models import Admission
from eventapp.checkin.queries import door, scope_of
from eventapp.checkin.queries.finding import FOUND
from eventapp.checkin.rules import (
    NAMELESS,
    SIGNED,
    TEXT_LONGEST,
    TYPED_LONGEST,
    AdmissionFacts,
    Direction,
    Inside,
    Method,
    Verdict,
    decide_admission,
    is_staffed,
)
from eventapp.checkin.service.records import Answer, Knock, content_of, release, write_scan
from eventapp.core import clock, keys
from eventapp.core.access import Actor
from eventapp.core.db import direct_transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound
from eventapp.core.ledger import Head
from eventapp.registration.rules import clean_code, code_is_plausible, decode_claims, from_text

_ADMITTED_AT = sa.bindparam("admitted_at", type_=Admission.admitted_at.type)
CLAIM = sa.text(
    "INSERT INTO admissions"
    " (meeting_id, session_id, registration_id, gate_id, device, method, confirmed, admitted_at)"
    " VALUES (:meeting_id, :session_id, :registration_id, :gate_id, :device, :method, :confirmed,"
    " :admitted_at)"
    " ON CONFLICT (registration_id, session_id) DO NOTHING RETURNING id"
).bindparams(_ADMITTED_AT)
# Counted here and not in KNOCK: what KNOCK sees is older than the head that it waits for.
CLAIM_A_PLACE = sa.text(
    "INSERT INTO admissions"
    " (meeting_id, session_id, registration_id, gate_id, device, method, confirmed, admitted_at)"
    " SELECT :meeting_id, :session_id, :registration_id, :gate_id, :device, :method, :confirmed,"
    " :admitted_at"
    " WHERE (SELECT count(*) FROM admissions"
    " WHERE meeting_id = :meeting_id AND session_id = :session_id) < :capacity"
    " ON CONFLICT (registration_id, session_id) DO NOTHING RETURNING id"
).bindparams(_ADMITTED_AT)
CONFIRM = sa.text(
    "UPDATE admissions SET confirmed = true"
    " WHERE registration_id = :registration_id AND session_id = :session_id"
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a scan says before any table is asked; without a generation any pass is as good."""

    readable: bool = False
    registration_id: int = 0
    generation: int | None = None
    code: str = ""
    found: int = 0


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
    knock = Knock(
        scope_id,
        gate_id,
        scan_id,
        door.device_of(actor),
        text,
        method,
        direction,
        claimed_at,
        clock.now(),
        content_of(scan_id, gate_id, direction, text),
    )
    return answer_knock(knock)


def answer_knock(knock: Knock) -> Answer:
    """Answer whoever stands there, once: every way of being recognised leads through here."""
    try:
        return _answer(knock)
    except IntegrityError:
        # The same scan came twice at once and the other was quicker: its answer is stored now.
        return _answer(knock)


def _answer(knock: Knock) -> Answer:
    reading = _read(knock)  # a signature takes long to check: before the others wait for us
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
        facts, holder = _look_up(connection, knock, reading, place)
        verdict, inside = _decide(connection, knock, place, facts, holder)
        if verdict is Verdict.LEFT:
            release(connection, holder.id, place.session_id)
        elif verdict is Verdict.CONFIRMED:
            key = {"registration_id": holder.id, "session_id": place.session_id}
            connection.execute(CONFIRM, key)
        answer = _worded(connection, knock, place, verdict, holder, inside)
        more = {"manual": knock.reason} if knock.reason else {}
        write_scan(connection, knock, Head(place.seq, place.hash), verdict, answer, **more)
        return {**answer, "person": _person(verdict, holder)}


def _replay(knock: Knock, place: Any) -> Answer:
    if place.content != knock.content:
        raise Conflict("scan_differs", N_("这个编号已经用于另一次扫码，请再扫一次。"))
    answer = orjson.loads(place.answer)
    person = door.scanned_person(answer["registration_id"], Verdict(answer["verdict"]))
    return {**answer, "person": person}


def _read(knock: Knock) -> _Reading:
    """Read a pass, whose signature must be ours, or a typed code; whoever was found is known."""
    if knock.found:
        return _Reading(readable=True, found=knock.found)
    text = knock.text
    try:
        if len(text) <= TYPED_LONGEST:
            code = clean_code(text)
            return _Reading(code_is_plausible(code), code=code)
        data, signature = from_text(text)
        claims = decode_claims(data)
    except Invalid:
        return _Reading()
    if not keys.ring().verify(claims.key_id, data, signature):
        return _Reading(readable=True)
    return _Reading(True, claims.registration_id, claims.generation)


def _look_up(
    connection: Connection, knock: Knock, reading: _Reading, place: Any
) -> tuple[AdmissionFacts, Any]:
    """Gather what is known about a text; the registration is the one at this meeting, or None."""
    facts = AdmissionFacts(
        knock.received_at,
        reading.readable,
        meeting_state=place.meeting_state,
        gate_categories=frozenset(place.categories) if place.categories else None,
        gate_opens_at=place.opens_at,
        gate_closes_at=place.closes_at,
        direction=knock.direction,
        staffed=is_staffed(knock.method),
    )
    holder = _holder(connection, reading)
    if holder is None:
        return replace(facts, known=False), None
    current = reading.generation is None or reading.generation == holder.generation
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
    if reading.found:
        return connection.execute(FOUND, {"registration_id": reading.found}).first()
    return None


def _decide(
    connection: Connection, knock: Knock, place: Any, facts: AdmissionFacts, holder: Any
) -> tuple[Verdict, Inside | None]:
    """Decide, and let the claim, not a look before it, say who was first and who had a place."""
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
            "method": knock.method.value,
            "confirmed": facts.staffed,
            "admitted_at": knock.received_at,
        }
        if place.capacity is None:
            claimed = connection.execute(CLAIM, claim)
        else:
            claimed = connection.execute(CLAIM_A_PLACE, {**claim, "capacity": place.capacity})
            facts = replace(facts, places_left=0)  # where nothing is claimed, or inside already
        if claimed.first() is not None:
            return verdict, None
    row = connection.execute(door.INSIDE, key).first()
    inside = None
    if row is not None:
        same = row.device == knock.device
        inside = Inside(row.admitted_at, row.gate, same, row.confirmed)
    return decide_admission(replace(facts, inside=inside)), inside


def _worded(
    connection: Connection,
    knock: Knock,
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
    return {**answer, **_sign(connection, place, verdict, holder), **tally._mapping}


def _sign(connection: Connection, place: Any, verdict: Verdict, holder: Any) -> Answer:
    """Ask for a signature where the meeting wants one and has none of this person."""
    if not place.signs or verdict not in SIGNED:
        return {}
    key = {"registration_id": holder.id}
    return {"sign": connection.execute(door.SIGNED_ALREADY, key).first() is None}


def _person(verdict: Verdict, holder: Any) -> dict[str, str] | None:
    return None if holder is None or verdict in NAMELESS else door.person_of(holder)
