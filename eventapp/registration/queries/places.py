"""How many places a meeting has, and how many of them are taken."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventapp.core.db import db
from eventapp.registration.models import CategoryRule, Delegation, Registration, Terms
from eventapp.registration.rules import PUBLIC_CATEGORIES, SHORT_DAYS, Category, State

TAKING = (State.APPROVED, State.INVITED)
"""States that hold a place."""

_registrations: Any = Registration.__table__
_rules: Any = CategoryRule.__table__
_delegations: Any = Delegation.__table__
_terms: Any = Terms.__table__


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


_READ_TERMS = sa.select(
    _terms.c.quota, _terms.c.unit_quota, _terms.c.substitute_until, _terms.c.short_days
).where(_terms.c.meeting_id == sa.bindparam("meeting_id"))
_HOLD_TERMS = _READ_TERMS.with_for_update()
_READ_RULES = (
    sa.select(_rules.c.category, _rules.c.public, _rules.c.auto_approve, _rules.c.quota)
    .where(_rules.c.meeting_id == sa.bindparam("meeting_id"))
    .order_by(_rules.c.id)
)
_HOLD_RULES = _READ_RULES.with_for_update()
_READ_UNITS = (
    sa.select(_delegations.c.organisation_id, _delegations.c.quota)
    .where(
        _delegations.c.meeting_id == sa.bindparam("meeting_id"),
        _delegations.c.organisation_id.in_(sa.bindparam("units", expanding=True)),
    )
    .order_by(_delegations.c.id)
)
_HOLD_UNITS = _READ_UNITS.with_for_update()
_TAKING = sa.and_(
    _registrations.c.meeting_id == sa.bindparam("meeting_id"), _registrations.c.state.in_(TAKING)
)
_BY_CATEGORY = (
    sa.select(_registrations.c.category, sa.func.count())
    .where(_TAKING)
    .group_by(_registrations.c.category)
)
_BY_UNIT = (
    sa.select(_registrations.c.organisation_id, sa.func.count())
    .where(_TAKING, _registrations.c.organisation_id.in_(sa.bindparam("units", expanding=True)))
    .group_by(_registrations.c.organisation_id)
)


def hold_places(meeting_id: int, units: Collection[int]) -> Places:
    """Count the free places of a meeting and of these units while holding what limits them.

    Whoever takes or frees places goes through here, so that no two take the last one: terms
    first, then categories, then delegations, the same order for everybody, and before any
    registration is held.
    """
    return _count(meeting_id, units, _HOLD_TERMS, _HOLD_RULES, _HOLD_UNITS)


def look_at_places(meeting_id: int, units: Collection[int]) -> Places:
    """Count the free places without holding anything: for pages, never for who takes one."""
    return _count(meeting_id, units, _READ_TERMS, _READ_RULES, _READ_UNITS)


def _count(
    meeting_id: int,
    units: Collection[int],
    terms_query: Any,
    rules_query: Any,
    units_query: sa.Select[Any, Any],
) -> Places:
    connection = db.session.connection()
    key = {"meeting_id": meeting_id}
    row = connection.execute(terms_query, key).first()
    terms = TermsRow(*row) if row else TermsRow()
    rules = {category: RuleRow(category in PUBLIC_CATEGORIES) for category in Category}
    for category, *rule in connection.execute(rules_query, key):
        rules[category] = RuleRow(*rule)
    quotas: dict[int, int | None] = {}
    if units:
        of_units = {**key, "units": sorted(units)}
        quotas = dict.fromkeys(units, terms.unit_quota)
        for unit, quota in connection.execute(units_query, of_units):
            quotas[unit] = terms.unit_quota if quota is None else quota
        if any(quota is not None for quota in quotas.values()):
            for unit, taken in connection.execute(_BY_UNIT, of_units):
                quota = quotas[unit]
                quotas[unit] = None if quota is None else quota - taken
    limits = {category: rule.quota for category, rule in rules.items()}
    total = terms.quota
    if total is not None or any(limit is not None for limit in limits.values()):
        for category, taken in connection.execute(_BY_CATEGORY, key):
            total = None if total is None else total - taken
            limit = limits[category]
            limits[category] = None if limit is None else limit - taken
    return Places(rules, total, limits, quotas)
