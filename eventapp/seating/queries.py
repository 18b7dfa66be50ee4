"""Reads of seating: the plans of a meeting, one with everybody's place, and who may be placed."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from eventapp.alliance.models import Organisation, Person
from eventapp.alliance.queries import members_of, organisation_names
from eventapp.alliance.rules import Ordering
from eventapp.badges.rules import Named, order_people
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Pass, Registration
from eventapp.registration.rules import CATEGORY_LABEL, Category, State
from eventapp.seating.models import SeatingLine, SeatingPlan
from eventapp.seating.rules import (
    Kind,
    Place,
    Preset,
    Seated,
    Shape,
    Sitter,
    View,
    Whom,
    key_of,
    places_for,
    rows_seen,
    seat,
    whom,
)

ON_STAGE = frozenset({Category.LEADER, Category.GUEST})
"""Who is proposed for a podium or the photo; who signs is a matter of the agreement."""
IN_FRONT = (Category.LEADER, Category.GUEST)
"""Whose people without a unit are proposed before the units of an audience; others come after."""


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody who is approved for the meeting and has a pass."""

    registration_id: int
    name: str
    organisation_id: int | None
    unit: str
    titles: str
    category: Category

    @property
    def key(self) -> str:
        """The word by which a plan means this person."""
        return key_of(Whom.PERSON, self.registration_id)

    @property
    def group(self) -> str:
        """The word by which an audience means this person's unit, or category without one."""
        if self.organisation_id is None:
            return key_of(Whom.CATEGORY, self.category)
        return key_of(Whom.UNIT, self.organisation_id)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a plan: a person, a unit or a category, in rank, with the place that it has.

    `size` is how many people; 0 where nobody comes any more. `left` of them have no place.
    """

    key: str
    rank: int
    name: str
    unit: str
    titles: str
    size: int
    category: Category | None
    pin: int | None
    place: Place | None
    left: int = 0
    is_astray: bool = False

    @property
    def comes(self) -> bool:
        """Whether anybody of the line comes."""
        return self.size > 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan with its lines in rank and its places; `newcomers` come but are not in it."""

    id: int
    meeting_id: int
    kind: Kind
    preset: Preset
    title: str
    shape: Shape
    version: int
    steps: int
    lines: tuple[Line, ...]
    places: tuple[Place, ...]
    seated: Seated
    newcomers: tuple[Comer, ...]

    def line(self, key: str) -> Line:
        """Find a line by its word; raises NotFound."""
        for line in self.lines:
            if line.key == key:
                return line
        raise NotFound("line_unknown", N_("这份名单里没有这一位，可能刚被移出。"))

    def sitting(self, number: int) -> list[tuple[Line, int]]:
        """List who has a place, with how many people."""
        return [(self.line(key), count) for key, count in self.seated.at.get(number, ())]

    def rows(self, view: View) -> list[list[Place]]:
        """Lay the places out as one side sees them, from the top of a drawing."""
        return rows_seen(self.kind, self.places, view)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan in the list of a meeting's plans."""

    id: int
    kind: Kind
    preset: Preset
    title: str
    lines: int


def plans_of(meeting_id: int) -> list[PlanRow]:
    """List the plans of a meeting, podium first."""
    rows = db.session.execute(
        sa.select(
            SeatingPlan.id,
            SeatingPlan.kind,
            SeatingPlan.preset,
            SeatingPlan.title,
            sa.func.count(SeatingLine.id),
        )
        .outerjoin(SeatingLine, SeatingLine.plan_id == SeatingPlan.id)
        .where(SeatingPlan.meeting_id == meeting_id)
        .group_by(SeatingPlan.id)
    )
    order = list(Kind)
    return sorted((PlanRow(*row) for row in rows), key=lambda row: (order.index(row.kind), row.id))


def plan_row(meeting_id: int, plan_id: int) -> SeatingPlan:
    """Find a plan of this meeting; one elsewhere does not exist."""
    row = db.session.get(SeatingPlan, plan_id)
    if row is None or row.meeting_id != meeting_id:
        raise NotFound("plan_unknown", N_("没有找到这份座次，它可能已被删除。"))
    return row


