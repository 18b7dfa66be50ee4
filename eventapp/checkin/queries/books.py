"""What a scan is decided on. A queue waits for each of these statements: they are built once.

A door writes in one of two books, the meeting's own and that of a rehearsal. They are tables of
the same shape, so that nothing which counts the one can ever see the other.
"""

import json
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from eventapp.alliance.models import Organisation, Person
from eventapp.checkin.models import (
    Admission,
    DoorSession,
    DoorSignature,
    Gate,
    Rehearsal,
    RehearsalAdmission,
    RehearsalScan,
    RehearsedScan,
    Scan,
)
from eventapp.checkin.rules import MOVING, UNDO, Method, Move, Verdict, is_staffed
from eventapp.core.db import Base
from eventapp.core.ledger import AuditEntry, LedgerHead
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Pass, Registration
from eventapp.registration.rules import State

_bind = sa.bindparam


def table_of(model: type[Base]) -> Any:
    """Give a model's table: its columns skip the mapper, which a queue would wait for."""
    return model.__table__


meetings, gates, sessions = table_of(Meeting), table_of(Gate), table_of(DoorSession)
scans, admissions, heads = table_of(Scan), table_of(Admission), table_of(LedgerHead)
registrations, passes = table_of(Registration), table_of(Pass)
people, organisations = table_of(Person), table_of(Organisation)
rehearsals, rehearsed = table_of(Rehearsal), table_of(RehearsedScan)
signatures = table_of(DoorSignature)
_audited = heads.alias("audited")

FIRST = 1
"""The ordinal of the session in which ballots are held; every meeting with a gate has it."""

UNIT = sa.func.coalesce(organisations.c.name, registrations.c.unit_text).label("unit")
PERSON = (
    people.c.name,
    people.c.titles,
    UNIT,
    registrations.c.category,
    registrations.c.place,
)
RUNNING = sa.and_(
    rehearsals.c.meeting_id == meetings.c.id,
    rehearsals.c.ended_at.is_(None),
    meetings.c.state != "in_session",
)
"""A rehearsal goes on until it is ended, and rests while its meeting is in session."""

EXPECTED = (
    sa.select(sa.func.count())
    .select_from(registrations)
    .where(
        registrations.c.meeting_id == _bind("meeting_id"),
        registrations.c.state == State.APPROVED,
    )
)


@dataclass(frozen=True, slots=True)
class Book:
    """The tables that a door writes in, and what it asks them at each scan.

    `knock` gives all that does not depend on who stands there, and the stored answer where the
    scan is a repeat; it holds the ledger's head. `by_registration`, `by_code`, `found` and `here`
    give somebody with where they are and the counts, each read after the head is held.
    `been_inside` counts how often somebody was let into a session and not taken back. `claim`
    lets somebody in, `release` lets them go, `confirm` says that somebody saw them.
    """

    scan: type[Scan] | type[RehearsalScan]
    scans: Any
    admissions: Any
    knock: Any
    by_registration: Any
    by_code: Any
    found: Any
    here: Any
    tally: Any
    been_inside: Any
    claim: Any
    release: Any
    confirm: Any


def _knock(scan: Any) -> Any:
    # FOR UPDATE OF the head: scans of a meeting queue here, so that none is decided twice at once.
    written = table_of(scan)
    return (
        sa.select(
            meetings.c.id.label("meeting_id"),
            meetings.c.state.label("meeting_state"),
            meetings.c.zone,
            gates.c.name.label("gate"),
            gates.c.categories,
            gates.c.opens_at,
            gates.c.closes_at,
            gates.c.way,
            sessions.c.id.label("session_id"),
            sessions.c.capacity,
            sessions.c.reentry,
            sessions.c.signs,
            heads.c.seq,
            heads.c.hash,
            _audited.c.hash.label("audited"),
            rehearsals.c.id.label("rehearsal"),
            rehearsed.c.scan_id.label("rehearsed"),
            written.c.content,
            written.c.answer,
        )
        .select_from(
            meetings.join(
                heads, sa.and_(heads.c.scope_id == meetings.c.scope_id, heads.c.name == scan.ledger)
            )
            .join(_audited, _of_audit(_audited))
            .outerjoin(
                gates, sa.and_(gates.c.meeting_id == meetings.c.id, gates.c.id == _bind("gate_id"))
            )
            .outerjoin(sessions, sessions.c.id == gates.c.session_id)
            .outerjoin(rehearsals, RUNNING)
            .outerjoin(rehearsed, _same_scan(rehearsed))
            .outerjoin(written, _same_scan(written))
        )
        .where(meetings.c.scope_id == _bind("scope_id"))
        .with_for_update(of=heads)
    )


