"""Answering a scan: the hottest verb of the door. Statements are built once."""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from eventapp.checkin.queries import door, scope_of
from eventapp.checkin.queries.books import (
    OWN,
    REHEARSED,
    SIGNED_ALREADY,
    Book,
    expected_of,
    tally,
)
from eventapp.checkin.rules import (
    MOVING,
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
from eventapp.checkin.service.records import Answer, Knock, Moved, content_of, release, write_scan
from eventapp.core import clock, keys
from eventapp.core.access import Actor
from eventapp.core.db import direct_transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound
from eventapp.core.ledger import Head
from eventapp.registration.rules import (
    State,
    clean_code,
    code_is_plausible,
    decode_claims,
    from_text,
    proof_from_text,
    prove,
)

ABOUT_INSIDE = frozenset({Verdict.ALREADY_INSIDE, Verdict.SAME_SCAN_REPEAT, Verdict.LEFT})
"""Answers that tell since when the person has been inside."""


@dataclass(frozen=True, slots=True)
class Reading:
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
    door.ensure_own_gate(actor, gate_id)
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
        # The same scan, or another of the same person, came at the same moment and was quicker:
        # its answer is stored now, or the person is inside now.
        return _answer(knock)


def _answer(knock: Knock) -> Answer:
    # A signature takes long to check: before the others wait for us. Whoever was found is known.
    reading = (
        Reading(True, found=knock.found) if knock.found else read_text(knock.text, knock.scan_id)
    )
    with direct_transaction() as connection:
        book, place = _open_book(connection, knock)
        if place.answer is not None:
            return _replay(knock, place)
        if place.rehearsed is not None:
            raise Conflict(
                "rehearsal_over", N_("演练已经结束，演练中的这次扫码不算数，请再扫一次。")
            )
        if place.gate is None:
            raise NotFound("gate_unknown", N_("没有找到这个入口。"))
        facts, holder = look_up(connection, knock, reading, book, place)
        verdict = decide_admission(facts)
        answer = _worded(connection, knock, book, place, verdict, holder, facts.inside)
        answer |= _sign(connection, book, place, verdict, holder)
        head, more = Head(place.seq, place.hash), {"manual": knock.reason} if knock.reason else {}
        if verdict is Verdict.ADMITTED and holder.in_session is not None:
            release(connection, book, holder.id, holder.in_session)
        moved = _moved(knock, book, place, verdict, holder)
        write_scan(connection, book, knock, head, verdict, answer, moved, **more)
        return {**answer, "person": _person(verdict, holder)}


def _open_book(connection: Connection, knock: Knock) -> tuple[Book, Any]:
    """Hold the ledger that this scan belongs to, and read what does not depend on the person."""
    asked = {
        "scope_id": knock.scope_id,
        "gate_id": knock.gate_id,
        "device": knock.device,
        "scan_id": knock.scan_id,
    }
    place = connection.execute(OWN.knock, asked).one()
    if place.rehearsal is None or place.answer is not None:
        return OWN, place
    return REHEARSED, connection.execute(REHEARSED.knock, asked).one()


def _replay(knock: Knock, place: Any) -> Answer:
    if place.content != knock.content:
        raise Conflict("scan_differs", N_("这个编号已经用于另一次扫码，请再扫一次。"))
    answer = orjson.loads(place.answer)
    person = door.scanned_person(answer["registration_id"], Verdict(answer["verdict"]))
    return {**answer, "person": person}


def read_text(text: str, scan_id: str) -> Reading:
    """Read a pass, whose signature must be ours, its proof in this scan, or a typed code."""
    try:
        if len(text) <= TYPED_LONGEST:
            code = clean_code(text)
            return Reading(code_is_plausible(code), code=code)
        proven = proof_from_text(text)
        data, signature = proven or from_text(text)
        claims = decode_claims(data)
    except Invalid:
        return Reading()
    ring = keys.ring()
    if proven:
        genuine = claims.key_id in ring.private and hmac.compare_digest(
            prove(ring.sign(claims.key_id, data), scan_id), signature
        )
    else:
        genuine = ring.verify(claims.key_id, data, signature)
    if not genuine:
        return Reading(readable=True)
    return Reading(True, claims.registration_id, claims.generation)


def look_up(
    connection: Connection, knock: Knock, reading: Reading, book: Book, place: Any
) -> tuple[AdmissionFacts, Any]:
    """Gather what is known about a text; the registration is the one at this meeting, or None."""
    facts = _facts(knock, reading, book, place)
    asked = {"meeting_id": place.meeting_id, "session_id": place.session_id}
    holder = _holder(connection, reading, book, asked)
    if holder is None:
        return replace(facts, known=False), None
    current = reading.generation is None or reading.generation == holder.generation
    if holder.meeting_id != place.meeting_id:
        person = {**asked, "person_id": holder.person_id}
        holder = connection.execute(book.here, person).first()
        if holder is None:
            return replace(facts, registered_here=False), None
    return replace(
        facts,
        generation_current=current,
        registration_state=holder.state,
        category=holder.category,
        places_left=None if place.capacity is None else place.capacity - holder.taken,
        left_for_good=_left_for_good(connection, book, place, holder),
        inside=_inside(knock, place, holder),
    ), holder


def _facts(knock: Knock, reading: Reading, book: Book, place: Any) -> AdmissionFacts:
    """Say what is known before anybody is; a rehearsal asks neither for the state nor the hour."""
    facts = AdmissionFacts(
        knock.received_at,
        reading.readable,
        gate_way=place.way,
        gate_categories=frozenset(place.categories) if place.categories else None,
        direction=knock.direction,
        staffed=is_staffed(knock.method),
    )
    if book is REHEARSED:
        return facts
    return replace(
        facts,
        meeting_state=place.meeting_state,
        gate_opens_at=place.opens_at,
        gate_closes_at=place.closes_at,
    )


def _holder(connection: Connection, reading: Reading, book: Book, asked: dict[str, int]) -> Any:
    if reading.code and reading.readable:
        return connection.execute(book.by_code, {**asked, "code": reading.code}).first()
    if reading.registration_id:
        somebody = {**asked, "registration_id": reading.registration_id}
        return connection.execute(book.by_registration, somebody).first()
    if reading.found:
        somebody = {**asked, "registration_id": reading.found}
        return connection.execute(book.found, somebody).first()
    return None


def _inside(knock: Knock, place: Any, holder: Any) -> Inside | None:
    if holder.in_session != place.session_id:
        return None
    same = holder.device == knock.device
    return Inside(holder.admitted_at, holder.entered, same, holder.confirmed)


def _left_for_good(connection: Connection, book: Book, place: Any, holder: Any) -> bool:
    if place.reentry or holder.in_session == place.session_id:
        return False
    key = {"registration_id": holder.id, "session_id": place.session_id}
    return connection.execute(book.been_inside, key).scalar_one() > 0


def _moved(knock: Knock, book: Book, place: Any, verdict: Verdict, holder: Any) -> Moved | None:
    """Give the statement that lets somebody in or out or confirms them, if the verdict does."""
    if verdict not in MOVING:
        return None
    key = {"registration_id": holder.id, "session_id": place.session_id}
    if verdict is Verdict.LEFT:
        return book.release, key
    if verdict is Verdict.CONFIRMED:
        return book.confirm, {"of_registration": holder.id, "in_session": place.session_id}
    claim = {
        **key,
        "meeting_id": place.meeting_id,
        "gate_id": knock.gate_id,
        "device": knock.device,
        "method": knock.method,
        "confirmed": is_staffed(knock.method),
        "admitted_at": knock.received_at,
    }
    return book.claim, claim


def _worded(
    connection: Connection,
    knock: Knock,
    book: Book,
    place: Any,
    verdict: Verdict,
    holder: Any,
    inside: Inside | None,
) -> Answer:
    """Say all that is stored about an answer: verdict, ids and counts, nobody's name."""
    named = holder is not None and verdict not in NAMELESS
    first = inside if verdict in ABOUT_INSIDE else None
    answer: Answer = {
        "verdict": verdict,
        "registration_id": holder.id if holder is not None else None,
        "gate_id": knock.gate_id,
        "at": knock.received_at.isoformat(),
        "zone": place.zone,
        "first": first and {"gate": first.gate, "at": first.at.isoformat()},
        "rehearsal": book is REHEARSED,
    }
    if holder is None:
        return {**answer, **tally(connection, book, place.meeting_id)}
    # They were counted before this scan moved anybody.
    more = -1 if verdict is Verdict.LEFT else 0
    if verdict is Verdict.ADMITTED and holder.in_session is None:
        more = 1
    answer["arrived"] = int(holder.arrived) + more
    answer["expected"] = expected_of(connection, place.meeting_id, place.audited)
    if named:
        left_the_list = more < 0 and holder.state != State.APPROVED
        answer["unit_arrived"] = holder.unit_arrived + more if holder.unit_total else 0
        answer["unit_total"] = holder.unit_total - left_the_list
    return answer


def _sign(
    connection: Connection, book: Book, place: Any, verdict: Verdict, holder: Any
) -> dict[str, bool]:
    """Ask for a signature where the meeting wants one and has none of this person."""
    if book is not OWN or not place.signs or verdict not in SIGNED:
        return {}
    key = {"registration_id": holder.id}
    return {"sign": connection.execute(SIGNED_ALREADY, key).first() is None}


def _person(verdict: Verdict, holder: Any) -> dict[str, str] | None:
    return None if holder is None or verdict in NAMELESS else door.person_of(holder)
