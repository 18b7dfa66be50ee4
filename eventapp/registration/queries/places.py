"""How many places a meeting has, and how many of them are taken."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventapp.core.db import db
from eventapp.meetings.models import Meeting
from eventapp.registration.models import CategoryRule, Delegation, Registration, Terms
from eventapp.registration.rules import PUBLIC_CATEGORIES, SHORT_DAYS, Category, State

TAKING = (State.APPROVED, State.INVITED)
"""States that hold a place."""

_registrations: Any = Registration.__table__
_rules: Any = CategoryRule.__table__
_delegations: Any = Delegation.__table__
_terms: Any = Terms.__table__
_meetings: Any = Meeting.__table__


@dataclass(frozen=True, slots=True)
class TermsRow:
    """What holds for everybody who comes to a meeting."""

    quota: int | None = None
    unit_quota: int | None = None
    substitute_until: Any = None
    short_days: int = SHORT_DAYS


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What a meeting allows in a category."""

    public: bool
    auto_approve: bool = True
    quota: int | None = None


@dataclass(slots=True)
class Places:
    """The places that are left, counted down while people take them; None is without limit."""

    rules: dict[Category, RuleRow]
    meeting: int | None
    categories: dict[Category, int | None]
    units: dict[int, int | None]

    def left(self, category: Category, organisation_id: int | None) -> int | None:
        """Tell how many more people of a category and a unit may come."""
        limits = (
            self.meeting,
            self.categories.get(category),
            None if organisation_id is None else self.units.get(organisation_id),
        )
        return min((limit for limit in limits if limit is not None), default=None)

    def take(self, category: Category, organisation_id: int | None) -> None:
        """Take a place."""
        if self.meeting is not None:
            self.meeting -= 1
        of_category = self.categories.get(category)
        if of_category is not None:
            self.categories[category] = of_category - 1
        if organisation_id is not None and (of_unit := self.units.get(organisation_id)) is not None:
            self.units[organisation_id] = of_unit - 1


def terms_of(meeting_id: int) -> TermsRow:
    """Tell a meeting's terms, the usual ones where none are set."""
    row = db.session.execute(_READ_TERMS, {"meeting_id": meeting_id}).first()
    return TermsRow(*row) if row else TermsRow()


_MEETING = sa.bindparam("meeting_id")
_UNITS = sa.bindparam("units", expanding=True)
_READ_TERMS = sa.select(
    _terms.c.quota, _terms.c.unit_quota, _terms.c.substitute_until, _terms.c.short_days
).where(_terms.c.meeting_id == _MEETING)
_HOLD = sa.select(_terms.c.meeting_id).where(_terms.c.meeting_id == _MEETING).with_for_update()
_USUAL_TERMS = sa.text(
    "INSERT INTO registration_terms (meeting_id, short_days) VALUES (:meeting_id, :short_days)"
    " ON CONFLICT DO NOTHING"
)
_TAKEN = (
    sa.select(sa.func.count())
    .select_from(_registrations)
    .where(
        _registrations.c.meeting_id == _meetings.c.id,
        # Not IN, which is written out anew each time that it runs.
        sa.or_(*(_registrations.c.state == state for state in TAKING)),
    )
)
_OF_CATEGORY = _TAKEN.where(_registrations.c.category == _rules.c.category)
# People are counted only where a number limits them.
LIMITS = (
    sa.select(
        sa.case((_terms.c.quota.is_not(None), _terms.c.quota - _TAKEN.scalar_subquery())),
        _terms.c.unit_quota,
        _rules.c.category,
        _rules.c.public,
        _rules.c.auto_approve,
        _rules.c.quota,
        sa.case((_rules.c.quota.is_not(None), _rules.c.quota - _OF_CATEGORY.scalar_subquery())),
    )
    .select_from(
        _meetings.outerjoin(_terms, _terms.c.meeting_id == _meetings.c.id).outerjoin(
            _rules, _rules.c.meeting_id == _meetings.c.id
        )
    )
    .where(_meetings.c.id == _MEETING)
)
LIMITING = 7  # columns
_QUOTAS = sa.select(_delegations.c.organisation_id, _delegations.c.quota).where(
    _delegations.c.meeting_id == _MEETING,
    _delegations.c.organisation_id.in_(_UNITS),
    _delegations.c.quota.is_not(None),
)
_BY_UNIT = (
    sa.select(_registrations.c.organisation_id, sa.func.count())
    .where(
        _registrations.c.meeting_id == _MEETING,
        _registrations.c.state.in_(TAKING),
        _registrations.c.organisation_id.in_(_UNITS),
    )
    .group_by(_registrations.c.organisation_id)
)


def hold_places(meeting_id: int, units: Collection[int]) -> Places:
    """Count the free places of a meeting and of these units, and keep others from counting.

    Whoever takes or frees places, or says how many there are, goes through here before any
    registration is held: so no two take the last place. The row of the meeting's terms is what
    they wait for.
    """
    connection, key = db.session.connection(), {"meeting_id": meeting_id}
    if connection.execute(_HOLD, key).first() is None:
        connection.execute(_USUAL_TERMS, {**key, "short_days": SHORT_DAYS})
        connection.execute(_HOLD, key)
    return look_at_places(meeting_id, units)


def look_at_places(meeting_id: int, units: Collection[int]) -> Places:
    """Count the free places without holding anything: for pages, never for who takes one."""
    connection, key = db.session.connection(), {"meeting_id": meeting_id}
    return placed(connection.execute(LIMITS, key).all(), meeting_id, units)


def placed(rows: Sequence[Any], meeting_id: int, units: Collection[int]) -> Places:
    """Read the places that are left from rows that begin as those of LIMITS do."""
    rules = {category: RuleRow(category in PUBLIC_CATEGORIES) for category in Category}
    categories: dict[Category, int | None] = dict.fromkeys(Category)
    of_meeting, of_unit = rows[0][:2] if rows else (None, None)
    for _, _, category, *rule, left in (row[:LIMITING] for row in rows):
        if category is not None:
            rules[category], categories[category] = RuleRow(*rule), left
    of_units: dict[int, int | None] = dict.fromkeys(units, of_unit)
    if units:
        connection = db.session.connection()
        named = {"meeting_id": meeting_id, "units": sorted(units)}
        of_units.update({row[0]: row[1] for row in connection.execute(_QUOTAS, named)})
        if any(quota is not None for quota in of_units.values()):
            for unit, taken in connection.execute(_BY_UNIT, named):
                quota = of_units[unit]
                of_units[unit] = None if quota is None else quota - taken
    return Places(rules, of_meeting, categories, of_units)
