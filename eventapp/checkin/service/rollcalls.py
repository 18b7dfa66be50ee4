"""Calling the roll: one person calls and notes, another confirms, then it is a record."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from eventapp.checkin.models import Admission, RollCall, RollCallLine, Scan
from eventapp.checkin.queries.door import rehearsal_of
from eventapp.checkin.queries.rollcalls import speakers_of
from eventapp.checkin.rules import Direction, Method, Verdict
from eventapp.checkin.rules.rollcalls import CallState, ensure_calling, ensure_may_confirm
from eventapp.checkin.service.gates import open_door
from eventapp.core import clock
from eventapp.core.access import Actor, ActorKind
from eventapp.core.db import db, flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Forbidden, Invalid, NotFound
from eventapp.core.ledger import append, audit, canonical, lock_head
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import Mandate, Registration

DEVICE = "roll-call"


def open_roll_call(actor: Actor, meeting_id: int, units: Iterable[tuple[int, str]]) -> RollCall:
    """Begin to call these units, (id, name) in their order; one roll-call at a time.

    Raises Conflict while another is under way, and where there is nobody to be called.
    """
    _user(actor)
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        _ensure_no_rehearsal(meeting_id)
        call = RollCall(meeting_id=meeting_id, state=CallState.CALLING, opened_at=clock.now())
        session.add(call)
        flush_or(Conflict("roll_call_under_way", N_("已有一次点名正在进行，请先点完或放弃它。")))
        lines = [
            RollCallLine(roll_call_id=call.id, organisation_id=unit, name=name, ordinal=place)
            for place, (unit, name) in enumerate(units, 1)
        ]
        if not lines:
            raise Conflict("nobody_to_call", N_("没有可以点名的单位。"))
        session.add_all(lines)
        audit(actor, meeting.scope_id, "roll_call.open", f"roll_call:{call.id}", units=len(lines))
        return call


def note_answer(
    actor: Actor,
    meeting_id: int,
    roll_call_id: int,
    organisation_id: int,
    *,
    present: bool,
    registration_id: int | None = None,
) -> None:
    """Note that somebody answered for a unit, or that nobody did; until it is called, again.

    Raises Invalid where nobody is named who may answer for it.
    """
    _user(actor)
    with transaction() as session:
        call = _hold(meeting_id, roll_call_id)
        ensure_calling(call.state)
        line = session.get(RollCallLine, (roll_call_id, organisation_id))
        if line is None:
            raise NotFound("unit_not_called", N_("这家单位不在这次点名的名单里。"))
        speakers = {one.registration_id for one in speakers_of(meeting_id).get(organisation_id, ())}
        if present and registration_id not in speakers:
            raise Invalid(
                "answerer_missing", N_("请选择由谁应到：只有本单位的授权代表或受委托人可以。")
            )
        line.present = present
        line.registration_id = registration_id if present else None
        audit(
            actor,
            meeting_of(meeting_id).scope_id,
            "roll_call.note",
            f"roll_call:{roll_call_id}",
            organisation=organisation_id,
            registration=line.registration_id,
        )


def finish_calling(actor: Actor, meeting_id: int, roll_call_id: int) -> None:
    """Hand the roll-call to a second person; every unit has been called."""
    user_id = _user(actor)
    with transaction() as session:
        call = _hold(meeting_id, roll_call_id)
        ensure_calling(call.state)
        left = session.scalar(
            sa.select(sa.func.count()).where(
                RollCallLine.roll_call_id == roll_call_id, RollCallLine.present.is_(None)
            )
        )
        if left:
            raise Conflict(
                "units_not_called", N_("还有 %(count)s 家单位没有点到，请先点完。"), count=left
            )
        call.state, call.called_by, call.called_at = CallState.CALLED, user_id, clock.now()
        _note(actor, call, "roll_call.finish")


def reopen_calling(actor: Actor, meeting_id: int, roll_call_id: int) -> None:
    """Give a roll-call that nobody has confirmed back to whoever calls."""
    _user(actor)
    with transaction():
        call = _hold(meeting_id, roll_call_id)
        if call.state is not CallState.CALLED:
            ensure_calling(call.state)
            return
        call.state, call.called_by, call.called_at = CallState.CALLING, None, None
        _note(actor, call, "roll_call.reopen")


def drop_roll_call(actor: Actor, meeting_id: int, roll_call_id: int) -> None:
    """Give a roll-call up before it is confirmed; it counts for nothing."""
    _user(actor)
    with transaction():
        call = _hold(meeting_id, roll_call_id)
        if call.state is CallState.DROPPED:
            return
        if call.state is not CallState.CALLED:
            ensure_calling(call.state)
        call.state = CallState.DROPPED
        _note(actor, call, "roll_call.drop")


def confirm_roll_call(actor: Actor, meeting_id: int, roll_call_id: int) -> Scan:
    """Make it a record of the door, by a person other than the one who called.

    From that record on who answered is inside and confirmed; who speaks for a unit that did not
    answer counts no longer, inside or not, until a staffed gate sees them. Raises Forbidden for
    the caller, Conflict where it is confirmed already or was not called to its end.
    """
    user_id = _user(actor)
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        whole = open_door(actor, meeting_id).id
        head = lock_head(meeting.scope_id, Scan.ledger)  # before the claims, as every scan does
        _ensure_no_rehearsal(meeting_id)
        call = _hold(meeting_id, roll_call_id)
        ensure_may_confirm(call.state, call.called_by, user_id)
        at = clock.now()
        lines = list(
            session.scalars(
                sa.select(RollCallLine)
                .where(RollCallLine.roll_call_id == roll_call_id)
                .order_by(RollCallLine.ordinal)
            )
        )
        answered, silent = _who(meeting_id, lines)
        body = {
            "scan_id": f"roll-call-{roll_call_id}",
            "device": DEVICE,
            "gate_id": None,
            "registration_id": None,
            "method": Method.ROLL_CALL,
            "direction": Direction.ENTRY,
            "verdict": Verdict.CONFIRMED,
            "claimed_at": (call.called_at or at).isoformat(),
            "received_at": at.isoformat(),
            "called_by": f"user:{call.called_by}",
            "confirmed_by": f"user:{user_id}",
            "units_present": sorted(one.organisation_id for one in lines if one.present),
            "units_absent": sorted(one.organisation_id for one in lines if not one.present),
            "answered": sorted(answered),
            "silent": sorted(silent),
        }
        body["content"] = hashlib.sha256(canonical(body)).hexdigest()
        columns = {name: body[name] for name in _COLUMNS}
        times = {"claimed_at": call.called_at or at, "received_at": at, "answer": "{}"}
        record = append(Scan, meeting.scope_id, body, **columns, **times)
        _seat(meeting_id, whole, answered, silent, at)
        call.state, call.confirmed_by, call.confirmed_at = CallState.CONFIRMED, user_id, at
        call.seq = head.seq + 1
        flush_or(Conflict("roll_call_confirmed", N_("这次点名已经由另一人确认。")))
        return record


_COLUMNS = (
    "scan_id",
    "device",
    "content",
    "gate_id",
    "registration_id",
    "method",
    "direction",
    "verdict",
)


def _who(meeting_id: int, lines: Iterable[RollCallLine]) -> tuple[set[int], set[int]]:
    """Tell who answered, and who of the absent units' people did not, approved or not."""
    answered = {one.registration_id for one in lines if one.registration_id is not None}
    absent = [one.organisation_id for one in lines if not one.present]
    silent = db.session.scalars(
        sa.select(Registration.id)
        .join(
            Mandate,
            sa.and_(
                Mandate.meeting_id == Registration.meeting_id,
                Mandate.person_id == Registration.person_id,
            ),
        )
        .where(
            Registration.meeting_id == meeting_id,
            Mandate.organisation_id.in_(absent),
            Mandate.revoked_at.is_(None),
        )
    )
    return answered, set(silent) - answered


