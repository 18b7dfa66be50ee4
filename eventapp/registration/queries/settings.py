"""Reads of what a meeting allows: categories with their quotas, and the consent text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.registration.models import CategoryRule, ConsentText
from eventapp.registration.queries.registrations import counts_of
from eventapp.registration.rules import DEFAULT_CONSENT, PUBLIC_CATEGORIES, Category


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """What a meeting allows in a category, and how many are approved.

    `taken` counts the invited as well, for whom places are held.
    """

    category: Category
    public: bool
    auto_approve: bool
    quota: int | None
    approved: int
    taken: int


def categories_of(meeting_id: int) -> list[CategoryRow]:
    """List all categories with this meeting's rule, or the usual one where none is set."""
    rules = {
        rule.category: rule
        for rule in db.session.scalars(
            sa.select(CategoryRule).where(CategoryRule.meeting_id == meeting_id)
        )
    }
    counts = counts_of(meeting_id)
    return [_row(category, rules.get(category), counts) for category in Category]


def _row(category: Category, rule: CategoryRule | None, counts: Mapping[str, Any]) -> CategoryRow:
    numbers = counts["categories"][category], counts["taken"][category]
    if rule is None:
        return CategoryRow(category, category in PUBLIC_CATEGORIES, True, None, *numbers)
    return CategoryRow(category, rule.public, rule.auto_approve, rule.quota, *numbers)


def open_categories(meeting_id: int) -> list[Category]:
    """List the categories that the public form offers."""
    rows = db.session.connection().execute(_PUBLIC, {"meeting_id": meeting_id})
    said = {row[0]: row[1] for row in rows}
    return [one for one in Category if said.get(one, one in PUBLIC_CATEGORIES)]


_PUBLIC = sa.select(CategoryRule.category, CategoryRule.public).where(
    CategoryRule.meeting_id == sa.bindparam("meeting_id")
)


def consent_of(meeting_id: int) -> ConsentText | None:
    """Find the newest consent text of a meeting, None where the organiser wrote none yet."""
    return db.session.scalar(_CONSENT, {"meeting_id": meeting_id})


_CONSENT = (
    sa.select(ConsentText)
    .where(ConsentText.meeting_id == sa.bindparam("meeting_id"))
    .order_by(ConsentText.version.desc())
    .limit(1)
)


def shown_consent(meeting_id: int) -> tuple[int, str]:
    """Tell version and text of what people are asked to agree to; version 0 is the usual text."""
    found = consent_of(meeting_id)
    return (found.version, found.text) if found else (0, DEFAULT_CONSENT)


def consent_versions_of(meeting_id: int) -> list[ConsentText]:
    """List every version of a meeting's consent text, the newest first."""
    return list(
        db.session.scalars(
            sa.select(ConsentText)
            .where(ConsentText.meeting_id == meeting_id)
            .order_by(ConsentText.version.desc())
        )
    )


def consent_in(meeting_id: int, consent_text_id: int) -> ConsentText:
    """Find a consent text of this meeting."""
    found = db.session.get(ConsentText, consent_text_id)
    if found is None or found.meeting_id != meeting_id:
        raise NotFound("consent_unknown", N_("没有找到这份个人信息说明。"))
    return found