def lines_of(plan_id: int) -> list[tuple[str, int | None]]:
    """List whom a plan means in rank, each with the place given by hand."""
    rows = db.session.scalars(
        sa.select(SeatingLine).where(SeatingLine.plan_id == plan_id).order_by(SeatingLine.ordinal)
    )
    return [(_key(row), row.place) for row in rows]


def _key(row: SeatingLine) -> str:
    if row.registration_id is not None:
        return key_of(Whom.PERSON, row.registration_id)
    if row.organisation_id is not None:
        return key_of(Whom.UNIT, row.organisation_id)
    return key_of(Whom.CATEGORY, row.category)


_PEOPLE = (
    sa.select(
        Registration.id,
        Person.name,
        Registration.organisation_id,
        sa.func.coalesce(Organisation.name, Registration.unit_text),
        Person.titles,
        Registration.category,
        Person.stroke_key,
        Person.pinyin_key,
    )
    .join(Person, Person.id == Registration.person_id)
    .outerjoin(Organisation, Organisation.id == Registration.organisation_id)
)
_COMING = _PEOPLE.join(Pass, Pass.registration_id == Registration.id).where(
    Registration.state == State.APPROVED
)


def comers_of(meeting: Meeting) -> list[Comer]:
    """List who comes by protocol: leaders, guests, delegates by their units' seats, all others."""
    members = members_of(meeting.alliance_id)
    places = {member.organisation_id: place for place, member in enumerate(members)}
    found: dict[int, Comer] = {}
    named: list[Named] = []
    for row in db.session.execute(_COMING.where(Registration.meeting_id == meeting.id)):
        one = Comer(*row[:6])
        found[one.registration_id] = one
        place = places.get(one.organisation_id or 0)
        named.append(
            Named(
                one.registration_id, one.category, place, one.unit, row.stroke_key, row.pinyin_key
            )
        )
    return [found[key] for key in order_people(named, Ordering.PROTOCOL)]


def proposed_for(meeting: Meeting, kind: Kind) -> list[str]:
    """Propose whom a plan places, in rank: leaders and guests, or the units of an audience.

    For a signing table nobody: the organiser names the host first, then the other parties.
    """
    if kind is Kind.SIGNING:
        return []
    comers = comers_of(meeting)
    if kind is not Kind.AUDIENCE:
        return [one.key for one in comers if one.category in ON_STAGE]
    sitting = _below(meeting.id, comers)
    units = [key_of(Whom.UNIT, one.organisation_id) for one in members_of(meeting.alliance_id)]
    rest = sorted({(one.unit, one.group) for one in sitting if one.organisation_id is not None})
    groups = {one.group for one in sitting}
    front = [key_of(Whom.CATEGORY, category) for category in IN_FRONT]
    back = [key_of(Whom.CATEGORY, one) for one in Category if one not in IN_FRONT]
    wanted = [*front, *units, *(group for _unit, group in rest), *back]
    return [key for key in dict.fromkeys(wanted) if key in groups]


def _below(meeting_id: int, comers: Iterable[Comer]) -> list[Comer]:
    """Choose who sits in the audience: staff do not, nor who sits on a podium of the meeting."""
    above = set(
        db.session.scalars(
            sa.select(SeatingLine.registration_id)
            .join(SeatingPlan, SeatingPlan.id == SeatingLine.plan_id)
            .where(SeatingPlan.meeting_id == meeting_id, SeatingPlan.kind == Kind.PODIUM)
        )
    )
    return [
        one
        for one in comers
        if one.category is not Category.STAFF and one.registration_id not in above
    ]


def plan_in(meeting: Meeting, plan_id: int) -> Plan:
    """Read a plan of a meeting with everybody's place, as things are now; raises NotFound."""
    row = plan_row(meeting.id, plan_id)
    shape = Shape(row.columns, row.rows, row.capacity)
    comers = comers_of(meeting)
    lines = _lines(row, lines_of(row.id), comers, meeting.id)
    sitters = sitters_of(lines)
    places = places_for(row.kind, row.preset, shape, len(sitters))
    seated = seat(sitters, len(places), shape.capacity)
    by_number = {place.number: place for place in places}
    here = {line.key for line in lines}
    return Plan(
        row.id,
        meeting.id,
        row.kind,
        row.preset,
        row.title,
        shape,
        row.version,
        len(row.past),
        tuple(
            replace(
                line,
                place=by_number.get(seated.place_of(line.key) or 0),
                left=seated.left.get(line.key, 0),
                is_astray=line.key in seated.astray,
            )
            for line in lines
        ),
        places,
        seated,
        tuple(_newcomers(row.kind, comers, here, meeting.id)),
    )


