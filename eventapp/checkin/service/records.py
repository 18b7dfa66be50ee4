"""What the door keeps of a knock: a claim that can be released, a record that cannot."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from eventapp.checkin.models import Admission, Scan
from eventapp.checkin.rules import Direction, Method, Verdict
from eventapp.core.ledger import Head, canonical, link, write_record

Answer = dict[str, Any]
"""The stored verdict, and under `person` whom it is about as the tables say now."""

RELEASE = sa.delete(Admission.__table__).where(  # type: ignore[arg-type]
    Admission.__table__.c.registration_id == sa.bindparam("b_registration_id"),
    Admission.__table__.c.session_id == sa.bindparam("b_session_id"),
)


@dataclass(frozen=True, slots=True)
class Knock:
    """One scan as it was sent: a text that was read, or a registration that staff found."""

    scope_id: int
    gate_id: int | None
    scan_id: str
    device: str
    text: str
    method: Method
    direction: Direction
    claimed_at: datetime
    received_at: datetime
    content: str
    found: int = 0
    reason: str = ""


def content_of(scan_id: str, gate_id: int, direction: Direction, what: str) -> str:
    """Digest what was scanned or found, salted with the scan's own id."""
    whole = f"{scan_id}\n{gate_id}\n{direction}\n{what}"
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()


def release(connection: Connection, registration_id: int, session_id: int) -> None:
    """Let an admission go, if there is one."""
    connection.execute(RELEASE, {"b_registration_id": registration_id, "b_session_id": session_id})


def write_scan(
    connection: Connection, knock: Knock, head: Head, verdict: Verdict, answer: Answer, **more: Any
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
    values = {
        **body,
        "scope_id": knock.scope_id,
        "body": data.decode(),
        "answer": orjson.dumps({**answer, **more}).decode(),
        "claimed_at": knock.claimed_at,
        "received_at": knock.received_at,
    }
    write_record(connection, Scan, values, end)
