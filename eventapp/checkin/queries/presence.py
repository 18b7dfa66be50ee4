"""Who is inside, by the ledger of scans up to a stated head."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventapp.checkin.models import Admission, DoorSession, Scan
from eventapp.checkin.queries.books import FIRST, OWN, move_of, moves_of, scans
from eventapp.checkin.rules import Hall, Method, hall_after
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.core.ledger import GENESIS, Head, head_of
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Mandate, Registration

_MOVES = moves_of(OWN).where(
    scans.c.scope_id == sa.bindparam("scope_id"), scans.c.seq <= sa.bindparam("seq")
)
_FIRST = sa.select(DoorSession.id).where(
    DoorSession.meeting_id == sa.bindparam("meeting_id"), DoorSession.ordinal == FIRST
)
_SCOPE = sa.select(Meeting.scope_id).where(Meeting.id == sa.bindparam("meeting_id"))


@dataclass(frozen=True, slots=True)
class Presence:
    """The registrations inside the session where ballots are held, and the head that says so.

    `confirmed` are those of them whom a staffed gate or a roll-call saw; `came` are all that were
    let in at some time up to that head, into whichever session.
    """

    head_seq: int
    head_hash: str
    session_id: int
    inside: frozenset[int]
    confirmed: frozenset[int]
    came: frozenset[int]


@dataclass(frozen=True, slots=True)
class ProxyInside:
    """A proxy whose bearer is inside: the unit that gave it, the bearer's own unit, the bearer."""

    principal: int
    holder: int | None
    person_id: int


@dataclass(frozen=True, slots=True)
class UnitPresence:
    """The units with somebody inside who speaks for them, up to a head of the ledger.

    `units` are there in person; `proxies` are all those carried by somebody inside, also of
    units that have since come themselves. Only who is confirmed speaks; `waiting` are the units
    whose people are inside and still have to be seen by a staffed gate or a roll-call.
    """

    head_seq: int
    head_hash: str
    units: frozenset[int]
    proxies: tuple[ProxyInside, ...]
    waiting: frozenset[int] = frozenset()

    @property
    def by_proxy(self) -> frozenset[int]:
        """The units that are represented by others alone."""
        return frozenset(proxy.principal for proxy in self.proxies) - self.units


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many units a decision needs in the hall, and which are there; voting tells it.

    `number` and `title` are those of the motion, 0 and empty where no ballot is prepared;
    `units` are who may vote, (id, name) in the order of protocol; `present` counts as the rule
    says; `waiting` are those whose people are inside, not yet confirmed.
    """

    number: int
    title: str
    rule: str
    units: tuple[tuple[int, str], ...]
    in_person: frozenset[int]
    by_proxy: frozenset[int]
    present: int
    needed: int
    waiting: frozenset[int] = frozenset()

    @property
    def lacking(self) -> int:
        """How many more units have to come."""
        return max(0, self.needed - self.present)

    @property
    def missing(self) -> tuple[tuple[int, str], ...]:
        """The units that may vote and have nobody here who speaks for them."""
        here = self.in_person | self.by_proxy
        return tuple(unit for unit in self.units if unit[0] not in here)


def scope_of(meeting_id: int) -> int:
    """Tell the scope of a meeting, whose ledger the door writes; raises NotFound."""
    scope_id = db.session.scalar(_SCOPE, {"meeting_id": meeting_id})
    if scope_id is None:
        raise NotFound("meeting_unknown", N_("没有找到这场会议。"))
    return scope_id


def _head_at(scope_id: int, seq: int) -> Head:
    if seq == 0:
        return Head(0, GENESIS)
    found = db.session.scalar(
        sa.select(Scan.hash).where(Scan.scope_id == scope_id, Scan.seq == seq)
    )
    if found is None:
        raise NotFound("head_unknown", N_("没有找到这条入场记录。"))
    return Head(seq, found)


def presence_of(meeting_id: int, *, until_seq: int | None = None) -> Presence:
    """Tell who is inside, where ballots are held, up to a head of the ledger, else the present one.

    Later scans never change what an earlier head said.
    """
    scope_id = scope_of(meeting_id)
    head = head_of(scope_id, Scan.ledger) if until_seq is None else _head_at(scope_id, until_seq)
    hall = hall_at(scope_id, head.seq)
    first = db.session.scalar(_FIRST, {"meeting_id": meeting_id}) or 0
    inside, confirmed = hall.inside(first), hall.confirmed(first)
    return Presence(head.seq, head.hash, first, inside, confirmed, hall.came)


def hall_at(scope_id: int, seq: int) -> Hall:
    """Tell where everybody is by the records of a ledger up to a number."""
    rows = db.session.execute(_MOVES, {"scope_id": scope_id, "seq": seq})
    return hall_after(move_of(row) for row in rows)


def units_inside(meeting_id: int, *, until_seq: int | None = None) -> UnitPresence:
    """Tell which units are there, in person or by proxy, up to a head of the ledger."""
    presence = presence_of(meeting_id, until_seq=until_seq)
    registered = db.session.execute(
        sa.select(Registration.id, Registration.person_id, Registration.organisation_id).where(
            Registration.meeting_id == meeting_id
        )
    ).all()
    unit_of = {
        row.person_id: row.organisation_id for row in registered if row.id in presence.confirmed
    }
    inside = {row.person_id for row in registered if row.id in presence.inside}
    mandates = db.session.execute(
        sa.select(Mandate.organisation_id, Mandate.person_id, Mandate.proxy)
        .where(Mandate.meeting_id == meeting_id, Mandate.revoked_at.is_(None))
        .order_by(Mandate.id)
    ).all()
    carried = [row for row in mandates if row.person_id in unit_of]
    spoken_for = {row.organisation_id for row in carried}
    return UnitPresence(
        presence.head_seq,
        presence.head_hash,
        frozenset(row.organisation_id for row in carried if not row.proxy),
        tuple(
            ProxyInside(row.organisation_id, unit_of[row.person_id], row.person_id)
            for row in carried
            if row.proxy
        ),
        frozenset(row.organisation_id for row in mandates if row.person_id in inside) - spoken_for,
    )


def came_in(meeting_id: int) -> frozenset[int]:
    """Tell which registrations were let in at some time; what was undone never was."""
    return presence_of(meeting_id).came


@dataclass(frozen=True, slots=True)
class CalledRoll:
    """A roll-call that counts: its record in the door's ledger, and when it was confirmed."""

    seq: int
    at: datetime


