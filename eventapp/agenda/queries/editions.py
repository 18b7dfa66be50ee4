"""Reads of editions beside one another: what is different, whom it concerns, each item's course."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.agenda.models import EditionPerson
from eventapp.agenda.queries import Edition, Item, editions_of, items_of
from eventapp.agenda.rules import Course, Difference, ItemLike, compare, courses
from eventapp.alliance.models import Organisation, Person
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.core.ledger import digest

DRAFT = 0
"""The number by which the agenda as it is being planned is compared with editions."""


@dataclass(frozen=True, slots=True)
class Release:
    """An edition with what it changed; the first one changed nothing."""

    number: int
    published_at: datetime
    code: str
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody whose items are different, and which items; `has_address` for a mail."""

    person_id: int
    name: str
    organisation_id: int | None
    organisation: str
    has_address: bool
    items: frozenset[int]


@dataclass(frozen=True, slots=True)
class Review:
    """What publishing now would make: the next edition, all that is new in it, whom it concerns.

    `seen` names the draft that was looked at.
    """

    number: int
    seen: str
    is_same: bool
    differences: Sequence[Difference]
    concerned: Sequence[Concerned]


def frozen(items: Iterable[Item]) -> dict[str, Any]:
    """Give what an edition freezes of a draft."""
    return {"items": [_frozen(item) for item in items]}


def _frozen(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind.value,
        "title": item.title,
        "detail": item.detail,
        "starts_at": item.starts_at.isoformat(),
        "ends_at": item.ends_at.isoformat(),
        "room": item.room,
        "people": [{"role": one.role, "name": one.name, "title": one.title} for one in item.people],
    }


def edition_numbered(meeting_id: int, number: int) -> Edition:
    """Find a published edition of this meeting by its number; raises NotFound."""
    for edition in editions_of(meeting_id):
        if edition.number == number:
            return edition
    raise NotFound("edition_unknown", N_("没有找到这一版议程。"))


def items_at(meeting_id: int, number: int) -> Sequence[ItemLike]:
    """Give the items of an edition, or of the draft; raises NotFound."""
    if number == DRAFT:
        return items_of(meeting_id)
    return edition_numbered(meeting_id, number).items


def releases_of(meeting_id: int) -> list[Release]:
    """List the published editions with what each changed, the newest first."""
    found: list[Release] = []
    before: Edition | None = None
    for edition in reversed(editions_of(meeting_id)):
        changed = compare(before.items, edition.items) if before else []
        found.append(Release(edition.number, edition.published_at, edition.code, changed))
        before = edition
    return found[::-1]


def review_of(meeting_id: int) -> Review:
    """Compare the draft with the last edition, to be looked at before it is published."""
    items, last = items_of(meeting_id), next(iter(editions_of(meeting_id)), None)
    body = digest(frozen(items))
    changed = compare(last.items if last else (), items)
    named: defaultdict[int, set[int]] = defaultdict(set)
    for item in items:
        named[item.id] |= {one.person_id for one in item.people if one.person_id is not None}
    for item_id, people in named_at([last.id] if last else []).items():
        named[item_id] |= people
    return Review(
        number=last.number + 1 if last else 1,
        seen=body,
        is_same=last is not None and last.digest == body,
        differences=changed if last else (),
        concerned=concerned_by(changed, named),
    )


def named_at(edition_ids: Sequence[int]) -> dict[int, set[int]]:
    """Map the items of these editions to the people whom the alliance knows there."""
    named: defaultdict[int, set[int]] = defaultdict(set)
    rows = db.session.execute(
        sa.select(EditionPerson.item_id, EditionPerson.person_id).where(
            EditionPerson.edition_id.in_(edition_ids)
        )
    )
    for item_id, person_id in rows:
        named[item_id].add(person_id)
    return named


def concerned_by(
    differences: Iterable[Difference], named: Mapping[int, set[int]]
) -> list[Concerned]:
    """List whose items are different, by their pinyin; whoever was erased is nobody."""
    items: defaultdict[int, set[int]] = defaultdict(set)
    for one in differences:
        for person_id in named.get(one.item_id, ()):
            items[person_id].add(one.item_id)
    rows = db.session.execute(
        sa.select(
            Person.id,
            Person.name,
            Person.organisation_id,
            sa.func.coalesce(Organisation.name, ""),
            Person.email != "",
        )
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.id.in_(items), Person.erased_at.is_(None))
        .order_by(Person.pinyin_key, Person.id)
    )
    return [
        Concerned(key, name, unit_id, unit, has_address, frozenset(items[key]))
        for key, name, unit_id, unit, has_address in rows
    ]


def courses_of(meeting_id: int) -> dict[int, Course]:
    """Follow every item that was ever published through the editions."""
    return courses(edition.items for edition in reversed(editions_of(meeting_id)))


def items_naming(meeting_id: int, people: Sequence[int]) -> tuple[set[int], set[int]]:
    """Tell at which published items these people stand now, and at which they ever stood."""
    editions = [edition.id for edition in editions_of(meeting_id)]
    rows = db.session.execute(
        sa.select(EditionPerson.item_id, EditionPerson.edition_id).where(
            EditionPerson.edition_id.in_(editions), EditionPerson.person_id.in_(people)
        )
    ).all()
    ever = {item_id for item_id, _edition in rows}
    return {item_id for item_id, edition in rows if edition == editions[0]}, ever
