"""What decides about somebody who comes to the public form, in as few statements as can be."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.models import CERTAIN, Alliance, Person
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.core.ledger import AuditEntry, Head, LedgerHead, note_head
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import HERE, MeetingHere
from eventapp.registration.models import CategoryRule, ConsentText, Field, Terms
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
    """What is to be known of a meeting when somebody new comes, held until they are written."""

    meeting: MeetingHere
    consent: ConsentHere
    places: Places


_meetings: Any = Meeting.__table__
_alliances: Any = Alliance.__table__
_heads: Any = LedgerHead.__table__
_terms: Any = Terms.__table__
_rules: Any = CategoryRule.__table__
_fields: Any = Field.__table__
_people: Any = Person.__table__
_consents: Any = ConsentText.__table__
_MEETING = sa.bindparam("meeting_id")
_ASKS = sa.exists().where(_fields.c.meeting_id == _meetings.c.id, _fields.c.retired_at.is_(None))
_FORM = (
    sa.select(*HERE, _ASKS, _rules.c.category, _rules.c.public)
    .outerjoin(_rules, _rules.c.meeting_id == _meetings.c.id)
    .where(_meetings.c.slug == sa.bindparam("slug"))
)
# Each is held in the order in which a registration of any other way comes to it.
_HOLD = (
    sa.select(_meetings.c.scope_id, _meetings.c.alliance_id, _heads.c.seq, _heads.c.hash)
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
_DECIDING = (
    LIMITS.add_columns(*HERE, _consents.c.id, _consents.c.version, _consents.c.digest)
    .join(_consents, _consents.c.meeting_id == _meetings.c.id)
    .where(_consents.c.version == _NEWEST, ~_KNOWN)
)


def form_here(slug: str) -> FormHere:
    """Find a meeting by its word in URLs, with its public form; raises NotFound."""
    rows = db.session.connection().execute(_FORM, {"slug": slug}).all()
    if not rows:
        raise NotFound("not_found", N_("没有找到您要的内容。"))
    *meeting, asks, _, _ = rows[0]
    here = MeetingHere(*meeting)
    said = {row[-2]: row[-1] for row in rows}
    offered = [one for one in Category if said.get(one, one in PUBLIC_CATEGORIES)]
    return FormHere(here, offered, fields_of(here.id) if asks else [])


def hold_arrivals(meeting_id: int) -> int | None:
    """Hold a meeting's places and its audit ledger, for whoever only adds a registration.

    Tells the alliance's id; None, and nothing is held, where no terms of the meeting are written.
    """
    row = db.session.connection().execute(_HOLD, {"meeting_id": meeting_id}).first()
    if row is None:
        return None
    note_head(row.scope_id, AuditEntry.ledger, Head(row.seq, row.hash))
    return row.alliance_id


def arrival_of(meeting_id: int, phone: str, unit_id: int | None) -> Arrival | None:
    """Read what decides about somebody new, once arrivals are held.

    None where the phone is somebody's already, or where the meeting has no consent text yet.
    """
    key = {"meeting_id": meeting_id, "phone": phone}
    rows = db.session.connection().execute(_DECIDING, key).all()
    if not rows:
        return None
    *meeting, consent_id, version, digest = rows[0][LIMITING:]
    units = () if unit_id is None else (unit_id,)
    return Arrival(
        MeetingHere(*meeting),
        ConsentHere(consent_id, version, digest),
        placed(rows, meeting_id, units),
    )
