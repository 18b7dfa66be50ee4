"""Verbs on what a meeting allows: categories and their quotas, the consent text."""

import hashlib

import sqlalchemy as sa

from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import flush_or, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.ledger import audit
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import CategoryRule, ConsentText
from eventapp.registration.queries import consent_of
from eventapp.registration.rules import CONTACT_MONTHS, DEFAULT_CONSENT, Category
from eventapp.registration.service.attendance import move_up


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


def current_consent(actor: Actor, meeting_id: int) -> ConsentText:
    """Return what people are asked to agree to; the usual text becomes version 1 here."""
    return consent_of(meeting_id) or set_consent(actor, meeting_id, DEFAULT_CONSENT)


def set_consent(
    actor: Actor, meeting_id: int, text: str, contact_months: int = CONTACT_MONTHS
) -> ConsentText:
    """Give a meeting a new version of its consent text; the same one again is no new version.

    `contact_months` is how long after the meeting contacts are kept, as the text says in words.
    Older versions stay: somebody agreed to them.
    """
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not text:
        raise Invalid("consent_empty", N_("请写明收集哪些信息、作什么用、保存多久。"), field="text")
    digest = hashlib.sha256(text.encode()).hexdigest()
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        newest = consent_of(meeting_id)
        if newest and (newest.digest, newest.contact_months) == (digest, contact_months):
            return newest
        found = ConsentText(
            meeting_id=meeting_id,
            version=newest.version + 1 if newest else 1,
            text=text,
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
