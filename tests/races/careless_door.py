"""The application with the door's safeguards patched out: it looks first and writes later.

The control of the races at the door: the claim's uniqueness no longer decides (the test drops
the constraint as well), a look before the transaction does.
"""

from typing import Any

import sqlalchemy as sa

from eventapp.checkin import service
from eventapp.checkin.queries import door
from eventapp.checkin.rules import Inside, Verdict, decide_admission
from eventapp.core.db import db
from wsgi import app

__all__ = ["app"]
_careful_answer = service._answer
_seen: dict[str, Any] = {}
CLAIM = sa.text(
    "INSERT INTO admissions"
    " (meeting_id, session_id, registration_id, gate_id, device, admitted_at)"
    " VALUES (:meeting_id, :session_id, :registration_id, :gate_id, :device, :admitted_at)"
).bindparams(*service.CLAIM._bindparams.values())


def _answer(knock: Any) -> Any:
    session = db.session()
    holder = service._holder(session, service._read(knock.text))
    place = session.execute(
        door.PLACE, {"meeting_id": knock.meeting_id, "gate_id": knock.gate_id}
    ).one()
    key = {"registration_id": holder.id, "session_id": place.session_id}
    _seen[knock.scan_id] = session.execute(door.INSIDE, key).first()
    return _careful_answer(knock)


def _decide(session: Any, knock: Any, place: Any, facts: Any, holder: Any) -> Any:
    row = _seen.pop(knock.scan_id)
    if row is not None:
        inside = Inside(row.admitted_at, row.gate, row.device == knock.device)
        return Verdict.ALREADY_INSIDE, inside
    session.execute(
        CLAIM,
        {
            "registration_id": holder.id,
            "session_id": place.session_id,
            "meeting_id": knock.meeting_id,
            "gate_id": knock.gate_id,
            "device": knock.device,
            "admitted_at": knock.received_at,
        },
    )
    return decide_admission(facts), None


service._answer = _answer
service._decide = _decide
