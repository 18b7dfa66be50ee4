"""Practising at the door: in a book of its own, which is thrown away afterwards."""

import sqlalchemy as sa

from eventapp.checkin.models import (
    Rehearsal,
    RehearsalAdmission,
    RehearsalScan,
    RehearsedScan,
    Scan,
)
from eventapp.checkin.queries import door
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.ledger import audit, drop_ledger, lock_head, open_ledger
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State

MAY_REHEARSE = frozenset(
    {State.DRAFT, State.PUBLISHED, State.REGISTRATION_OPEN, State.REGISTRATION_CLOSED}
)


def start_rehearsal(actor: Actor, meeting_id: int) -> Rehearsal:
    """Let all gates of a meeting practise until the rehearsal is ended; nothing of it counts.

    Raises Conflict in a meeting that has begun, or is over, and while another one runs.
    """
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        if meeting.state not in MAY_REHEARSE:
            raise Conflict("rehearsal_late", N_("会议已经开始或者已经结束，不能再演练。"))
        lock_head(meeting.scope_id, Scan.ledger)  # every scan before it was a real one
        rehearsal = Rehearsal(meeting_id=meeting_id, started_at=clock.now())
        session.add(rehearsal)
        flush_or(Conflict("rehearsal_runs", N_("演练已经开始了，不用再开一次。")))
        open_ledger(meeting.scope_id, RehearsalScan.ledger)
        audit(actor, meeting.scope_id, "rehearsal.start", f"rehearsal:{rehearsal.id}")
        return rehearsal


def end_rehearsal(actor: Actor, meeting_id: int) -> int:
    """End the rehearsal and drop all that was scanned in it; tells how many scans that were.

    Only their numbers stay, so that a phone which asks again is told and lets nobody in.
    Raises Conflict where none runs.
    """
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        lock_head(meeting.scope_id, Scan.ledger)  # no scan is half written
        rehearsal = door.open_rehearsal(meeting_id)
        if rehearsal is None:
            raise Conflict("rehearsal_none", N_("现在没有演练。"))
        rehearsal.ended_at = clock.now()
        session.execute(
            sa.insert(RehearsedScan).from_select(
                ["device", "scan_id"],
                sa.select(RehearsalScan.device, RehearsalScan.scan_id).where(
                    RehearsalScan.scope_id == meeting.scope_id
                ),
            )
        )
        session.execute(
            sa.delete(RehearsalAdmission).where(RehearsalAdmission.meeting_id == meeting_id)
        )
        dropped = drop_ledger(RehearsalScan, meeting.scope_id)
        audit(
            actor,
            meeting.scope_id,
            "rehearsal.end",
            f"rehearsal:{rehearsal.id}",
            scans=dropped,
        )
        return dropped
