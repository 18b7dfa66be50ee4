"""A batch of scans that a device decided alone, on its way into the ledger.

It holds the door's ledger from its first statement to its last. Each scan becomes a record with
the verdict that it settles to; where presence, which everybody reads from the ledger in its order,
would then differ from what has settled, one more record says so and names the scan.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
import sqlalchemy as sa

from eventapp.checkin.models import Admission, Rehearsal, Scan
from eventapp.checkin.queries import door
from eventapp.checkin.queries.books import OWN, REHEARSED, rehearsed, tally
from eventapp.checkin.queries.histories import (
    FIRST_OF,
    LET_IN,
    SESSION_OF,
    TOLD_INSIDE,
    WENT_OUT,
    Held,
    History,
    Seen,
    event_of,
    histories_of,
)
from eventapp.checkin.rules import (
    NAMELESS,
    AdmissionFacts,
    Direction,
    Method,
    Verdict,
    decide_admission,
    is_staffed,
)
from eventapp.checkin.rules.settling import Key, Reason, Settled, What, settle
from eventapp.checkin.service.conflicts import keep_conflicts
from eventapp.checkin.service.records import Answer, Knock, Told, release, told_scan
from eventapp.checkin.service.scans import Reading, look_up
from eventapp.core.errors import N_, Conflict, DomainError, NotFound
from eventapp.core.ledger import Head, move_head
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State

_scans: Any = Scan.__table__
_admissions: Any = Admission.__table__
_STORED = sa.select(
    _scans.c.id,
    _scans.c.scan_id,
    _scans.c.content,
    _scans.c.answer,
    _scans.c.shown,
    _scans.c.direction,
).where(
    _scans.c.device == sa.bindparam("device"),
    _scans.c.scan_id.in_(sa.bindparam("ids", expanding=True)),
)
_MEETING = sa.select(Meeting.id, Meeting.state, Meeting.zone).where(
    Meeting.scope_id == sa.bindparam("scope_id")
)
_REHEARSALS = sa.select(Rehearsal.started_at, Rehearsal.ended_at).where(
    Rehearsal.meeting_id == sa.bindparam("meeting_id")
)
_PRACTISED = sa.union(
    *(
        sa.select(table.c.scan_id).where(
            table.c.device == sa.bindparam("device"),
            table.c.scan_id.in_(sa.bindparam("ids", expanding=True)),
        )
        for table in (REHEARSED.scans, rehearsed)
    )
)
_HELD = sa.select(_admissions).where(
    _admissions.c.registration_id.in_(sa.bindparam("ids", expanding=True))
)
_ADD_SCANS = sa.insert(_scans).returning(_scans.c.id, _scans.c.seq, sort_by_parameter_order=True)


@dataclass(frozen=True, slots=True)
class Upload:
    """A scan as a device sends it later, with what it showed then."""

    gate_id: int
    scan_id: str
    text: str
    method: Method
    direction: Direction
    claimed_at: datetime
    shown: Verdict
    synced_at: datetime
    offset_ms: int


@dataclass(slots=True)
class Case:
    """One scan on its way through a batch."""

    upload: Upload
    at: datetime
    knock: Knock
    reading: Reading
    facts: AdmissionFacts | None = None
    holder: Any = None
    stored: Any = None
    same: "Case | None" = None
    verdict: Verdict | None = None
    answer: Answer | None = None
    reason: Reason | None = None
    error: DomainError | None = None


class Batch:
    """The scans of one device, kept under the ledger's head."""

    def __init__(
        self, connection: sa.Connection, scope_id: int, head: Head, device: str, *, ended: bool
    ) -> None:
        self.connection, self.scope_id, self.head = connection, scope_id, head
        self.device, self.ended = device, ended
        self.meeting = connection.execute(_MEETING, {"scope_id": scope_id}).one()
        self.meeting_id = self.meeting.id
        self.gates = {
            row.id: row for row in connection.execute(SESSION_OF, {"meeting_id": self.meeting_id})
        }
        self.first = connection.execute(FIRST_OF, {"meeting_id": self.meeting_id}).scalar() or 0
        self.places: dict[int, Any] = {}
        self.rows: list[dict[str, Any]] = []
        self.histories: dict[int, History] = {}
        self.moved: set[int] = set()

    def keep(self, cases: list[Case]) -> None:
        """Look everything up, decide one after the other, and write it all at the end."""
        fresh = self._leave_practice_out(
            self._fresh([case for case in cases if case.error is None])
        )
        for case in fresh:
            self._look_up(case)
        fresh = [case for case in fresh if case.error is None]
        ids = {case.holder.id for case in fresh if case.holder is not None}
        if ids:
            self.histories = histories_of(
                self.connection, self.scope_id, ids, self.gates, self.first
            )
        for case in fresh:
            self._decide(case)
        made = self._write(fresh)
        for case in cases:
            if case.same is not None:
                case.answer, case.reason = case.same.answer, case.same.reason
            elif case.stored is not None:
                case.answer = _stored_answer(case.stored)
                case.reason = _stored_reason(case.stored, case.answer, case.upload.shown)
        self._note_conflicts(cases, made)

    def _fresh(self, cases: list[Case]) -> list[Case]:
        """Give the scans that were never kept; the others get what is stored."""
        ids = [case.upload.scan_id for case in cases]
        rows = self.connection.execute(_STORED, {"device": self.device, "ids": ids})
        stored = {row.scan_id: row for row in rows}
        fresh: dict[str, Case] = {}
        for case in cases:
            scan_id = case.upload.scan_id
            row, same = stored.get(scan_id), fresh.get(scan_id)
            content = row.content if row else same.knock.content if same else case.knock.content
            if content != case.knock.content:
                case.error = Conflict(
                    "scan_differs", N_("这个编号已经用于另一次扫码，请再扫一次。")
                )
            elif row is not None:
                case.stored = row
            elif same is not None:
                case.same = same
            else:
                fresh[scan_id] = case
        return list(fresh.values())

    def _leave_practice_out(self, fresh: list[Case]) -> list[Case]:
        """Keep of what was scanned in a rehearsal the numbers alone; give what is to be decided."""
        spans = self.connection.execute(_REHEARSALS, {"meeting_id": self.meeting_id}).all()
        if not spans or not fresh:
            return fresh
        asked = {"device": self.device, "ids": [case.upload.scan_id for case in fresh]}
        noted = set(self.connection.execute(_PRACTISED, asked).scalars())
        practised = [
            case
            for case in fresh
            if case.upload.scan_id in noted or any(self._covers(span, case.at) for span in spans)
        ]
        if not practised:
            return fresh
        counts = tally(self.connection, OWN, self.meeting_id)
        for case in practised:
            at = min(case.at, case.knock.received_at)
            said = self._answer(case, case.upload.shown, at)
            case.answer = {**said, **counts, "rehearsal": True, "person": None}
        new = [case.upload.scan_id for case in practised if case.upload.scan_id not in noted]
        if new:
            rows = [{"device": self.device, "scan_id": scan_id} for scan_id in new]
            self.connection.execute(sa.insert(rehearsed), rows)
        return [case for case in fresh if case.answer is None]

    def _covers(self, span: Any, at: datetime) -> bool:
        if span.ended_at is None and self.meeting.state is State.IN_SESSION:
            return False  # it rests
        return span.started_at <= at and (span.ended_at is None or at < span.ended_at)

    def _look_up(self, case: Case) -> None:
        gate_id = case.upload.gate_id
        if gate_id not in self.gates:
            case.error = NotFound("gate_unknown", N_("没有找到这个入口。"))
            return
        if gate_id not in self.places:
            asked = {"scope_id": self.scope_id, "gate_id": gate_id, "device": "", "scan_id": ""}
            self.places[gate_id] = self.connection.execute(OWN.knock, asked).one()
        place = self.places[gate_id]
        case.facts, case.holder = look_up(self.connection, case.knock, case.reading, OWN, place)

    def _decide(self, case: Case) -> None:
        """Give a scan the verdict that it settles to, and say at once what follows from it."""
        upload, key = case.upload, (case.knock.device, case.knock.scan_id)
        scanned_at = min(case.at, case.knock.received_at)
        verdict = self._rule(case, scanned_at)
        history = self.histories.get(case.holder.id) if case.holder is not None else None
        settled, moves = Settled(), False
        if history is not None:
            gate = self.gates[upload.gate_id]
            event = event_of(_Row(case, verdict), gate.session_id, history.events)
            history.seen[key] = Seen(0, gate.id, gate.name, scanned_at, upload.method)
            if event is not None:
                history.events.append(event)
                settled, moves = settle(history.events), True
                verdict = _settled_verdict(upload.direction, key, settled)
                if key in settled.conflicts:
                    case.reason = Reason.DOUBLE_ENTRY
        case.verdict = verdict
        case.answer = self._answer(case, verdict, scanned_at)
        case.answer["conflict"] = case.reason
        if history is not None and key in settled.conflicts:
            first = history.seen[settled.conflicts[key]]
            case.answer["first"] = {"gate": first.gate, "at": first.at.isoformat()}
        told = Told(scanned_at, upload.shown, upload.synced_at, upload.offset_ms)
        self._add(told_scan(case.knock, self.head, verdict, case.answer, told))
        if history is not None and moves:
            self.moved.add(history.registration_id)
            self._follow(case, history, settled)

    def _rule(self, case: Case, scanned_at: datetime) -> Verdict:
        """Tell what the rules say to a scan of its time, who is inside and how many left aside."""
        shown, direction = case.upload.shown, case.upload.direction
        passed = WENT_OUT if direction is Direction.EXIT else LET_IN
        if shown not in passed:
            return shown  # it was refused there, and whoever was refused did not pass
        facts = replace(
            case.facts or AdmissionFacts(scanned_at, known=False), scanned_at=scanned_at
        )
        # Whoever stood there is in: neither room nor single entry is asked for afterwards.
        bare = replace(facts, inside=None, places_left=None, left_for_good=False)
        said = decide_admission(bare)
        bears = WENT_OUT if direction is Direction.EXIT else TOLD_INSIDE
        if self.ended:
            case.reason = Reason.REVOKED_DEVICE
            return said if said not in bears else Verdict.GATE_CLOSED
        if said not in bears:
            case.reason = Reason.REFUSED
        return said

    def _answer(self, case: Case, verdict: Verdict, at: datetime) -> Answer:
        return {
            "verdict": verdict,
            "registration_id": case.holder.id if case.holder is not None else None,
            "gate_id": case.knock.gate_id,
            "at": at.astimezone(UTC).isoformat(),
            "zone": self.meeting.zone,
            "first": None,
        }

    def _follow(self, case: Case, history: History, settled: Settled) -> None:
        """Add what the ledger must still say, so that walking it gives what has settled."""
        walked = self._walked(case, history)
        stays = {} if settled.inside is None else {settled.inside.session_id: settled.inside}
        about = (case.knock.device, case.knock.scan_id)
        for ended in sorted(walked.keys() - stays.keys()):
            self._say(case, history, about, Verdict.LEFT, ended)
        history.inside = {}
        for held, event in stays.items():
            seen = history.seen[event.key]
            confirmed = walked.get(held, history.sees(event.staffed, seen.at))
            if held not in walked:
                self._say(case, history, event.key, Verdict.ADMITTED, held)
            if settled.confirmed and not confirmed:
                self._say(case, history, about, Verdict.CONFIRMED, held)
                confirmed = True
            history.inside[held] = Held(seen.gate_id, event.device, seen.method, confirmed, seen.at)

    def _walked(self, case: Case, history: History) -> dict[int, bool]:
        """Tell where the ledger has somebody with this scan, and whether they count there."""
        walked = {session_id: held.confirmed for session_id, held in history.inside.items()}
        session_id = self.gates[case.upload.gate_id].session_id
        at = min(case.at, case.knock.received_at)
        seen = history.sees(is_staffed(case.upload.method), at) or walked.get(session_id, False)
        if case.verdict is Verdict.LEFT:
            walked.pop(session_id, None)
        elif case.verdict is Verdict.ADMITTED:
            return {session_id: seen}  # and out of any other
        elif case.verdict is Verdict.CONFIRMED and session_id in walked:
            walked[session_id] = seen
        return walked

    def _say(
        self, case: Case, history: History, about: Key, verdict: Verdict, session_id: int
    ) -> None:
        seen = history.seen[about]
        gate_id = seen.gate_id
        if gate_id is not None and self.gates[gate_id].session_id != session_id:
            gate_id = next(one.id for one in self.gates.values() if one.session_id == session_id)
        at = case.knock.received_at
        by_name = verdict is Verdict.CONFIRMED or seen.method is Method.ROLL_CALL
        knock = replace(
            case.knock,
            gate_id=gate_id,
            scan_id=f"settles-{uuid4().hex}",
            device=about[0],
            method=Method.MANUAL if by_name else seen.method,
            direction=Direction.EXIT if verdict is Verdict.LEFT else Direction.ENTRY,
            claimed_at=at,
            content="",
        )
        answer = self._answer(case, verdict, at) | {"gate_id": gate_id}
        since = seen.at if verdict is Verdict.ADMITTED else None
        self._add(told_scan(knock, self.head, verdict, answer, settles=about[1], settled_at=since))

    def _add(self, made: tuple[dict[str, Any], Head]) -> None:
        row, self.head = made
        self.rows.append(row)

    def _write(self, fresh: list[Case]) -> dict[Key, int]:
        """Write claims, records and head; tell the numbers of the new rows."""
        if not self.rows:
            return {}
        self._move_people()
        counts = tally(self.connection, OWN, self.meeting_id)
        for row in self.rows:
            row["answer"] = orjson.dumps({**orjson.loads(row["answer"]), **counts}).decode()
        for case in fresh:
            person = _person(case.verdict, case.holder)
            case.answer = {**(case.answer or {}), **counts, "person": person}
        ids = {row.seq: row.id for row in self.connection.execute(_ADD_SCANS, self.rows)}
        move_head(self.scope_id, Scan.ledger, self.head)
        return {(row["device"], row["scan_id"]): ids[row["seq"]] for row in self.rows}

    def _move_people(self) -> None:
        """Let the claims say what has settled."""
        wanted = {
            (registration_id, session_id): stay
            for registration_id in self.moved
            for session_id, stay in self.histories[registration_id].inside.items()
        }
        rows = self.connection.execute(_HELD, {"ids": list(self.moved)})
        held = {
            (row.registration_id, row.session_id): Held(
                row.gate_id, row.device, row.method, row.confirmed, row.admitted_at
            )
            for row in rows
        }
        for key, stay in held.items():
            if wanted.get(key) != stay:
                release(self.connection, OWN, *key)
        new = [
            {
                "meeting_id": self.meeting_id,
                "registration_id": registration_id,
                "session_id": session_id,
                **stay._asdict(),
            }
            for (registration_id, session_id), stay in wanted.items()
            if held.get((registration_id, session_id)) != stay
        ]
        if new:
            self.connection.execute(sa.insert(_admissions), new)

    def _note_conflicts(self, cases: list[Case], made: dict[Key, int]) -> None:
        """Open what does not fit, and close what later scans have explained."""
        opened: dict[int, tuple[Reason, int | None]] = {}
        explained: set[int] = set()
        for registration_id in self.moved:
            history = self.histories[registration_id]
            settled = settle(history.events)
            rows = {key: seen.row_id or made[key] for key, seen in history.seen.items()}
            for event in history.events:
                if event.what is not What.UPLOADED:
                    continue
                if event.key in settled.conflicts:
                    other = rows[settled.conflicts[event.key]]
                    opened[rows[event.key]] = (Reason.DOUBLE_ENTRY, other)
                else:
                    explained.add(rows[event.key])
        for case in cases:
            if case.reason in {Reason.REFUSED, Reason.REVOKED_DEVICE} or (
                case.stored is not None and case.stored.shown is None and case.reason is not None
            ):
                key = (case.knock.device, case.knock.scan_id)
                row_id = case.stored.id if case.stored is not None else made.get(key)
                if row_id is not None and case.reason is not None:
                    opened.setdefault(row_id, (case.reason, None))
        keep_conflicts(self.connection, self.meeting_id, opened, explained)


