"""Who may be one person: among an alliance's people, and beside somebody who is being typed.

Nobody is compared with everybody: people are first put together by what the rule asks to be
equal, and only those are compared.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, combinations, islice
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.models import DistinctPeople, Organisation, Person
from eventapp.alliance.queries.alliances import missing
from eventapp.alliance.rules import Described, Likeness, likely_same
from eventapp.core.db import db
from eventapp.core.names import clean_name, pinyin_of, plain_pinyin
from eventapp.core.variants import loose_key, writings_of

_people: Any = Person.__table__
_organisations: Any = Organisation.__table__
_KNOWN = (
    sa.select(
        _people.c.id,
        _people.c.name,
        _people.c.titles,
        _people.c.phone,
        _people.c.email,
        _people.c.organisation_id,
        sa.func.coalesce(_organisations.c.name, ""),
        _people.c.created_at,
        _people.c.phone_in_doubt,
    )
    .outerjoin(_organisations, _organisations.c.id == _people.c.organisation_id)
    .where(
        _people.c.alliance_id == sa.bindparam("alliance_id"),
        _people.c.merged_into_id.is_(None),
        _people.c.erased_at.is_(None),
    )
    .order_by(_people.c.id)
)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of an alliance, with all that helps to tell whether they are somebody else."""

    id: int
    name: str
    titles: str
    phone: str
    email: str
    organisation_id: int | None
    unit: str
    created_at: datetime
    phone_in_doubt: bool = False

    @property
    def described(self) -> Described:
        """What the rule asks about them; a phone that is in doubt tells nobody apart."""
        return Described(self.name, self.unit, "" if self.phone_in_doubt else self.phone)


@dataclass(frozen=True, slots=True)
class Alike:
    """Two people who may be one, and what speaks for it; the one noted first comes first."""

    first: Known
    second: Known
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Duplicates:
    """So many of the pairs as were asked for, and how many there are altogether."""

    pairs: tuple[Alike, ...]
    total: int