def sitters_of(lines: Iterable[Line]) -> list[Sitter]:
    """Choose who needs a place: whoever does not come any more keeps the rank but no place."""
    return [Sitter(line.key, line.size, line.pin) for line in lines if line.comes]


def _newcomers(
    kind: Kind, comers: Sequence[Comer], here: Collection[str], meeting_id: int
) -> list[Comer]:
    if kind is Kind.SIGNING:
        return []
    if kind is Kind.AUDIENCE:
        return [one for one in _below(meeting_id, comers) if one.group not in here]
    return [one for one in comers if one.category in ON_STAGE and one.key not in here]


def _lines(
    row: SeatingPlan,
    keys: Sequence[tuple[str, int | None]],
    comers: Sequence[Comer],
    meeting_id: int,
) -> list[Line]:
    if row.kind is Kind.AUDIENCE:
        return _group_lines(keys, Counter(one.group for one in _below(meeting_id, comers)))
    known = {one.key: one for one in comers}
    gone = {one.key: one for one in _gone([key for key, _pin in keys if key not in known])}
    found: list[Line] = []
    for rank, (key, pin) in enumerate(keys, start=1):
        one = known.get(key) or gone[key]
        size = int(key in known)
        found.append(Line(key, rank, one.name, one.unit, one.titles, size, one.category, pin, None))
    return found


def _gone(keys: Iterable[str]) -> list[Comer]:
    """Read whom lines mean that do not come any more."""
    ids = [int(whom(key)[1]) for key in keys]
    rows = db.session.execute(_PEOPLE.where(Registration.id.in_(ids))) if ids else ()
    return [Comer(*row[:6]) for row in rows]


def _group_lines(keys: Sequence[tuple[str, int | None]], sizes: Counter[str]) -> list[Line]:
    names = names_of_groups([key for key, _pin in keys])
    return [
        Line(key, rank, names[key], "", "", sizes[key], None, pin, None)
        for rank, (key, pin) in enumerate(keys, start=1)
    ]


def names_of_groups(keys: Iterable[str]) -> dict[str, str]:
    """Tell what units and categories are called, by the words that mean them, in this order."""
    meant = {key: whom(key) for key in keys}
    units = organisation_names(int(value) for which, value in meant.values() if which is Whom.UNIT)
    return {
        key: units[int(value)] if which is Whom.UNIT else CATEGORY_LABEL[Category(value)]
        for key, (which, value) in meant.items()
    }


def successors_of(registration_ids: Collection[int]) -> dict[int, int]:
    """Tell who came in the stead of registrations that ended, old to new."""
    rows = db.session.execute(
        sa.select(Registration.replaces_id, Registration.id).where(
            Registration.replaces_id.in_(registration_ids), Registration.state == State.APPROVED
        )
    )
    return {row.replaces_id: row.id for row in rows}


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A row of a plan with its people from left to right as the hall sees them."""

    row: int
    people: tuple[Line, ...]


def left_to_right(meeting: Meeting, plan_id: int) -> list[SeenRow]:
    """List the rows of a plan from the front, each left to right as the hall sees it.

    For captions of photographs and for the booklet; of an audience these are units in their
    blocks. Raises NotFound.
    """
    plan = plan_in(meeting, plan_id)
    rows: dict[int, list[Place]] = {}
    for place in plan.places:
        rows.setdefault(place.row, []).append(place)
    found: list[SeenRow] = []
    for row in sorted(rows):
        across = sorted(rows[row], key=lambda place: place.column)
        people = [line for place in across for line, _count in plan.sitting(place.number)]
        found.append(SeenRow(row, tuple(people)))
    return found