def _seat(
    meeting_id: int, session_id: int, answered: set[int], silent: set[int], at: datetime
) -> None:
    """Bring the claims to what the record says: they are what voting looks at."""
    here, claimed = Admission.meeting_id == meeting_id, Admission.registration_id
    elsewhere = Admission.session_id != session_id
    db.session.execute(sa.delete(Admission).where(here, elsewhere, claimed.in_(answered)))
    change = sa.update(Admission).where(here)
    db.session.execute(change.where(claimed.in_(answered)).values(confirmed=True))
    db.session.execute(change.where(claimed.in_(silent)).values(confirmed=False))
    inside = set(db.session.scalars(sa.select(claimed).where(here)))
    db.session.add_all(
        Admission(
            meeting_id=meeting_id,
            session_id=session_id,
            registration_id=one,
            gate_id=None,
            device=DEVICE,
            method=Method.ROLL_CALL,
            confirmed=True,
            admitted_at=at,
        )
        for one in sorted(answered - inside)
    )


def _ensure_no_rehearsal(meeting_id: int) -> None:
    if rehearsal_of(meeting_id) is not None:
        raise Conflict("roll_call_rehearsal", N_("正在演练入场，不能点名；请先结束演练。"))


def _hold(meeting_id: int, roll_call_id: int) -> RollCall:
    found = db.session.get(RollCall, roll_call_id)
    if found is None or found.meeting_id != meeting_id:
        raise NotFound("roll_call_unknown", N_("没有找到这次点名。"))
    return lock(RollCall, roll_call_id)


def _note(actor: Actor, call: RollCall, action: str) -> None:
    audit(actor, meeting_of(call.meeting_id).scope_id, action, f"roll_call:{call.id}")


def _user(actor: Actor) -> int:
    if actor.kind is not ActorKind.USER:
        raise Forbidden("user_needed", N_("点名须由登录的工作人员办理。"))
    return actor.id