class _Row:
    """A scan that is about to be kept, in the shape of its row."""

    def __init__(self, case: Case, verdict: Verdict) -> None:
        self.device, self.scan_id = case.knock.device, case.knock.scan_id
        self.direction, self.verdict = case.upload.direction, verdict
        self.method = case.upload.method
        self.shown, self.offset_ms = case.upload.shown, case.upload.offset_ms
        self.claimed_at, self.synced_at = case.upload.claimed_at, case.upload.synced_at
        self.received_at = case.knock.received_at


def _settled_verdict(direction: Direction, key: Key, settled: Settled) -> Verdict:
    if direction is Direction.EXIT:
        return Verdict.LEFT if key in settled.ended else Verdict.NOT_INSIDE
    if key in settled.admitted:
        return Verdict.ADMITTED
    return Verdict.CONFIRMED if key in settled.seen else Verdict.ALREADY_INSIDE


def _stored_answer(stored: Any) -> Answer:
    answer = orjson.loads(stored.answer)
    person = door.scanned_person(answer["registration_id"], Verdict(answer["verdict"]))
    return {**answer, "person": person}


def _stored_reason(stored: Any, answer: Answer, shown: Verdict) -> Reason | None:
    """Tell the conflict of a scan that was kept before; one that was asked live may be in one too:

    it let somebody in whom the server, heard too late, refused.
    """
    if stored.shown is not None:
        return Reason(answer["conflict"]) if answer.get("conflict") else None
    if shown not in LET_IN or answer["verdict"] in _WELL:
        return None
    inside = answer["verdict"] == Verdict.ALREADY_INSIDE
    return Reason.DOUBLE_ENTRY if inside else Reason.REFUSED


_WELL = LET_IN | {Verdict.SAME_SCAN_REPEAT}


def _person(verdict: Verdict | None, holder: Any) -> dict[str, str] | None:
    return None if holder is None or verdict in NAMELESS else door.person_of(holder)
