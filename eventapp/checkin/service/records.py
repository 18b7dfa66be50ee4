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
    gate_id: int
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
    cause, caused_by = moved or (None, None)
    write_record(connection, book.scan, values, end, cause=cause, caused_by=caused_by)
