"""Ledgers: insert-only records, each bound to the one before it by a hash.

A scope has a few ledgers by name (audit, door, votes). A record's `body` is canonical JSON
(RFC 8785); its hash is SHA-256 over the previous hash in hexadecimal, a line feed, and the body.
The first record follows 64 zeros. docs/records.md says what this proves and what it does not.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

import rfc8785
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import Base, db, noted
from eventapp.core.rows import Rows, write_together

GENESIS = "0" * 64


class LedgerHead(Base):
    """Where a ledger of a scope stands; the row that its writers queue at."""

    __tablename__ = "ledger_heads"
    scope_id: Mapped[int] = mapped_column(sa.ForeignKey("scopes.id"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(sa.String(64), default=GENESIS)


class Chained:
    """The columns of every record; a subclass names its ledger."""

    ledger: ClassVar[str]
    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(sa.ForeignKey("scopes.id"))
    seq: Mapped[int]
    body: Mapped[str]
    hash: Mapped[str] = mapped_column(sa.String(64))

    @declared_attr.directive
    def __table_args__(cls) -> Any:  # noqa: N805 - SQLAlchemy calls it on the class
        """One record for each place in the chain."""
        return (sa.UniqueConstraint("scope_id", "seq"),)


class AuditEntry(Chained, Base):
    """Who did what to which thing; ids and digests only, never a person's data."""

    __tablename__ = "audit_entries"
    ledger = "audit"
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(sa.String(40))
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(60), index=True)


@dataclass(frozen=True, slots=True)
class Head:
    """A ledger's place: its last number and hash."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where a chain does not hold, and why."""

    ledger: str
    scope_id: int
    seq: int
    reason: str


def canonical(data: Any) -> bytes:
    """Write data as canonical JSON, the same bytes for the same content (RFC 8785)."""
    return rfc8785.dumps(data)


def digest(data: Any) -> str:
    """Tell the SHA-256 of data's canonical JSON in hexadecimal."""
    return hashlib.sha256(canonical(data)).hexdigest()


def link(previous: str, body: bytes) -> str:
    """Tell the hash of a record from the hash before it and its own body."""
    return hashlib.sha256(previous.encode() + b"\n" + body).hexdigest()


LOCK_HEAD = (
    sa.select(LedgerHead.seq, LedgerHead.hash)
    .where(LedgerHead.scope_id == sa.bindparam("scope_id"), LedgerHead.name == sa.bindparam("name"))
    .with_for_update()
)
READ_HEAD = sa.select(LedgerHead.seq, LedgerHead.hash).where(
    LedgerHead.scope_id == sa.bindparam("scope_id"), LedgerHead.name == sa.bindparam("name")
)
MOVE_HEAD = (
    sa.update(LedgerHead.__table__)  # type: ignore[arg-type]
    .where(
        LedgerHead.__table__.c.scope_id == sa.bindparam("b_scope_id"),
        LedgerHead.__table__.c.name == sa.bindparam("b_name"),
    )
    .values(seq=sa.bindparam("b_seq"), hash=sa.bindparam("b_hash"))
)
LEDGERS = ("audit", "door", "votes")


def open_ledgers(scope_id: int) -> None:
    """Give a new scope its ledgers, empty."""
    for name in LEDGERS:
        open_ledger(scope_id, name)


def open_ledger(scope_id: int, name: str) -> None:
    """Give a scope one ledger more, empty."""
    db.session.add(LedgerHead(scope_id=scope_id, name=name, seq=0, hash=GENESIS))
    db.session.flush()


def drop_ledger(kind: type[Chained], scope_id: int) -> int:
    """Drop a ledger with all its records, and tell how many they were.

    The database lets only records go that were never meant to stay, those of a rehearsal.
    """
    table: Any = sa.inspect(kind).local_table
    gone = db.session.connection().execute(sa.delete(table).where(table.c.scope_id == scope_id))
    db.session.execute(
        sa.delete(LedgerHead).where(LedgerHead.scope_id == scope_id, LedgerHead.name == kind.ledger)
    )
    return gone.rowcount


def lock_head(scope_id: int, name: str) -> Head:
    """Hold a ledger until the transaction ends and tell where it stands.

    Whoever holds it knows where it stands: asked again, it costs no statement.
    """
    held = noted()
    if (scope_id, name) not in held:
        key = {"scope_id": scope_id, "name": name}
        row = db.session.connection().execute(LOCK_HEAD, key).one()
        held[scope_id, name] = Head(row.seq, row.hash)
    return held[scope_id, name]


def head_of(scope_id: int, name: str) -> Head:
    """Tell where a ledger stands, without holding it."""
    row = db.session.execute(READ_HEAD, {"scope_id": scope_id, "name": name}).one()
    return Head(row.seq, row.hash)


def note_head(scope_id: int, name: str, head: Head) -> None:
    """Note where a ledger stands that this transaction holds."""
    noted()[scope_id, name] = head


def move_head(scope_id: int, name: str, head: Head) -> None:
    """Note the new end of a ledger that this transaction holds, whose records are written."""
    db.session.connection().execute(MOVE_HEAD, _place(scope_id, name, head))
    note_head(scope_id, name, head)


def _place(scope_id: int, name: str, head: Head) -> dict[str, Any]:
    return {"b_scope_id": scope_id, "b_name": name, "b_seq": head.seq, "b_hash": head.hash}


