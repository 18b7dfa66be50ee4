"""Verbs on what a meeting allows: categories and their quotas, the consent text."""

import hashlib
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import CategoryRule, ConsentText, Terms
from eventapp.registration.queries import consent_of, fields_of
from eventapp.registration.queries.places import hold_places, terms_of
from eventapp.registration.rules import (
    CONTACT_MONTHS,
    DEFAULT_CONSENT,
    Category,
    annex_of,
)
from eventapp.registration.service.attendance import move_up

LONGEST_SHORT = 365


def set_terms(
    actor: Actor,
    meeting_id: int,
    *,
    quota: int | None,
    unit_quota: int | None,
    substitute_until: datetime | None,
    short_days: int,
) -> Terms:
    """Say how many places a meeting has, how many a unit, and until when delegates change.

    A quota below what is taken already sends nobody away; a larger one lets the waiting in.
    """
    for field, number in (("quota", quota), ("unit_quota", unit_quota)):
        if number is not None and number < 0:
            raise Invalid("quota_negative", N_("名额不能小于零。"), field=field)
    if not 1 <= short_days <= LONGEST_SHORT:
        raise Invalid(
            "short_days_range",
            N_("保存天数是 1 到 365 之间的整数。"),
            field="short_days",
        )
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        if substitute_until is not None and substitute_until > meeting.ends_at:
            raise Invalid(
                "substitute_late", N_("更换代表的截止时间不能晚于闭会。"), field="substitute_until"
            )
        hold_places(meeting_id, ())
        terms = session.get_one(Terms, meeting_id, populate_existing=True)
        keeps_otherwise = terms.short_days != short_days
        terms.quota, terms.unit_quota = quota, unit_quota
        terms.substitute_until, terms.short_days = substitute_until, short_days
        session.flush()
        audit(
            actor,
            meeting.scope_id,
            "terms.set",
            f"meeting:{meeting_id}",
            quota=quota,
            unit_quota=unit_quota,
            substitute_until=substitute_until.isoformat() if substitute_until else None,
            short_days=short_days,
        )
        if keeps_otherwise and consent_of(meeting_id) is not None:
            renew_consent(actor, meeting_id)
        move_up(actor, meeting_id)
    return terms


def set_category(
    actor: Actor,
    meeting_id: int,
    category: Category,
    *,
    public: bool,
    auto_approve: bool,
    quota: int | None,
) -> CategoryRule:
    """Say whether a category is open to the public, approved by rule, and how many it takes.

    A quota below what is approved already sends nobody away; it only lets nobody else in.
    """
    if quota is not None and quota < 0:
        raise Invalid("quota_negative", N_("名额不能小于零。"), field="quota")
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        hold_places(meeting_id, ())
        rule = session.scalar(
            sa.select(CategoryRule)
            .where(CategoryRule.meeting_id == meeting_id, CategoryRule.category == category)
            .with_for_update()
        )
        if rule is None:
            rule = CategoryRule(meeting_id=meeting_id, category=category)
            session.add(rule)
        rule.public, rule.auto_approve, rule.quota = public, auto_approve, quota
        flush_or(Conflict("category_set", N_("这个类别刚刚已由他人设定，请刷新页面。")))
        audit(
            actor,
            meeting.scope_id,
            "category.set",
            f"category:{category.value}",
            public=public,
            auto_approve=auto_approve,
            quota=quota,
        )
        move_up(actor, meeting_id)
    return rule


def current_consent(actor: Actor, meeting_id: int, units: Collection[int] = ()) -> ConsentText:
    """Return what people are asked to agree to; the usual text becomes version 1 here.

    Whoever takes places of `units` afterwards names them: places are held before anything is
    written, and of two who come first one writes.
    """
    found = consent_of(meeting_id)
    if found is None:
        hold_places(meeting_id, units)
        lock(Meeting, meeting_id)
        found = consent_of(meeting_id) or set_consent(actor, meeting_id, DEFAULT_CONSENT)
    return found


def set_consent(
    actor: Actor, meeting_id: int, text: str, contact_months: int = CONTACT_MONTHS
) -> ConsentText:
    """Give a meeting a new version of its consent text; the same one again is no new version.

    `contact_months` is how long after the meeting contacts are kept, as the text says in words.
    What the meeting asks besides is listed in the version's annex. Older versions stay: somebody
    agreed to them.
    """
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not text:
        raise Invalid("consent_empty", N_("请写明收集哪些信息、作什么用、保存多久。"), field="text")
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        annex = annex_of(fields_of(meeting_id), terms_of(meeting_id).short_days, contact_months)
        whole = f"{text}\n\n{annex}" if annex else text
        digest = hashlib.sha256(whole.encode()).hexdigest()
        newest = consent_of(meeting_id)
        if newest and (newest.digest, newest.contact_months) == (digest, contact_months):
            return newest
        found = ConsentText(
            meeting_id=meeting_id,
            version=newest.version + 1 if newest else 1,
            text=text,
            annex=annex,
            digest=digest,
            contact_months=contact_months,
            created_at=clock.now(),
        )
        session.add(found)
        flush_or(Conflict("consent_set", N_("这份说明刚刚已由他人修改，请刷新页面后再看。")))
        audit(
            actor,
            meeting.scope_id,
            "consent.set",
            f"consent_text:{found.id}",
            version=found.version,
            digest=digest,
            contact_months=contact_months,
        )
    return found


def renew_consent(actor: Actor, meeting_id: int) -> None:
    """Let the consent text say what the meeting asks now, after a question or a term changed."""
    newest = consent_of(meeting_id)
    if newest is None:
        set_consent(actor, meeting_id, DEFAULT_CONSENT)
    else:
        set_consent(actor, meeting_id, newest.text, newest.contact_months)