def duplicates_of(alliance_id: int, most: int = 50) -> Duplicates:
    """List pairs of an alliance's people who may be one, but for those who were told apart.

    First those of whom one was typed with the other's phone, by somebody who was not told so.
    """
    together: dict[tuple[str, str], list[Known]] = {}
    by_phone: dict[str, list[Known]] = {}
    for one in _known(_KNOWN, alliance_id):
        if one.unit:
            together.setdefault((loose_key(one.name), loose_key(one.unit)), []).append(one)
        if one.phone:
            by_phone.setdefault(one.phone, []).append(one)
    groups = [group for group in together.values() if len(group) > 1]
    distinct = _told_apart(alliance_id)
    inside = {one.id: place for place, group in enumerate(groups) for one in group}
    decided = sum(inside.get(a, -1) == inside.get(b, -2) for a, b in distinct)
    every = sum(len(group) * (len(group) - 1) // 2 for group in groups)
    phones = list(_with_one_phone(by_phone.values(), distinct))
    pairs = islice(chain(phones, _pairs(groups, distinct)), most)
    return Duplicates(tuple(pairs), every - decided + len(phones))


def _with_one_phone(
    groups: Iterable[Sequence[Known]], distinct: set[tuple[int, int]]
) -> Iterator[Alike]:
    """Give the pairs that have one phone, but for those whom their names put together anyhow."""
    for group in groups:
        for first, second in combinations(group, 2):
            by_name = likely_same(first.described, second.described)
            if by_name is None and (first.id, second.id) not in distinct:
                yield Alike(first, second, Likeness.PHONE)


def _pairs(groups: Iterable[Sequence[Known]], distinct: set[tuple[int, int]]) -> Iterator[Alike]:
    for group in groups:
        for first, second in combinations(group, 2):
            likeness = likely_same(first.described, second.described)
            if likeness is not None and (first.id, second.id) not in distinct:
                yield Alike(first, second, likeness)


def phones_in_doubt(alliance_id: int, person_id: int | None = None) -> int:
    """Count the people typed with somebody else's phone of whom nobody has said yet who they are.

    With `person_id` only pairs count in which that person is either one.
    """
    typed, owner = sa.alias(_people), sa.alias(_people)
    first, second = DistinctPeople.first_id, DistinctPeople.second_id
    decided = sa.exists().where(
        sa.or_(
            sa.and_(first == typed.c.id, second == owner.c.id),
            sa.and_(first == owner.c.id, second == typed.c.id),
        )
    )
    query = (
        sa.select(sa.func.count(typed.c.id.distinct()))
        .join(owner, sa.and_(owner.c.phone == typed.c.phone, owner.c.id != typed.c.id))
        .where(
            typed.c.alliance_id == alliance_id,
            typed.c.phone_in_doubt,
            owner.c.alliance_id == alliance_id,
            ~decided,
        )
    )
    if person_id is not None:
        query = query.where(sa.or_(typed.c.id == person_id, owner.c.id == person_id))
    return db.session.scalar(query) or 0


def _told_apart(alliance_id: int) -> set[tuple[int, int]]:
    rows = db.session.execute(
        sa.select(DistinctPeople.first_id, DistinctPeople.second_id)
        .join(Person, Person.id == DistinctPeople.first_id)
        .where(Person.alliance_id == alliance_id)
    )
    return {(row.first_id, row.second_id) for row in rows}


def likely_same_as(
    alliance_id: int, typed: Sequence[Described], *, but: int | None = None
) -> list[list[tuple[Known, Likeness]]]:
    """List for each of those who are typed the people who may be the same; `but` is left out."""
    by_name: dict[str, list[Known]] = {}
    by_phone: dict[str, Known] = {}
    for one in _candidates(alliance_id, typed):
        by_name.setdefault(loose_key(one.name), []).append(one)
        if one.phone and not one.phone_in_doubt:
            by_phone[one.phone] = one
    found: list[list[tuple[Known, Likeness]]] = []
    for described in typed:
        near = [*by_name.get(loose_key(described.name), ())]
        known = by_phone.get(described.phone)
        if known is not None and known not in near:
            near.append(known)
        judged = ((one, likely_same(described, one.described)) for one in near if one.id != but)
        found.append([(one, likeness) for one, likeness in judged if likeness is not None])
    return found


def known_people(alliance_id: int, person_ids: Collection[int]) -> dict[int, Known]:
    """Find people of an alliance who are still there, by their ids."""
    wanted, found = sorted(person_ids), dict[int, Known]()
    for at in range(0, len(wanted), _AT_ONCE):
        query = _KNOWN.where(_people.c.id.in_(wanted[at : at + _AT_ONCE]))
        found |= {one.id: one for one in _known(query, alliance_id)}
    return found


def known_two(alliance_id: int, one_id: int, other_id: int) -> tuple[Known, Known]:
    """Find two people of an alliance who are still there; raises NotFound."""
    found = known_people(alliance_id, (one_id, other_id))
    if len(found) < 2:
        raise missing()
    return found[one_id], found[other_id]


def _candidates(alliance_id: int, typed: Sequence[Described]) -> Iterator[Known]:
    """Give those who have one of the phones, or a name that is written or read like one."""
    names = {clean_name(one.name) for one in typed}
    wanted: Mapping[str, set[str]] = {
        "name": {writing for name in names for writing in writings_of(name)},
        "spelled": {plain_pinyin(pinyin_of(name)) for name in names},
        "phone": {one.phone for one in typed},
    }
    seen: set[int] = set()
    for column, values in wanted.items():
        some = sorted(values - {""})
        for at in range(0, len(some), _AT_ONCE):
            query = _KNOWN.where(_people.c[column].in_(some[at : at + _AT_ONCE]))
            for one in _known(query, alliance_id):
                if one.id not in seen:
                    seen.add(one.id)
                    yield one


def _known(query: Any, alliance_id: int) -> Iterator[Known]:
    for row in db.session.connection().execute(query, {"alliance_id": alliance_id}):
        yield Known(*row)