Record = TypeVar("Record", bound=Chained)
Facts = tuple[dict[str, Any], dict[str, Any]]
"""A record's body, which the hash covers, and the same facts once more in columns, for queries."""


def append(kind: type[Record], scope_id: int, body: dict[str, Any], **columns: Any) -> Record:
    """Add a record at the end of its ledger, inside the caller's transaction."""
    end = append_all(kind, scope_id, [(body, columns)])
    return db.session.scalars(
        sa.select(kind).where(kind.scope_id == scope_id, kind.seq == end.seq)
    ).one()


def append_all(
    kind: type[Chained], scope_id: int, facts: Sequence[Facts], about: Sequence[Rows] = ()
) -> Head:
    """Add records at the end of their ledger in this order; tell where it ends then.

    `about` are rows of which they speak: written before them, or together with them.
    """
    head = lock_head(scope_id, kind.ledger)
    rows: list[dict[str, Any]] = []
    for body, columns in facts:
        data = canonical({**body, "seq": head.seq + 1})
        head = Head(head.seq + 1, link(head.hash, data))
        place = {"scope_id": scope_id, "seq": head.seq, "body": data.decode(), "hash": head.hash}
        rows.append({**columns, **place})
    db.session.flush()  # what the records speak of comes before them
    table: Any = sa.inspect(kind).local_table
    move = (MOVE_HEAD, _place(scope_id, kind.ledger, head))
    write_together(db.session.connection(), [*about, (table, rows)], move)
    note_head(scope_id, kind.ledger, head)
    return head


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done to a thing; `data` is JSON without personal data."""

    action: str
    subject: str
    data: dict[str, Any]


def audit(actor: Actor, scope_id: int, action: str, subject: str, **data: Any) -> None:
    """Record who did what to which thing, in the transaction that does it.

    `data` must be JSON and hold no personal data: ids, states, digests.
    """
    audit_all(actor, scope_id, [Act(action, subject, data)])


def audit_all(actor: Actor, scope_id: int, acts: Iterable[Act], about: Sequence[Rows] = ()) -> None:
    """Record many acts of one actor at once, in their order, and write the rows they speak of."""
    at = clock.now()
    facts: list[Facts] = []
    for act in acts:
        body = {"actor": str(actor), "action": act.action, "subject": act.subject}
        facts.append(({**body, "at": at.isoformat(), "data": act.data}, {**body, "at": at}))
    if facts:
        append_all(AuditEntry, scope_id, facts, about)


def write_record(
    connection: sa.Connection,
    kind: type[Chained],
    values: Mapping[str, Any],
    end: Head,
    *,
    cause: Any = None,
    caused_by: Mapping[str, Any] | None = None,
) -> None:
    """Add a record at the end of a ledger that this transaction holds: for the hot doors.

    `values` are all columns but place and hash, which `end` gives. `cause` is a statement that
    writes what the record is about, `caused_by` what is bound in it; none of its names begins
    with b_. PostgreSQL takes cause, record and head in one statement: each saves a way
    there and back.
    """
    row = {**values, "seq": end.seq, "hash": end.hash}
    if (held := (values["scope_id"], kind.ledger)) in noted():
        noted()[held] = end
    table: Any = sa.inspect(kind).local_table
    move = (MOVE_HEAD, _place(values["scope_id"], kind.ledger, end))
    caused = [] if cause is None else [(cause, caused_by or {})]
    write_together(connection, [(table, [row])], *caused, move)


def verify(kind: type[Chained], scope_id: int | None = None) -> Iterator[Broken]:
    """Walk the ledgers of a kind, or of one scope, and tell where a chain breaks.

    Gaps, a cut tail, and columns that no longer say what the hashed body says are found too:
    pages and counts read the columns.
    """
    ends: dict[int, Head] = {}
    table = sa.inspect(kind).local_table
    rows = sa.select(table).order_by(table.c.scope_id, table.c.seq)
    heads = sa.select(LedgerHead.scope_id, LedgerHead.seq, LedgerHead.hash).where(
        LedgerHead.name == kind.ledger
    )
    if scope_id is not None:
        rows = rows.where(table.c.scope_id == scope_id)
        heads = heads.where(LedgerHead.scope_id == scope_id)
    for found in db.session.execute(rows):
        row = dict(found._mapping)
        scope, seq = row["scope_id"], row["seq"]
        before = ends.get(scope, Head(0, GENESIS))
        if seq != before.seq + 1:
            yield Broken(kind.ledger, scope, seq, "gap")
        if link(before.hash, row["body"].encode()) != row["hash"]:
            yield Broken(kind.ledger, scope, seq, "hash")
        if not _columns_agree(row):
            yield Broken(kind.ledger, scope, seq, "columns")
        ends[scope] = Head(seq, row["hash"])
    for scope, seq, stored in db.session.execute(heads):
        if ends.get(scope, Head(0, GENESIS)) != Head(seq, stored):
            yield Broken(kind.ledger, scope, seq, "head")


def _columns_agree(row: Mapping[str, Any]) -> bool:
    """Tell whether the columns repeat the body, wherever the body has a plain value of theirs."""
    try:
        body = json.loads(row["body"])
    except ValueError:
        return False
    for name in body.keys() & row.keys():
        said, stored = body[name], row[name]
        if isinstance(stored, datetime) and isinstance(said, str):
            said = datetime.fromisoformat(said)
        if not isinstance(said, dict | list) and said != stored:
            return False
    return True
