"""What a meeting and its alliance know already about the people of a list."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.models import CERTAIN, Person
from eventapp.alliance.queries import likely_same_as, member_names, organisation_names, person_in
from eventapp.alliance.rules import Described, Likeness
from eventapp.core.db import db
from eventapp.core.names import name_key
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Registration
from eventapp.registration.queries import DelegationRow
from eventapp.registration.queries.registrations import ENDED
from eventapp.roster.rules import Column, Fate, ReadRow, Someone, Standing

_people: Any = Person.__table__
_registrations: Any = Registration.__table__
_REGISTERED = (
    sa.select(
        _registrations.c.person_id,
        _registrations.c.state,
        _registrations.c.organisation_id,
        _registrations.c.unit_text,
        _people.c.name,
    )
    .join(_people, _people.c.id == _registrations.c.person_id)
    .where(_registrations.c.meeting_id == sa.bindparam("meeting_id"))
    .order_by(_registrations.c.id)
)
_PEOPLE = sa.select(_people.c.id, _people.c.name, _people.c.phone, _people.c.organisation_id).where(
    _people.c.alliance_id == sa.bindparam("alliance_id"),
    _people.c.merged_into_id.is_(None),
    _people.c.erased_at.is_(None),
)
_BY_PHONE = _PEOPLE.where(
    _people.c.phone != sa.literal_column("''"),
    CERTAIN,
    _people.c.phone.in_(sa.bindparam("phones", expanding=True)),
)
_OF_UNIT = _PEOPLE.where(
    _people.c.organisation_id == sa.bindparam("unit"), _people.c.phone != ""
).order_by(_people.c.phone_in_doubt, _people.c.id)
_NAMELESS = _PEOPLE.where(_people.c.phone == "").order_by(_people.c.id)
_AT_ONCE = 500
NOBODY_SAID: Mapping[int, int] = MappingProxyType({})


def standing_of(
    meeting: Meeting,
    rows: Sequence[ReadRow],
    *,
    of_unit: DelegationRow | None = None,
    likely: bool = True,
    said: Mapping[int, int] = NOBODY_SAID,
) -> Standing:
    """Read, in few statements, what is known about the people and units of these rows.

    `of_unit` is whose people all of them are, where the rows do not say it: a unit is told of its
    own people alone. Without `likely` nobody is looked for who may be somebody known. `said` names
    by numbers of rows the people who they are, 0 for somebody new.
    """
    connection = db.session.connection()
    names = member_names(meeting.alliance_id)
    stands: dict[int, bool] = {}
    present: set[tuple[str, str]] = set()
    registered = connection.execute(_REGISTERED, {"meeting_id": meeting.id}).all()
    units = organisation_names({row.organisation_id for row in registered} - {None} - set(names))
    units |= names
    for row in registered:
        is_alive = row.state not in ENDED
        stands[row.person_id] = stands.get(row.person_id, False) or is_alive
        if is_alive:
            unit = units.get(row.organisation_id, row.unit_text)
            present.add((name_key(row.name), name_key(unit)))
    nameless: dict[tuple[int | None, str], Someone] = {}
    for row in connection.execute(_NAMELESS, {"alliance_id": meeting.alliance_id}):
        key = (row.organisation_id, name_key(row.name))
        nameless.setdefault(key, Someone(row.id, row.name, stands.get(row.id)))
    phones: dict[str, Someone] = {}
    for row in _with_phones(meeting.alliance_id, rows, of_unit):
        phones.setdefault(row.phone, Someone(row.id, row.name, stands.get(row.id)))
    return Standing(
        members={name_key(name): one for one, name in names.items()},
        member_names=list(names.values()),
        phones=phones,
        nameless=nameless,
        present=present,
        alike=_alike(meeting.alliance_id, rows, of_unit.organisation if of_unit else "")
        if likely
        else {},
        meant=_meant(meeting.alliance_id, said, stands),
    )


def _meant(
    alliance_id: int, said: Mapping[int, int], stands: Mapping[int, bool]
) -> dict[int, Someone | None]:
    """Find whom somebody named; who was merged meanwhile is whom they became."""
    found: dict[int, Someone | None] = {}
    for number, person_id in said.items():
        if not person_id:
            found[number] = None
            continue
        person = person_in(alliance_id, person_id)
        if person.erased_at is None:
            found[number] = Someone(person.id, person.name, stands.get(person.id))
    return found


def _alike(
    alliance_id: int, rows: Sequence[ReadRow], unit: str
) -> dict[int, list[tuple[Likeness, Someone]]]:
    """Find of which row somebody may be known; a phone that is known is no mere likeness."""
    people = [row for row in rows if row.fate is Fate.NEW]
    described = [
        Described(
            row.values.get(Column.NAME, ""),
            unit or row.values.get(Column.UNIT, ""),
            row.values.get(Column.PHONE, ""),
        )
        for row in people
    ]
    found = zip(people, likely_same_as(alliance_id, described), strict=True)
    alike: dict[int, list[tuple[Likeness, Someone]]] = {}
    for row, near in found:
        for known, likeness in near:
            if likeness is not Likeness.PHONE:
                someone = (likeness, Someone(known.id, known.name))
                alike.setdefault(row.number, []).append(someone)
    return alike


def _with_phones(
    alliance_id: int, rows: Sequence[ReadRow], of_unit: DelegationRow | None
) -> Iterator[Any]:
    connection = db.session.connection()
    if of_unit is not None:
        unit = {"alliance_id": alliance_id, "unit": of_unit.organisation_id}
        yield from connection.execute(_OF_UNIT, unit)
        return
    wanted = sorted({row.values.get(Column.PHONE, "") for row in rows} - {""})
    for at in range(0, len(wanted), _AT_ONCE):
        some = {"alliance_id": alliance_id, "phones": wanted[at : at + _AT_ONCE]}
        yield from connection.execute(_BY_PHONE, some)