def _of_audit(audited: Any) -> Any:
    return sa.and_(audited.c.scope_id == meetings.c.scope_id, audited.c.name == AuditEntry.ledger)


def _same_scan(table: Any) -> Any:
    return sa.and_(table.c.device == _bind("device"), table.c.scan_id == _bind("scan_id"))


def _counts(claims: Any) -> tuple[Any, Any]:
    """Say how many are inside the session that is asked for, and in the whole meeting."""
    if claims is admissions:  # triggers count them
        taken = sa.select(sessions.c.inside).where(sessions.c.id == _bind("session_id"))
        arrived = sa.select(sa.func.coalesce(sa.func.sum(sessions.c.inside), 0)).where(
            sessions.c.meeting_id == _bind("meeting_id")
        )
    else:
        count = sa.select(sa.func.count()).select_from(claims)
        taken = count.where(claims.c.session_id == _bind("session_id"))
        arrived = count.where(claims.c.meeting_id == _bind("meeting_id"))
    return taken.scalar_subquery().label("taken"), arrived.scalar_subquery().label("arrived")


def _holder(claims: Any, *, with_pass: bool = True) -> Any:
    """Build the look at somebody: who they are, where they are, how many are there already.

    FOR SHARE: a cancellation or a new pass that is being written is waited for, then seen.
    """
    peer, beside = registrations.alias("peer"), claims.alias("beside")
    of_unit = (
        sa.select(sa.func.count())
        .where(
            peer.c.meeting_id == registrations.c.meeting_id,
            peer.c.organisation_id == registrations.c.organisation_id,
        )
        .correlate(registrations)
    )
    unit_arrived = of_unit.select_from(peer.join(beside, beside.c.registration_id == peer.c.id))
    unit_total = of_unit.select_from(
        peer.outerjoin(beside, beside.c.registration_id == peer.c.id)
    ).where(sa.or_(peer.c.state == State.APPROVED, beside.c.id.is_not(None)))
    entered = gates.alias("entered")
    who = registrations.join(people, people.c.id == registrations.c.person_id)
    if with_pass:
        who = who.join(passes, passes.c.registration_id == registrations.c.id)
    look = sa.select(
        registrations.c.id,
        registrations.c.meeting_id,
        registrations.c.person_id,
        registrations.c.state,
        passes.c.generation if with_pass else sa.null().label("generation"),
        claims.c.session_id.label("in_session"),
        claims.c.admitted_at,
        claims.c.device,
        claims.c.confirmed,
        sa.func.coalesce(entered.c.name, "").label("entered"),
        *_counts(claims),
        unit_arrived.scalar_subquery().label("unit_arrived"),
        unit_total.scalar_subquery().label("unit_total"),
        *PERSON,
    ).select_from(
        who.outerjoin(organisations, organisations.c.id == registrations.c.organisation_id)
        .outerjoin(claims, claims.c.registration_id == registrations.c.id)
        .outerjoin(entered, entered.c.id == claims.c.gate_id)
    )
    shared = [registrations, passes] if with_pass else [registrations]
    return look.with_for_update(read=True, of=shared)


def _book(scan: Any, admission: Any) -> Book:
    written, claims = table_of(scan), table_of(admission)
    by_pass, by_list = _holder(claims), _holder(claims, with_pass=False)
    somebody = registrations.c.id == _bind("registration_id")
    undone = written.c.scan_id.startswith(UNDO)
    return Book(
        scan,
        written,
        claims,
        knock=_knock(scan),
        by_registration=by_pass.where(somebody),
        by_code=by_pass.where(passes.c.code == _bind("code")),
        found=by_list.where(somebody),
        here=by_pass.where(
            registrations.c.meeting_id == _bind("meeting_id"),
            registrations.c.person_id == _bind("person_id"),
        )
        .order_by(
            registrations.c.state.in_((State.CANCELLED, State.REPLACED)), registrations.c.id.desc()
        )
        .limit(1),
        tally=sa.select(_counts(claims)[1], heads.c.hash.label("audited"))
        .select_from(meetings.join(heads, _of_audit(heads)))
        .where(meetings.c.id == _bind("meeting_id")),
        been_inside=sa.select(sa.func.coalesce(sa.func.sum(sa.case((undone, -1), else_=1)), 0))
        .select_from(written.join(gates, gates.c.id == written.c.gate_id))
        .where(
            written.c.registration_id == _bind("registration_id"),
            gates.c.session_id == _bind("session_id"),
            sa.or_(written.c.verdict == Verdict.ADMITTED, undone),
        ),
        claim=sa.insert(claims).values(
            {
                name: _bind(name)
                for name in (
                    "meeting_id",
                    "session_id",
                    "registration_id",
                    "gate_id",
                    "device",
                    "method",
                    "confirmed",
                    "admitted_at",
                )
            }
        ),
        release=sa.delete(claims).where(
            claims.c.registration_id == _bind("registration_id"),
            claims.c.session_id == _bind("session_id"),
        ),
        # Its names are not those of columns, which an UPDATE would set.
        confirm=sa.update(claims)
        .where(
            claims.c.registration_id == _bind("of_registration"),
            claims.c.session_id == _bind("in_session"),
        )
        .values(confirmed=True),
    )


