"""The application with the door's safeguards patched out: it looks first and writes later.

The control of the races at the door: the claim's uniqueness no longer decides (the test drops
the constraint as well), a look before the transaction does.
"""

from typing import Any

import sqlalchemy as sa

from eventapp.checkin.rules import Inside, Verdict, decide_admission
from eventapp.checkin.service import scans
from eventapp.core.db import db
from wsgi import app

__all__ = ["app"]
_careful_answer = scans._answer
_seen: dict[str, Any] = {}
LOOK = sa.text(
    "SELECT admissions.admitted_at, gates.name AS gate, admissions.device FROM admissions"
    " JOIN gates ON gates.id = admissions.gate_id WHERE registration_id = :registration_id"
)
CLAIM = sa.text(
    "INSERT INTO admissions"
    " (meeting_id, session_id, registration_id, gate_id, device, method, confirmed, admitted_at)"
    " VALUES (:meeting_id, :session_id, :registration_id, :gate_id, :device, :method, :confirmed,"
    " :admitted_at)"
).bindparams(*scans.CLAIM._bindparams.values())


def _answer(knock: Any) -> Any:
    registration_id = scans._read(knock).registration_id
    seen = db.session().execute(LOOK, {"registration_id": registration_id}).first()
    _seen[knock.scan_id] = seen
    return _careful_answer(knock)


def _decide(connection: Any, knock: Any, place: Any, facts: Any, holder: Any) -> Any:
    if _seen.pop(knock.scan_id) is not None:
        return Verdict.ALREADY_INSIDE, Inside(knock.received_at, place.gate, same_device=False)
    claim = {
        "registration_id": holder.id,
        "session_id": place.session_id,
        "meeting_id": place.meeting_id,
        "gate_id": knock.gate_id,
        "device": knock.device,
        "method": knock.method.value,
        "confirmed": True,
        "admitted_at": knock.received_at,
    }
    connection.execute(CLAIM, claim)
    return decide_admission(facts), None


scans._answer = _answer
scans._decide = _decide
