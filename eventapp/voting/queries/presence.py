"""Who is here now, as the door's ledger and the mandates tell it."""

from dataclasses import dataclass

import sqlalchemy as sa

from eventapp.checkin.queries import units_inside
from eventapp.core.db import db
from eventapp.voting.models import Attendance as AttendanceRow
from eventapp.voting.rules import Attendance, Snapshot, attendance_of


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
