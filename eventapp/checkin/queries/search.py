"""Looking for people at the door: statements built once for each kind of text that is typed.

Who is meant is found by indices first, as narrow rows; only the few that are shown are then read
whole. Names, pinyin, initials and ends of phones come so; a text that means nobody by them is
looked for inside names and units.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.queries.search import LONGEST_TEXT, after, between, ways_of
from eventapp.checkin.queries.books import meetings, organisations, people, registrations
from eventapp.checkin.queries.finding import FOUND_ROWS, Found
from eventapp.core.db import db
from eventapp.core.names import clean_name
from eventapp.registration.queries.registrations import ENDED

MOST = 20
"""Rows that a search at the door shows; who finds more types more."""

_bind = sa.bindparam
_MEETING = _bind("meeting_id", type_=sa.Integer)
_ALLIANCE = sa.select(meetings.c.alliance_id).where(meetings.c.id == _MEETING).scalar_subquery()


def find_people(meeting_id: int, text: str) -> tuple[list[Found], bool]:
    """List who is meant by a text, at most MOST, and tell whether there are more."""
    cleaned = clean_name(text)[:LONGEST_TEXT]
    if not cleaned:
        return [], False
    rows = _begun(meeting_id, cleaned) or _inside(meeting_id, cleaned)
    return [Found(*row) for row in rows[:MOST]], len(rows) > MOST


def _begun(meeting_id: int, text: str) -> Sequence[Any]:
    """Read who is meant by the beginning of a name, its pinyin or initials, or by a phone."""
    ways, phone = ways_of(text)
    if not ways:
        return []
    values: dict[str, Any] = {"meeting_id": meeting_id, "phone": phone}
    for number, way in enumerate(ways):
        values[f"from_{number}"], values[f"to_{number}"] = way.text, after(way.text)
    columns = tuple(way.column for way in ways)
    return db.session.execute(_begun_in(columns, bool(phone), _dialect()), values).all()


@lru_cache(maxsize=256)
def _begun_in(columns: tuple[str, ...], whole_phone: bool, dialect: str) -> Any:
    those = _PEOPLE.where(people.c.phone == _bind("phone")) if whole_phone else _PEOPLE
    ways = [
        those.where(between(people.c[column], _bind(f"from_{number}"), _bind(f"to_{number}")))
        for number, column in enumerate(columns)
    ]
    meant = ways[0] if len(ways) == 1 else sa.union(*ways)
    return _whole(_registered(meant, dialect))


def _inside(meeting_id: int, text: str) -> Sequence[Any]:
    """Read whose unit has the text in its name, or who has it in a name that is not Latin."""
    plain = text.replace("/", "//").replace("%", "/%").replace("_", "/_")
    values = {"meeting_id": meeting_id, "pattern": f"%{plain}%"}
    return db.session.execute(_inside_in(not text.isascii(), _dialect()), values).all()


@lru_cache(maxsize=4)
def _inside_in(names: bool, dialect: str) -> Any:
    here = sa.select(registrations.c.person_id).where(registrations.c.meeting_id == _MEETING)
    units = sa.select(organisations.c.id).where(_has(organisations.c.name))
    ways = [
        here.where(registrations.c.organisation_id.in_(units)),
        here.where(registrations.c.organisation_id.is_(None), _has(registrations.c.unit_text)),
    ]
    if names:
        ways.append(_PEOPLE.where(_has(people.c.name)))
    return _whole(_registered(sa.union(*ways), dialect))


def _has(column: Any) -> sa.ColumnElement[bool]:
    return column.like(_bind("pattern"), escape="/")


def _dialect() -> str:
    return db.engines["read"].dialect.name


_PEOPLE = sa.select(people.c.id.label("person_id")).where(people.c.alliance_id == _ALLIANCE)


def _registered(meant: Any, dialect: str) -> Any:
    """Select the registrations of people in the order in which they are shown.

    Both databases would rather walk through the whole meeting, since they cannot know how few are
    meant: on PostgreSQL a fence keeps them from it, on SQLite a sum that no index answers.
    """
    found = meant.subquery()
    theirs = registrations.c.person_id == found.c.person_id
    if dialect == "postgresql":
        fence = sa.literal_column("0", sa.Integer)
        here = registrations.c.meeting_id == _MEETING
        rows = (
            sa.select(registrations.c.id, registrations.c.state, people.c.pinyin_key)
            .join(people, people.c.id == registrations.c.person_id)
            .where(theirs, here)
            .offset(fence)
            .lateral()
        )
        return (
            sa.select(rows.c.id)
            .select_from(found.join(rows, sa.true()))
            .order_by(*_order(rows, rows))
        )
    return (
        sa.select(registrations.c.id)
        .select_from(
            found.join(registrations, theirs).join(people, people.c.id == found.c.person_id)
        )
        .where(registrations.c.meeting_id + 0 == _MEETING)
        .order_by(*_order(registrations, people))
    )


def _whole(narrow: Any) -> Any:
    """Read the first of these registrations with all that is shown of them."""
    first = narrow.limit(MOST + 1)
    return FOUND_ROWS.where(registrations.c.id.in_(first)).order_by(*_order(registrations, people))


def _order(registered: Any, named: Any) -> tuple[Any, ...]:
    return registered.c.state.in_(ENDED), named.c.pinyin_key, registered.c.id
