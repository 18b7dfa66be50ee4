"""Taking an admission back."""

from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa

from eventapp.checkin.models import Admission, Scan
from eventapp.checkin.queries import door
from eventapp.checkin.rules import UNDO, UNDO_WINDOW, Direction, Method, Verdict
from eventapp.checkin.service.records import Answer, Knock, release, write_scan
from eventapp.core import clock
from eventapp.core.access import Actor, ActorKind, Permission
from eventapp.core.db import db, transaction
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
        release(connection, registration_id, claim.session_id)
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
        write_scan(connection, knock, head, Verdict.LEFT, answer, undo=reason)
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
