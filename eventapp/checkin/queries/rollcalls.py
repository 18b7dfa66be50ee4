"""Roll-calls as pages show them: the units in their order, and who may answer for each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eventapp.accounts.models import User
from eventapp.checkin.models import Admission, RollCall, RollCallLine
from eventapp.checkin.rules.rollcalls import CallState
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.registration.models import Registration
from eventapp.registration.queries import MandateRow, leaves_of, mandates_of


@dataclass(frozen=True, slots=True)
class Answerer:
    """Somebody who may answer for a unit; `inside` by a staffed gate or an earlier roll-call."""

    registration_id: int
    name: str
    titles: str
    proxy: bool
    inside: bool


@dataclass(frozen=True, slots=True)
class CallLine:
    """A unit that is called; `present` None until it was."""

    organisation_id: int
    name: str
    ordinal: int
    present: bool | None
    registration_id: int | None
    answerers: tuple[Answerer, ...]
    excused: bool

    @property
    def answered_by(self) -> Answerer | None:
        """Who answered, as far as they may still speak for the unit."""
        found = (one for one in self.answerers if one.registration_id == self.registration_id)
        return next(found, None)


@dataclass(frozen=True, slots=True)
class CallRow:
    """A roll-call in the list of a meeting's."""

    id: int
    state: CallState
    opened_at: datetime
    called_by: int | None
    called_by_name: str
    called_at: datetime | None
    confirmed_by_name: str
    confirmed_at: datetime | None
    seq: int | None
    present: int
    absent: int


@dataclass(frozen=True, slots=True)
class Roll:
    """A roll-call with its lines."""

    call: CallRow
    lines: tuple[CallLine, ...]

    @property
    def next(self) -> CallLine | None:
        """The first unit that has not been called."""
        return next((line for line in self.lines if line.present is None), None)

    @property
    def present(self) -> tuple[CallLine, ...]:
        """The units for which somebody answered."""
        return tuple(line for line in self.lines if line.present)

    @property
    def absent(self) -> tuple[CallLine, ...]:
        """The units that were called in vain."""
        return tuple(line for line in self.lines if line.present is False)


_caller, _second = aliased(User, name="caller"), aliased(User, name="second")


def _lines(which: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    mine = sa.select(sa.func.count()).where(RollCallLine.roll_call_id == RollCall.id, which)
    return mine.scalar_subquery()


_CALLS = (
    sa.select(
        RollCall.id,
        RollCall.state,
        RollCall.opened_at,
        RollCall.called_by,
        sa.func.coalesce(_caller.name, ""),
        RollCall.called_at,
        sa.func.coalesce(_second.name, ""),
        RollCall.confirmed_at,
        RollCall.seq,
        _lines(RollCallLine.present.is_(True)),
        _lines(RollCallLine.present.is_(False)),
    )
    .outerjoin(_caller, _caller.id == RollCall.called_by)
    .outerjoin(_second, _second.id == RollCall.confirmed_by)
    .where(RollCall.meeting_id == sa.bindparam("meeting_id"))
    .order_by(RollCall.id.desc())
)


def roll_calls_of(meeting_id: int) -> list[CallRow]:
    """List the roll-calls of a meeting, newest first."""
    return [CallRow(*row) for row in db.session.execute(_CALLS, {"meeting_id": meeting_id})]


def roll_in(meeting_id: int, roll_call_id: int) -> Roll:
    """Find a roll-call of this meeting with its units; raises NotFound."""
    row = db.session.execute(
        _CALLS.where(RollCall.id == roll_call_id), {"meeting_id": meeting_id}
    ).first()
    if row is None:
        raise NotFound("roll_call_unknown", N_("没有找到这次点名。"))
    speakers = speakers_of(meeting_id)
    inside = set(
        db.session.scalars(
            sa.select(Admission.registration_id).where(
                Admission.meeting_id == meeting_id, Admission.confirmed
            )
        )
    )
    excused = {leave.organisation_id for leave in leaves_of(meeting_id) if not leave.person_id}
    lines = db.session.scalars(
        sa.select(RollCallLine)
        .where(RollCallLine.roll_call_id == roll_call_id)
        .order_by(RollCallLine.ordinal)
    )
    return Roll(
        CallRow(*row),
        tuple(
            CallLine(
                line.organisation_id,
                line.name,
                line.ordinal,
                line.present,
                line.registration_id,
                _answerers(speakers.get(line.organisation_id, ()), inside),
                line.organisation_id in excused,
            )
            for line in lines
        ),
    )


def speakers_of(meeting_id: int) -> dict[int, list[MandateRow]]:
    """Group the mandates in force by unit, of people who are registered and approved here."""
    found: dict[int, list[MandateRow]] = {}
    for mandate in mandates_of(meeting_id):
        if mandate.registration_id is not None:
            found.setdefault(mandate.organisation_id, []).append(mandate)
    return found


def _answerers(mandates: Collection[MandateRow], inside: set[int]) -> tuple[Answerer, ...]:
    """Put who is inside first, then a unit's own people before proxies."""
    people = [
        Answerer(
            one.registration_id, one.name, one.titles, one.proxy, one.registration_id in inside
        )
        for one in mandates
        if one.registration_id is not None
    ]
    return tuple(sorted(people, key=lambda one: (not one.inside, one.proxy)))


def answers_of_person(meeting_id: int, person_id: int) -> list[datetime]:
    """List when somebody answered at confirmed roll-calls of a meeting."""
    query = (
        sa.select(RollCall.confirmed_at)
        .join(RollCallLine, RollCallLine.roll_call_id == RollCall.id)
        .join(Registration, Registration.id == RollCallLine.registration_id)
        .where(
            RollCall.meeting_id == meeting_id,
            RollCall.state == CallState.CONFIRMED,
            Registration.person_id == person_id,
        )
        .group_by(RollCall.id, RollCall.confirmed_at)
        .order_by(RollCall.id)
    )
    return [at for at in db.session.scalars(query) if at is not None]
