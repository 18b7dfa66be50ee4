"""Looking for people by what somebody types.

A text may be the beginning of a name in traditional or simplified characters, of its pinyin with
or without spaces and tones, or of its initials; four digits are the end of a phone, more a whole
one. Each of these asks an index, so that a long list answers as fast as a short one.
"""

import re
from dataclasses import dataclass
from itertools import product
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.models import Person
from eventapp.alliance.queries.people import HERE
from eventapp.alliance.rules import Ordering
from eventapp.core.db import db
from eventapp.core.errors import Invalid
from eventapp.core.names import clean_name, plain_pinyin
from eventapp.core.phones import clean_phone
from eventapp.core.variants import writings_of

LONGEST_TEXT = 60
PHONE_END = 4
_HAN = re.compile(r"[\u2e80-\uffff]")
_TONE = re.compile("(?<=[a-z])[1-5](?![0-9])")
_NUMBER = re.compile(r"[+\d\s()-]+")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody as a list of people shows them."""

    id: int
    name: str
    organisation_id: int | None
    titles: str
    phone: str
    email: str


def search_people(
    alliance_id: int,
    text: str = "",
    *,
    organisation_id: int | None = None,
    ordering: Ordering = Ordering.PINYIN,
    first: int = 0,
    most: int | None = None,
) -> list[PersonRow]:
    """List so many people of an alliance who are found by a text, or all, in their order."""
    key = Person.stroke_key if ordering is Ordering.STROKES else Person.pinyin_key
    rows = db.session.execute(
        sa.select(
            Person.id,
            Person.name,
            Person.organisation_id,
            Person.titles,
            Person.phone,
            Person.email,
        )
        .where(*_chosen(alliance_id, text, organisation_id))
        .order_by(key, Person.id)
        .offset(first)
        .limit(most)
    )
    return [PersonRow(*row) for row in rows]


def count_people(alliance_id: int, text: str = "", organisation_id: int | None = None) -> int:
    """Count the people of an alliance who are found by a text, or all."""
    chosen = _chosen(alliance_id, text, organisation_id)
    return db.session.scalar(sa.select(sa.func.count()).select_from(Person).where(*chosen)) or 0


def _chosen(
    alliance_id: int, text: str, organisation_id: int | None
) -> list[sa.ColumnElement[bool]]:
    # Where people are looked for, their ids come from the indices; naming the alliance once more
    # would lead SQLite to walk through all of it.
    of_alliance = Person.alliance_id == alliance_id
    chosen = [Person.id.in_(found_by(alliance_id, text)) if text.strip() else of_alliance, *HERE]
    if organisation_id is not None:
        chosen.append(Person.organisation_id == organisation_id)
    return chosen


def found_by(alliance_id: Any, text: str) -> Any:
    """Select the ids of the people of an alliance who are meant by a text.

    The alliance may be an expression. Each way of being meant is a statement of its own: of
    several conditions in one, SQLite would ask no index.
    """
    ways, phone = ways_of(text)
    ids = sa.select(Person.id).where(Person.alliance_id == alliance_id)
    if phone:
        ids = ids.where(Person.phone == phone)
    begun = [ids.where(begins(getattr(Person, one.column), one.text)) for one in ways]
    return sa.union_all(*begun) if begun else ids.where(sa.false())


@dataclass(frozen=True, slots=True)
class Way:
    """A way of being meant: this column of a person begins with this text."""

    column: str
    text: str


def ways_of(text: str) -> tuple[list[Way], str]:
    """List how people may be meant by a text; a whole phone, if it is one, must be theirs too."""
    cleaned = clean_name(text)[:LONGEST_TEXT]
    if not _NUMBER.fullmatch(cleaned):
        return _names(cleaned), ""
    digits = re.sub(r"\D", "", cleaned)
    end = [Way("phone_end", digits[-PHONE_END:])]
    if len(digits) <= PHONE_END:
        return (end if len(digits) == PHONE_END else []), ""
    try:
        return end, clean_phone(cleaned)
    except Invalid:
        return [], ""


def _names(text: str) -> list[Way]:
    if not text:
        return []
    letters = _TONE.sub("", plain_pinyin(text))
    spelled = [Way("spelled", one) for one in _readings(letters)] if letters else []
    if len(text) == 1 and text.isascii() and letters:
        return spelled  # it begins a Latin name and initials where it begins the spelling
    ways = [Way("name", one) for one in writings_of(text)]
    if letters and not _HAN.search(text):
        ways += [*spelled, Way("initials", letters)]
    return ways


def begins(column: Any, text: str) -> sa.ColumnElement[bool]:
    """Say that a column begins with a text, so that its index answers it on either database."""
    return between(column, text, after(text))


def between(column: Any, first: Any, end: Any) -> sa.ColumnElement[bool]:
    """Say that a column is not before `first` and before `end`, in the order of its index.

    SQLite's LIKE folds case and so knows no index; PostgreSQL's does not use one either where
    the text is a parameter of a plan that serves for all, and its index is in order of bytes.
    """
    if db.engines["read"].dialect.name == "postgresql":
        return sa.and_(
            column.op("~>=~", is_comparison=True)(first), column.op("~<~", is_comparison=True)(end)
        )
    return sa.and_(column >= first, column < end)


def after(text: str) -> str:
    """Give the first text that comes after all that begin with this one."""
    return text[:-1] + _next(text[-1])


def _next(char: str) -> str:
    code = ord(char) + 1
    return chr(0xE000 if 0xD800 <= code < 0xE000 else min(code, 0x10FFFF))


def _readings(letters: str) -> list[str]:
    """List what typed pinyin may stand for: ü is kept as v, and typed as v, u or yu."""
    plain = re.sub("(?<=[jqxy])v", "u", letters)
    parts = re.split("((?<=[ln])(?:yu|u))", plain)
    choices = [(part, "v") if place in (1, 3, 5) else (part,) for place, part in enumerate(parts)]
    return ["".join(way) for way in product(*choices)]
