"""Register the people of a list: some hundred at a time, each time wholly or not at all.

What was taken is noted with its row in the transaction that registers, so a worker that dies
goes on where it stopped, and the same list taken twice changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.queries import member_names, person_in
from eventapp.alliance.service import UnitIn, add_units
from eventapp.alliance.service.duplicates import tell_apart
from eventapp.alliance.service.people import KnownPerson, PersonIn, ensure_people
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, transaction
from eventapp.core.errors import DomainError
from eventapp.core.jobs import enqueue
from eventapp.core.ledger import audit
from eventapp.core.names import name_key
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.registration.queries import all_fields_of
from eventapp.registration.rules import Category, State
from eventapp.registration.service.enrolment import DESK, Enrolled, Wish, enrol
from eventapp.roster.models import RosterRow
from eventapp.roster.queries import fates_of, read_back, standing_of
from eventapp.roster.rules import (
    REFUSED,
    Column,
    Fate,
    Note,
    ReadRow,
    RosterState,
    Severity,
    judge_row,
    unknown_units,
)
from eventapp.roster.rules.answers import asked_answers
from eventapp.roster.service.lists import lock_open, who_is_said

AT_ONCE = 250
"""Rows registered in one transaction: the door waits no longer than that for its turn."""

_rows: Any = RosterRow.__table__
_NOTE = (
    sa.update(_rows)
    .where(
        _rows.c.roster_id == sa.bindparam("b_roster"), _rows.c.number == sa.bindparam("b_number")
    )
    .values(
        fate=sa.bindparam("b_fate"),
        notes=sa.bindparam("b_notes"),
        registration_id=sa.bindparam("b_registration"),
    )
)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a list is taken: as what people come who name no category, and whether units that
    nobody knows become members; else their names stand with their people alone."""

    category: Category = Category.DELEGATE
    adds_units: bool = True


def ask_to_take(actor: Actor, meeting_id: int, roster_id: int, terms: Terms) -> int:
    """Have a list taken in the background; tell the job's number."""
    with transaction():
        roster = lock_open(meeting_id, roster_id)
        job_id = enqueue(
            "take_roster",
            meeting_of(meeting_id).scope_id,
            actor,
            roster=roster_id,
            category=terms.category.value,
            adds_units=terms.adds_units,
        )
        roster.totals = {**roster.totals, "job": job_id}
    return job_id


