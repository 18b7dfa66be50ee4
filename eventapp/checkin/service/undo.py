"""Taking an admission back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from eventapp.checkin.queries import door
from eventapp.checkin.queries.books import OWN, Book, book_of, move_of, moves_of, tally
from eventapp.checkin.rules import UNDO, UNDO_WINDOW, Direction, Method, Verdict, hall_after
from eventapp.checkin.service.records import Answer, Knock, release, write_scan
from eventapp.core import clock
from eventapp.core.access import Actor, ActorKind, Permission
from eventapp.core.db import transaction
from eventapp.core.errors import N_, Conflict, Forbidden, Invalid
from eventapp.core.ledger import lock_head
from eventapp.core.scope import chain_of
from eventapp.meetings.models import Meeting


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
        head = lock_head(meeting.scope_id, OWN.scan.ledger)  # first, as every scan does
        connection = session.connection()
        book = book_of(connection, meeting_id)
        if book is not OWN:
            head = lock_head(meeting.scope_id, book.scan.ledger)
        claim = connection.execute(_claim(book, meeting_id, registration_id)).first()
        if claim is None:
            raise Conflict("not_inside", N_("没有这个人的入场记录，不用撤销。"))
        device = door.device_of(actor)
        if claim.device != device or now - claim.admitted_at > UNDO_WINDOW:
            _ensure_supervisor(actor, meeting)
        knock = Knock(
            meeting.scope_id,
            claim.gate_id,
            f"{UNDO}{uuid4().hex}",
            device,
            "",
            Method.MANUAL,
            Direction.EXIT,
            now,
            now,
            "",
        )
        release(connection, book, registration_id, claim.session_id)
        _return(connection, book, meeting, registration_id)
        answer: Answer = {
            "verdict": Verdict.LEFT,
            "registration_id": registration_id,
            "gate_id": claim.gate_id,
            "at": now.isoformat(),
            "zone": meeting.zone,
            "first": None,
            "rehearsal": book is not OWN,
            **tally(connection, book, meeting_id),
        }
        write_scan(connection, book, knock, head, Verdict.LEFT, answer, undo=reason)
        return {**answer, "person": door.scanned_person(registration_id, Verdict.LEFT)}


def _claim(book: Book, meeting_id: int, registration_id: int) -> Any:
    claims = book.admissions
    return sa.select(claims).where(
        claims.c.meeting_id == meeting_id, claims.c.registration_id == registration_id
    )


def _return(connection: sa.Connection, book: Book, meeting: Meeting, registration_id: int) -> None:
    """Put somebody back into the session that the undone admission took them out of."""
    written = book.scans.c
    about = sa.or_(written.registration_id == registration_id, written.method == Method.ROLL_CALL)
    rows = connection.execute(
        moves_of(book).where(written.scope_id == meeting.scope_id, about)
    ).all()
    led = hall_after(move_of(row) for row in rows).stays.get(registration_id, [])
    if len(led) < 2:
        return
    back = next(row for row in rows if row.seq == led[-2].seq)
    claim = {
        "meeting_id": meeting.id,
        "session_id": back.session_id,
        "registration_id": registration_id,
        "gate_id": back.gate_id,
        "device": back.device,
        "method": back.method,
        "confirmed": led[-2].confirmed,
        "admitted_at": back.at,
    }
    connection.execute(book.claim, claim)


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