def roll_call_of(meeting_id: int, *, until_seq: int | None = None) -> CalledRoll | None:
    """Find the newest confirmed roll-call up to a head of the ledger; None without one."""
    query = (
        sa.select(Scan.seq, Scan.received_at)
        .join(Meeting, Meeting.scope_id == Scan.scope_id)
        .where(Meeting.id == meeting_id, Scan.method == Method.ROLL_CALL)
        .order_by(Scan.seq.desc())
        .limit(1)
    )
    if until_seq is not None:
        query = query.where(Scan.seq <= until_seq)
    row = db.session.execute(query).first()
    return CalledRoll(row.seq, row.received_at) if row else None


_WAITS = (
    sa.select(sa.literal(1))
    .select_from(Admission)
    .join(Registration, Registration.id == Admission.registration_id)
    .join(
        Mandate,
        sa.and_(
            Mandate.meeting_id == Registration.meeting_id,
            Mandate.person_id == Registration.person_id,
            Mandate.revoked_at.is_(None),
        ),
    )
    .where(
        Admission.registration_id == sa.bindparam("registration_id"),
        Admission.confirmed.is_(False),
    )
    .limit(1)
)


def waits_to_speak(registration_id: int | None) -> bool:
    """Tell whether somebody speaks for a unit, is inside, and has not been seen by anybody."""
    return db.session.scalar(_WAITS, {"registration_id": registration_id}) is not None


def inside_now(meeting_id: int) -> frozenset[int]:
    """Tell the registrations inside any session now, by the claims rather than the ledger."""
    return frozenset(
        db.session.scalars(
            sa.select(Admission.registration_id).where(Admission.meeting_id == meeting_id)
        )
    )
