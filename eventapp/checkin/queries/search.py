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
_ORDER = (registrations.c.state.in_(ENDED), people.c.pinyin_key, registrations.c.id)
# Plus nothing: SQLite would walk through the whole meeting by its index and look each person up.
_OF_MEETING = registrations.c.meeting_id + 0 == _MEETING


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
    dialect = db.engines["read"].dialect.name
    return db.session.execute(_begun_in(columns, bool(phone), dialect), values).all()


@lru_cache(maxsize=256)
def _begun_in(columns: tuple[str, ...], whole_phone: bool, _dialect: str) -> Any:
    meant = sa.select(people.c.id).where(people.c.alliance_id == _ALLIANCE)
    if whole_phone:
        meant = meant.where(people.c.phone == _bind("phone"))
    ways = [
        meant.where(between(people.c[column], _bind(f"from_{number}"), _bind(f"to_{number}")))
        for number, column in enumerate(columns)
    ]
    found = sa.union(*ways).subquery()
    return _whole(
        sa.select(registrations.c.id)
        .select_from(
            found.join(people, people.c.id == found.c.id).join(
                registrations, registrations.c.person_id == people.c.id
            )
        )
        .where(_OF_MEETING)
    )


def _inside(meeting_id: int, text: str) -> Sequence[Any]:
    """Read whose unit has the text in its name, or who has it in a name that is not Latin."""
    plain = text.replace("/", "//").replace("%", "/%").replace("_", "/_")
    statement = _IN_UNITS if text.isascii() else _IN_UNITS_AND_NAMES
    values = {"meeting_id": meeting_id, "pattern": f"%{plain}%"}
    return db.session.execute(statement, values).all()


def _has(column: Any) -> sa.ColumnElement[bool]:
    return column.like(_bind("pattern"), escape="/")


def _whole(narrow: Any) -> Any:
    """Read the first of these registrations with all that is shown of them."""
    first = narrow.order_by(*_ORDER).limit(MOST + 1)
    return FOUND_ROWS.where(registrations.c.id.in_(first)).order_by(*_ORDER)


def _within(*ways: Any) -> Any:
    found = sa.union(*ways).subquery()
    return _whole(
        sa.select(registrations.c.id).select_from(
            found.join(registrations, registrations.c.id == found.c.id).join(
                people, people.c.id == registrations.c.person_id
            )
        )
    )


_IDS = sa.select(registrations.c.id)
_OF_UNITS = _IDS.where(
    registrations.c.meeting_id == _MEETING,
    registrations.c.organisation_id.in_(
        sa.select(organisations.c.id).where(_has(organisations.c.name))
    ),
)
_OF_OTHERS = _IDS.where(
    registrations.c.meeting_id == _MEETING,
    registrations.c.organisation_id.is_(None),
    _has(registrations.c.unit_text),
)
_NAMED = _IDS.where(
    _OF_MEETING,
    registrations.c.person_id.in_(
        sa.select(people.c.id).where(people.c.alliance_id == _ALLIANCE, _has(people.c.name))
    ),
)
_IN_UNITS = _within(_OF_UNITS, _OF_OTHERS)
_IN_UNITS_AND_NAMES = _within(_OF_UNITS, _OF_OTHERS, _NAMED)
