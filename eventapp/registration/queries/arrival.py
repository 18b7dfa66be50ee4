"""What decides about somebody who comes to the public form, in as few statements as can be."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from eventapp.accounts.models import PersonalLink
from eventapp.alliance.models import CERTAIN, Alliance, Person
from eventapp.alliance.queries import member_called, unit_key
from eventapp.core.db import db, direct_reading
from eventapp.core.errors import N_, NotFound
from eventapp.core.ledger import AuditEntry, Head, LedgerHead, note_head
from eventapp.core.rows import new_number
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import HERE, MeetingHere
from eventapp.registration.models import CategoryRule, ConsentText, Field, Registration, Terms
from eventapp.registration.queries.fields import fields_of
from eventapp.registration.queries.places import LIMITING, LIMITS, Places, placed
from eventapp.registration.rules import PUBLIC_CATEGORIES, Category, FieldRow


@dataclass(frozen=True, slots=True)
class FormHere:
    """A meeting with what its public form offers and asks."""

    meeting: MeetingHere
    categories: list[Category]
    fields: list[FieldRow]


@dataclass(frozen=True, slots=True)
class ConsentHere:
    """The newest consent text, without its words."""

    id: int
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is to be known of a meeting when somebody new comes, held until they are written.

    `numbers` are those of the person, the registration and its link, `unit_id` the member unit
    that was named.
    """

    meeting: MeetingHere
    consent: ConsentHere
    places: Places
    unit_id: int | None
    numbers: tuple[int, int, int]


_meetings: Any = Meeting.__table__
_alliances: Any = Alliance.__table__
_heads: Any = LedgerHead.__table__
_terms: Any = Terms.__table__
_rules: Any = CategoryRule.__table__
_fields: Any = Field.__table__
_people: Any = Person.__table__
_consents: Any = ConsentText.__table__
_registrations: Any = Registration.__table__
_links: Any = PersonalLink.__table__
_MEETING = sa.bindparam("meeting_id")
_ASKS = sa.exists().where(_fields.c.meeting_id == _meetings.c.id, _fields.c.retired_at.is_(None))
_FORM = (
    sa.select(*HERE, _ASKS, _rules.c.category, _rules.c.public)
    .outerjoin(_rules, _rules.c.meeting_id == _meetings.c.id)
    .where(_meetings.c.slug == sa.bindparam("slug"))
)
# Each is held in the order in which a registration of any other way comes to it.
_HOLD = (
    sa.select(_meetings.c.id)
    .join(_alliances, _alliances.c.id == _meetings.c.alliance_id)
    .join(_terms, _terms.c.meeting_id == _meetings.c.id)
    .join(_heads, _heads.c.scope_id == _meetings.c.scope_id)
    .where(_meetings.c.id == _MEETING, _heads.c.name == AuditEntry.ledger)
    .suffix_with(
        "FOR KEY SHARE OF alliances FOR UPDATE OF registration_terms"
        " FOR KEY SHARE OF meetings FOR UPDATE OF ledger_heads",
        dialect="postgresql",
    )
)
_NEWEST = (
    sa.select(sa.func.max(_consents.c.version))
    .where(_consents.c.meeting_id == _meetings.c.id)
    .correlate(_meetings)
    .scalar_subquery()
)
_KNOWN = sa.exists().where(
    _people.c.alliance_id == _meetings.c.alliance_id,
    _people.c.phone != sa.literal_column("''"),  # SQLite finds the index by these words
    CERTAIN,
    _people.c.phone == sa.bindparam("phone"),
)


@lru_cache(maxsize=2)
def _deciding(dialect: str) -> sa.Select[Any]:
    unit_id = member_called(_meetings.c.alliance_id).correlate(_meetings).scalar_subquery()
    numbers = (new_number(dialect, table) for table in (_people, _registrations, _links))
    return (
        LIMITS.add_columns(
            *(_consents.c.id, _consents.c.version, _consents.c.digest),
            *(_heads.c.seq, _heads.c.hash, unit_id),
            *numbers,
            *HERE,
        )
        .join(_consents, _consents.c.meeting_id == _meetings.c.id)
        .join(_heads, _heads.c.scope_id == _meetings.c.scope_id)
        .where(
            _terms.c.meeting_id.is_not(None),
            _consents.c.version == _NEWEST,
            _heads.c.name == AuditEntry.ledger,
            ~_KNOWN,
        )
    )


def form_here(slug: str) -> FormHere:
    """Find a meeting by its word in URLs, with its public form; raises NotFound."""
    with direct_reading() as connection:
        rows = connection.execute(_FORM, {"slug": slug}).all()
    if not rows:
        raise NotFound("not_found", N_("没有找到您要的内容。"))
    *meeting, asks, _, _ = rows[0]
    here = MeetingHere(*meeting)
    said = {row[-2]: row[-1] for row in rows}
    offered = [one for one in Category if said.get(one, one in PUBLIC_CATEGORIES)]
    return FormHere(here, offered, fields_of(here.id) if asks else [])


def hold_arrival(meeting_id: int, phone: str, unit: str) -> Arrival | None:
    """Hold a meeting's places and its audit ledger, and read what decides about somebody new.

    None where that is not so simple: the phone is somebody's already, or the meeting has no
    terms or no consent text yet.
    """
    connection = db.session.connection()
    dialect = connection.dialect.name
    if dialect == "postgresql":  # on SQLite the transaction itself holds everything
        connection.execute(_HOLD, {"meeting_id": meeting_id})
    key = {"meeting_id": meeting_id, "phone": phone, "unit_key": unit_key(unit)}
    rows = connection.execute(_deciding(dialect), key).all()
    if not rows:
        return None
    found: list[Any] = list(rows[0][LIMITING:])
    consent_id, version, digest, seq, head, unit_id, person, registration, link = found[:9]
    meeting = MeetingHere(*found[9:])
    note_head(meeting.scope_id, AuditEntry.ledger, Head(seq, head))
    return Arrival(
        meeting,
        ConsentHere(consent_id, version, digest),
        placed(rows, meeting_id, () if unit_id is None else (unit_id,)),
        unit_id,
        (person, registration, link),
    )
