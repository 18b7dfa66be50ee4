"""Who is here now, as the door's ledger and the mandates tell it."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from eventapp.checkin.queries import (
    CalledRoll,
    LateScan,
    late_scans,
    roll_call_of,
    units_inside,
)
from eventapp.core.db import db
from eventapp.voting.models import Attendance as AttendanceRow
from eventapp.voting.models import VotingRecord
from eventapp.voting.rules import Attendance, CountedAt, Rule, Snapshot, attendance_of


@dataclass(frozen=True, slots=True)
class Now:
    """The attendance up to a head of the door's ledger; who waits to be confirmed is not in it."""

    attendance: Attendance
    head_seq: int
    head_hash: str
    waiting: frozenset[int] = frozenset()

    def counted(self, electorate: frozenset[int]) -> Snapshot:
        """Count the units of an electorate that are here."""
        return Snapshot.take(electorate, self.attendance, self.head_seq, self.head_hash)


def attendance_now(meeting_id: int) -> Now:
    """Tell which units have somebody inside who speaks for them, and which proxies speak."""
    here = units_inside(meeting_id)
    carried = ((proxy.principal, proxy.person_id) for proxy in here.proxies)
    return Now(attendance_of(here.units, carried), here.head_seq, here.head_hash, here.waiting)


_COUNTS = (
    sa.select(VotingRecord.body)
    .where(
        VotingRecord.ballot_id == sa.bindparam("ballot_id"),
        VotingRecord.act.in_(("opened", "recount", "closed")),
    )
    .order_by(VotingRecord.seq.desc())
)


def roll_call_behind(meeting_id: int, ballot_id: int, rule: Rule) -> CalledRoll | None:
    """Find the roll-call that the count of presence of a ballot rests on, if on any.

    It is the newest up to the head of the door's ledger that the count names: the one at closing
    where the rule counts then and it is closed, else the last one of opening and recounts.
    """
    at_closing = rule.counted_at is CountedAt.CLOSING
    for body in db.session.scalars(_COUNTS, {"ballot_id": ballot_id}):
        said = json.loads(body)
        if at_closing or said["kind"] != "closed":
            return roll_call_of(meeting_id, until_seq=said["presence"]["door_seq"])
    return None


def late_for(scope_id: int, ballot_id: int) -> list[LateScan]:
    """List what devices uploaded after presence was last counted for a ballot: 补录.

    The count stays as it was; a ballot that was never opened has none.
    """
    bodies = db.session.scalars(
        sa.select(VotingRecord.body)
        .where(
            VotingRecord.scope_id == scope_id,
            VotingRecord.ballot_id == ballot_id,
            VotingRecord.act.in_(("opened", "recount", "closed")),
        )
        .order_by(VotingRecord.seq.desc())
        .limit(1)
    ).all()
    return [
        one
        for body in bodies
        for one in late_scans(scope_id, json.loads(body)["presence"]["door_seq"])
    ]


def counts_of_presence(ballot_ids: list[int]) -> dict[tuple[int, str], Snapshot]:
    """Read the counts of presence of these ballots, by ballot and moment."""
    found: dict[tuple[int, str], tuple[set[int], set[int]]] = {}
    rows = db.session.execute(
        sa.select(
            AttendanceRow.ballot_id,
            AttendanceRow.moment,
            AttendanceRow.organisation_id,
            AttendanceRow.by_proxy,
        ).where(AttendanceRow.ballot_id.in_(ballot_ids))
    )
    for ballot_id, moment, unit, by_proxy in rows:
        pair = found.setdefault((ballot_id, moment), (set(), set()))
        pair[by_proxy].add(unit)
    return {key: Snapshot(frozenset(here), frozenset(sent)) for key, (here, sent) in found.items()}
