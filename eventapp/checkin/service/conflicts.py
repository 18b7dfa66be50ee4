"""Conflicts of what was uploaded: opened with it, explained by what comes later, or resolved."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

from eventapp.checkin.models import Admission, Scan, ScanConflict
from eventapp.checkin.queries import door, gate_in
from eventapp.checkin.queries.books import OWN, tally
from eventapp.checkin.rules import Direction, Method, Verdict
from eventapp.checkin.rules.settling import Reason, Resolution
from eventapp.checkin.service.records import Answer, Knock, release, write_scan
from eventapp.checkin.service.undo import undo_admission
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import lock, transaction
from eventapp.core.errors import N_, Conflict, NotFound
from eventapp.core.ledger import audit, lock_head
from eventapp.meetings.models import Meeting

_conflicts: Any = ScanConflict.__table__
_KNOWN = sa.select(_conflicts).where(_conflicts.c.scan_id.in_(sa.bindparam("ids", expanding=True)))
TAKEN_BACK = N_("核对断网期间的记录时收回放行")


def keep_conflicts(
    connection: Connection,
    meeting_id: int,
    opened: Mapping[int, tuple[Reason, int | None]],
    explained: Collection[int],
) -> None:
    """Let these scans be in conflict, with the scan that stands, and those no longer.

    What a person resolved stays so. The caller holds the door's ledger.
    """
    now = clock.now()
    known = {row.scan_id: row for row in connection.execute(_KNOWN, {"ids": [*opened, *explained]})}
    for scan_id, (reason, other_id) in opened.items():
        row = known.get(scan_id)
        values: dict[str, Any] = {"reason": reason, "other_id": other_id}
        if row is None:
            new = {"meeting_id": meeting_id, "scan_id": scan_id, "opened_at": now}
            connection.execute(sa.insert(_conflicts).values(**new, **values, resolved_by=""))
        elif row.resolution in {None, Resolution.SETTLED}:
            again = {"resolved_at": None, "resolution": None, "resolved_by": ""}
            _change(connection, row.id, **values, **again)
    for scan_id in explained:
        row = known.get(scan_id)
        if row is not None and row.resolution is None and row.reason is Reason.DOUBLE_ENTRY:
            _change(connection, row.id, resolved_at=now, resolution=Resolution.SETTLED)


def _change(connection: Connection, conflict_id: int, **values: Any) -> None:
    connection.execute(sa.update(_conflicts).where(_conflicts.c.id == conflict_id).values(**values))


def resolve_conflict(
    actor: Actor, meeting_id: int, conflict_id: int, resolution: Resolution
) -> None:
    """Let the admission stand or take it back, once, and record who said so.

    What a rule or a revoked device kept from counting counts from now on, if it is to stand;
    what was let in twice is let out, if it is taken back. Raises Conflict where it is resolved.
    """
    with transaction() as session:
        meeting = session.get_one(Meeting, meeting_id)
        lock_head(meeting.scope_id, Scan.ledger)  # first, as every scan does
        conflict = lock(ScanConflict, conflict_id)
        if conflict.meeting_id != meeting_id:
            raise NotFound("conflict_unknown", N_("没有找到这条冲突。"))
        if conflict.resolution is not None:
            raise Conflict("conflict_resolved", N_("这条冲突已经处理，请刷新页面。"))
        conflict.resolved_at, conflict.resolution = clock.now(), resolution
        conflict.resolved_by = str(actor)
        session.flush()
        audit(
            actor,
            meeting.scope_id,
            "conflict.resolve",
            f"conflict:{conflict_id}",
            resolution=resolution.value,
        )
        scan = session.get_one(Scan, conflict.scan_id)
        double = conflict.reason is Reason.DOUBLE_ENTRY
        if scan.registration_id is None or scan.direction is not Direction.ENTRY:
            return
        if double and resolution is Resolution.TAKEN_BACK:
            inside = sa.select(Admission.id).where(
                Admission.registration_id == scan.registration_id
            )
            if session.scalar(inside.limit(1)) is not None:
                undo_admission(actor, meeting_id, scan.registration_id, TAKEN_BACK)
        elif not double and resolution is Resolution.LET_STAND:
            _admit(actor, meeting, scan)


def _admit(actor: Actor, meeting: Meeting, scan: Scan) -> None:
    """Count somebody as inside from now on, on a person's word; who is inside already stays."""
    if scan.gate_id is None:
        return  # no device uploads a scan without one
    with transaction() as session:
        head = lock_head(meeting.scope_id, Scan.ledger)
        connection, now, device = session.connection(), clock.now(), door.device_of(actor)
        claim = {
            "meeting_id": meeting.id,
            "session_id": gate_in(meeting.id, scan.gate_id).session_id,
            "registration_id": scan.registration_id,
            "gate_id": scan.gate_id,
            "device": device,
            "method": Method.MANUAL,
            "confirmed": True,
            "admitted_at": now,
        }
        inside = session.scalar(
            sa.select(Admission.session_id).where(Admission.registration_id == scan.registration_id)
        )
        if inside == claim["session_id"]:
            return
        if inside is not None and scan.registration_id is not None:
            release(connection, OWN, scan.registration_id, inside)
        connection.execute(OWN.claim, claim)
        answer: Answer = {
            "verdict": Verdict.ADMITTED,
            "registration_id": scan.registration_id,
            "gate_id": scan.gate_id,
            "at": now.isoformat(),
            "zone": meeting.zone,
            "first": None,
            **tally(connection, OWN, meeting.id),
        }
        knock = Knock(
            meeting.scope_id,
            scan.gate_id,
            f"stands-{uuid4().hex}",
            device,
            "",
            Method.MANUAL,
            Direction.ENTRY,
            now,
            now,
            "",
        )
        write_scan(connection, OWN, knock, head, Verdict.ADMITTED, answer)