def take_roster(
    actor: Actor,
    meeting_id: int,
    roster_id: int,
    terms: Terms,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> dict[str, int]:
    """Register everybody of a list whose row has no error; tell how many rows have which fate.

    `tell` hears how far it has come. Raises Conflict for a list that was taken or discarded.
    """
    counts = fates_of(roster_id)
    total = counts.get(Fate.NEW, 0) + counts.get(Fate.TAKEN, 0)
    tell(counts.get(Fate.TAKEN, 0), total)
    while _take_some(actor, meeting_id, roster_id, terms):
        tell(total - fates_of(roster_id).get(Fate.NEW, 0), total)
    with transaction():
        roster = lock_open(meeting_id, roster_id)
        counts = fates_of(roster_id)
        roster.state, roster.taken_at = RosterState.TAKEN, clock.now()
        roster.totals = {**roster.totals, **{str(fate): counts.get(fate, 0) for fate in Fate}}
        scope_id = meeting_of(meeting_id).scope_id
        audit(actor, scope_id, "roster.take", f"roster:{roster_id}", **counts)
    return counts


def _take_some(actor: Actor, meeting_id: int, roster_id: int, terms: Terms) -> bool:
    """Register the next people of a list; False where none are left."""
    with transaction() as session:
        roster = lock_open(meeting_id, roster_id)
        said, alike = who_is_said(roster), roster.totals.get("alike", {})
        kept = session.scalars(
            sa.select(RosterRow)
            .where(RosterRow.roster_id == roster_id, RosterRow.fate == Fate.NEW)
            .order_by(RosterRow.number)
            .limit(AT_ONCE)
        ).all()
        rows = read_back(kept)
        session.expunge_all()
        if not rows:
            return False
        meeting = meeting_of(meeting_id)
        here = {row.number: said[row.number] for row in rows if row.number in said}
        # Who is alike was said when the list was checked.
        standing = standing_of(meeting, rows, likely=False, said=here)
        judged = [judge_row(row, standing) for row in rows]
        known = {
            number: (one.person_id, ()) if one else (0, alike.get(str(number), ()))
            for number, one in standing.meant.items()
        }
        done = [(row, None) for row in judged if row.fate is not Fate.NEW]
        new = [row for row in judged if row.fate is Fate.NEW]
        taken = _register(actor, meeting, new, terms, known)
        _note(roster_id, [*done, *taken])
    return True


Done = tuple[ReadRow, Enrolled | None]
Said = tuple[int, Sequence[int]]
"""Whose row it is, or 0 with those from whom somebody new was told apart."""


def _register(
    actor: Actor,
    meeting: Meeting,
    rows: Sequence[ReadRow],
    terms: Terms,
    said: Mapping[int, Said],
) -> list[Done]:
    """Register rows; one that cannot be a person is set aside with its reason, the rest go on."""
    refused: list[Done] = []
    left, fields = list(rows), all_fields_of(meeting.id)
    members = _members(actor, meeting, left, terms)
    while left:
        units = [members.get(name_key(row.values.get(Column.UNIT, ""))) for row in left]
        try:
            people = _people(actor, meeting.alliance_id, left, units, said)
        except DomainError as error:
            if error.row is None:
                raise
            note = Note("", REFUSED, Severity.ERROR, {"why": error.message, **error.params})
            refused.append((left.pop(error.row).with_note(note), None))
            continue
        seen: set[int] = set()
        twice = [one.id in seen or seen.add(one.id) is not None for one in people]
        if any(twice):
            place = twice.index(True)
            code = "person_twice" if left[place].number in said else "phone_needed"
            note = Note(Column.PHONE, code, Severity.ERROR)
            refused.append((left.pop(place).with_note(note), None))
            continue
        wishes: list[Wish] = []
        for place, (unit, person) in enumerate(zip(units, people, strict=True)):
            category = Category(left[place].values.get(Column.CATEGORY) or terms.category)
            answers, left[place] = asked_answers(left[place], fields, category)
            written = left[place].values.get(Column.UNIT, "")
            writes = bool(person.email)
            wishes.append(Wish(person.id, category, unit, written, answers=answers, writes=writes))
        enrolled = enrol(actor, meeting, wishes, channel=DESK)
        return [*refused, *zip(left, enrolled, strict=True)]
    return refused


def _people(
    actor: Actor,
    alliance_id: int,
    rows: Sequence[ReadRow],
    units: Sequence[int | None],
    said: Mapping[int, Said],
) -> list[KnownPerson]:
    """Return the people of rows: who was named by a word, else as they are known or noted anew."""
    named = {place: said[row.number] for place, row in enumerate(rows) if row.number in said}
    places = [place for place in range(len(rows)) if not named.get(place, (0, ()))[0]]
    entries = [_person(rows[place], units[place]) for place in places]
    try:
        found = dict(zip(places, ensure_people(alliance_id, entries), strict=True))
    except DomainError as error:
        error.row = None if error.row is None else places[error.row]
        raise
    for place, (person_id, others) in named.items():
        if person_id:
            one = person_in(alliance_id, person_id)
            found[place] = KnownPerson(one.id, one.name, one.email, one.titles)
        for other in others:
            tell_apart(actor, alliance_id, found[place].id, other)
    return [found[place] for place in range(len(rows))]


def _members(
    actor: Actor, meeting: Meeting, rows: Sequence[ReadRow], terms: Terms
) -> dict[str, int]:
    members = {name_key(name): one for one, name in member_names(meeting.alliance_id).items()}
    if terms.adds_units:
        units = [UnitIn(unit) for unit in unknown_units(rows, members)]
        added = add_units(actor, meeting.alliance_id, units) if units else []
        members |= {
            name_key(unit.name): one.organisation_id for unit, one in zip(units, added, strict=True)
        }
    return members


def _person(row: ReadRow, unit: int | None) -> PersonIn:
    values = row.values
    return PersonIn(
        values[Column.NAME],
        values.get(Column.PHONE, ""),
        values.get(Column.EMAIL, ""),
        values.get(Column.TITLES, ""),
        unit,
    )


def _note(roster_id: int, done: Sequence[Done]) -> None:
    rows: list[dict[str, Any]] = []
    for row, enrolled in done:
        notes = list(row.notes)
        if enrolled is not None and enrolled.state is State.WAITLISTED:
            notes.append(Note("", "waitlisted", Severity.WARNING))
        rows.append(
            {
                "b_roster": roster_id,
                "b_number": row.number,
                "b_fate": row.fate if enrolled is None else Fate.TAKEN,
                "b_notes": [note.as_json() for note in notes],
                "b_registration": None if enrolled is None else enrolled.registration_id,
            }
        )
    db.session.connection().execute(_NOTE, rows)
