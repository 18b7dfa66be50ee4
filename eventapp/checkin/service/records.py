"""What the door keeps of a knock: a claim that can be released, a record that cannot."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from eventapp.checkin.queries.books import Book
from eventapp.checkin.rules import Direction, Method, Verdict
from eventapp.core.ledger import Head, canonical, link, write_record

Answer = dict[str, Any]
"""The stored verdict, and under `person` whom it is about as the tables say now."""

Moved = tuple[Any, dict[str, Any]]
"""A statement that lets somebody in or out, with what is bound in it."""


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


def release(connection: Connection, book: Book, registration_id: int, session_id: int) -> None:
    """Let an admission go, if there is one."""
    key = {"registration_id": registration_id, "session_id": session_id}
    connection.execute(book.release, key)


@dataclass(frozen=True, slots=True)
class Told:
    """What an uploaded scan says besides: its time, and what the device knew and showed then."""

    scanned_at: datetime
    shown: Verdict
    synced_at: datetime
    offset_ms: int


def write_scan(
    connection: Connection,
    book: Book,
    knock: Knock,
    head: Head,
    verdict: Verdict,
    answer: Answer,
    moved: Moved | None = None,
    **more: Any,
) -> None:
    """Add the scan at the end of a book's ledger, whose head this transaction holds.

    Whom it lets in or out moves with it.
    """
    body = _body(knock, head.seq + 1, verdict, answer["registration_id"])
    values, end = _chained(knock, head, body, {**answer, **more})
    cause, caused_by = moved or (None, None)
    write_record(connection, book.scan, values, end, cause=cause, caused_by=caused_by)


def told_scan(
    knock: Knock,
    head: Head,
    verdict: Verdict,
    answer: Answer,
    told: Told | None = None,
    settles: str | None = None,
    settled_at: datetime | None = None,
) -> tuple[dict[str, Any], Head]:
    """Give the row of a scan that was uploaded, or that settles one, and where the ledger ends.

    What settles an admission says when it was scanned.
    """
    body = _body(knock, head.seq + 1, verdict, answer["registration_id"])
    times: dict[str, Any] = {"scanned_at": None, "synced_at": None}
    if told is not None:
        times = {"scanned_at": told.scanned_at, "synced_at": told.synced_at}
        body |= {name: at.isoformat() for name, at in times.items()}
        body |= {"shown": told.shown, "offset_ms": told.offset_ms}
    if settles is not None:
        body["settles"] = settles
    if settled_at is not None:
        times["scanned_at"] = settled_at
        body["scanned_at"] = settled_at.isoformat()
    values, end = _chained(knock, head, body, answer)
    nothing = {"shown": None, "offset_ms": None, "settles": None}
    return {**nothing, **values, **times, "seq": end.seq, "hash": end.hash}, end


def _body(knock: Knock, seq: int, verdict: Verdict, registration_id: int | None) -> dict[str, Any]:
    return {
        "seq": seq,
        "scan_id": knock.scan_id,
        "device": knock.device,
        "content": knock.content,
        "gate_id": knock.gate_id,
        "registration_id": registration_id,
        "method": knock.method,
        "direction": knock.direction,
        "verdict": verdict,
        "claimed_at": knock.claimed_at.isoformat(),
        "received_at": knock.received_at.isoformat(),
    }


def _chained(
    knock: Knock, head: Head, body: dict[str, Any], answer: Answer
) -> tuple[dict[str, Any], Head]:
    data = canonical(body)
    end = Head(head.seq + 1, link(head.hash, data))
    values = {
        **body,
        "scope_id": knock.scope_id,
        "body": data.decode(),
        "answer": orjson.dumps(answer).decode(),
        "claimed_at": knock.claimed_at,
        "received_at": knock.received_at,
    }
    return values, end