OWN = _book(Scan, Admission)
REHEARSED = _book(RehearsalScan, RehearsalAdmission)
"""The meeting's own book, and that of its rehearsal."""

SIGNED_ALREADY = sa.select(sa.literal(1)).where(
    signatures.c.registration_id == _bind("registration_id")
)

_expected: WeakKeyDictionary[Engine, dict[int, tuple[str, int]]] = WeakKeyDictionary()


def expected_of(connection: Connection, meeting_id: int, audited: str) -> int:
    """Tell how many are expected; counted anew only after something was recorded.

    `audited` is the hash of the meeting's audit ledger, which every change of a registration
    moves: counting a hundred thousand for each scan would hold the queue up.
    """
    counted = _expected.setdefault(connection.engine, {})
    known = counted.get(meeting_id)
    if known is None or known[0] != audited:
        known = (audited, connection.execute(EXPECTED, {"meeting_id": meeting_id}).scalar_one())
        counted[meeting_id] = known
    return known[1]


def tally(connection: Connection, book: Book, meeting_id: int) -> dict[str, int]:
    """Count who is inside by a book, and who is expected."""
    row = connection.execute(book.tally, {"meeting_id": meeting_id}).one()
    return {
        "arrived": int(row.arrived),
        "expected": expected_of(connection, meeting_id, row.audited),
    }


_RUNNING = (
    sa.select(rehearsals.c.id)
    .select_from(meetings.join(rehearsals, RUNNING))
    .where(meetings.c.id == _bind("meeting_id"))
)


def book_of(connection: Connection, meeting_id: int) -> Book:
    """Tell in which book the doors of a meeting write now."""
    running = connection.execute(_RUNNING, {"meeting_id": meeting_id}).first()
    return OWN if running is None else REHEARSED


def moves_of(book: Book) -> Any:
    """Build the look at the records that moved people, in their order, for `move_of` to read.

    One without a gate, as a roll-call is, is about the session in which ballots are held.
    """
    written = book.scans
    first = (
        sa.select(sessions.c.id)
        .join(meetings, meetings.c.id == sessions.c.meeting_id)
        .where(meetings.c.scope_id == written.c.scope_id, sessions.c.ordinal == FIRST)
        .correlate(written)
        .scalar_subquery()
    )
    uploaded = written.c.scanned_at if book is OWN else sa.null()
    return (
        sa.select(
            written.c.seq,
            written.c.registration_id,
            written.c.verdict,
            written.c.method,
            written.c.scan_id,
            written.c.gate_id,
            written.c.device,
            written.c.received_at,
            sa.func.coalesce(uploaded, written.c.received_at).label("at"),
            sa.func.coalesce(gates.c.session_id, first).label("session_id"),
            sa.case((written.c.method == Method.ROLL_CALL, written.c.body)).label("called"),
        )
        .select_from(written.outerjoin(gates, gates.c.id == written.c.gate_id))
        .where(written.c.verdict.in_(MOVING))
        .order_by(written.c.seq)
    )


def move_of(row: Any) -> Move:
    """Read how a record moved somebody."""
    if row.called:
        return Move.of(json.loads(row.called), row.session_id, row.seq)
    undone = row.verdict is Verdict.LEFT and row.scan_id.startswith(UNDO)
    staffed = is_staffed(row.method)
    return Move(row.registration_id, row.verdict, row.session_id, undone, row.seq, staffed, row.at)
