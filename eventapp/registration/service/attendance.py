"""Verbs on registrations: register, approve, decline, cancel, give a place."""

from typing import NamedTuple

import sqlalchemy as sa

from eventapp.alliance.queries import organisation_in, person_in
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.jobs import enqueue
from eventapp.core.ledger import audit
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import CategoryRule, Consent, Delegation, Registration
from eventapp.registration.queries import categories_of, consent_in, taken_in
from eventapp.registration.rules import (
    PUBLIC_CATEGORIES,
    Category,
    State,
    decide_registration,
    ensure_may_become,
    ensure_place_left,
    places_left,
)
from eventapp.registration.service.passes import (
    delegate_link,
    issue_pass,
    kill_pass,
    lock_registration,
)

DESK, LIAISON, PUBLIC = "desk", "liaison", "public"
"""Ways in which a registration comes; the desk may choose any category, and approves at once."""


class _Terms(NamedTuple):
    open_categories: frozenset[Category]
    places_left: int | None
    auto_approve: bool


def register_person(
    actor: Actor,
    meeting_id: int,
    *,
    person_id: int,
    category: Category,
    organisation_id: int | None = None,
    unit_text: str = "",
    consent_text_id: int | None = None,
    channel: str,
    to_check: str = "",
    language: str = "",
) -> Registration:
    """Register a person of the alliance for a meeting; its state follows the meeting's rules.

    `to_check` is a message id that says why somebody must look first; `language` is the one in
    which the person is written to, Chinese where nobody knows. Raises Conflict
    `already_registered`, and Invalid where the category is not open to this channel.
    """
    category = Category(category)
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        _ensure_of_alliance(meeting.alliance_id, person_id, organisation_id)
        terms = _terms(meeting_id, category, organisation_id, channel, to_check)
        registration = Registration(
            meeting_id=meeting_id,
            person_id=person_id,
            organisation_id=organisation_id,
            unit_text="" if organisation_id is not None else unit_text,
            category=category,
            state=(state := decide_registration(category, *terms)),
            reason=to_check,
            channel=channel,
            language=language,
            submitted_at=clock.now(),
            decided_at=clock.now() if state is State.APPROVED else None,
        )
        session.add(registration)
        flush_or(Conflict("already_registered", N_("这个人已经报名，不必再报。")))
        _record(actor, meeting.scope_id, registration)
        _note_consent(actor, registration, consent_text_id)
        _equip(actor, registration.id, state)
    return registration


def _ensure_of_alliance(alliance_id: int, person_id: int, organisation_id: int | None) -> None:
    person_in(alliance_id, person_id)
    if organisation_id is not None:
        organisation_in(alliance_id, organisation_id)


def _record(actor: Actor, scope_id: int, registration: Registration) -> None:
    audit(
        actor,
        scope_id,
        "registration.submit",
        f"registration:{registration.id}",
        category=registration.category.value,
        state=registration.state.value,
        channel=registration.channel,
    )


def _terms(
    meeting_id: int,
    category: Category,
    organisation_id: int | None,
    channel: str,
    to_check: str,
) -> _Terms:
    left = _places_left(meeting_id, category, organisation_id)
    rows = {row.category: row for row in categories_of(meeting_id)}
    if channel == PUBLIC:
        allowed = frozenset(row.category for row in rows.values() if row.public)
    else:
        allowed = frozenset(Category) if channel == DESK else PUBLIC_CATEGORIES
    by_rule = channel == DESK or rows[category].auto_approve
    return _Terms(allowed, left, by_rule and not to_check)


def _places_left(meeting_id: int, category: Category, organisation_id: int | None) -> int | None:
    """Count free places while holding what limits them, so that no two take the last one."""
    rule = db.session.scalar(
        sa.select(CategoryRule)
        .where(CategoryRule.meeting_id == meeting_id, CategoryRule.category == category)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    unit = db.session.scalar(
        sa.select(Delegation)
        .where(Delegation.meeting_id == meeting_id, Delegation.organisation_id == organisation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return places_left(
        (rule.quota if rule else None, taken_in(meeting_id, category=category)),
        (unit.quota if unit else None, taken_in(meeting_id, organisation_id=organisation_id)),
    )


def _note_consent(actor: Actor, registration: Registration, consent_text_id: int | None) -> None:
    if consent_text_id is None:
        return
    text = consent_in(registration.meeting_id, consent_text_id)
    db.session.add(
        Consent(
            registration_id=registration.id,
            consent_text_id=text.id,
            given_at=clock.now(),
            channel=registration.channel,
        )
    )
    audit(
        actor,
        meeting_of(registration.meeting_id).scope_id,
        "consent.give",
        f"registration:{registration.id}",
        version=text.version,
        digest=text.digest,
    )


def _equip(actor: Actor, registration_id: int, state: State) -> None:
    """Give a registration what it needs in its state, and tell the person."""
    if state is State.APPROVED:
        issue_pass(actor, registration_id)
    delegate_link(actor, registration_id)
    tell(actor, registration_id)


def tell(actor: Actor, registration_id: int) -> None:
    """Ask for a mail that says how a registration stands, with its personal link."""
    registration = db.session.get_one(Registration, registration_id)
    scope_id = meeting_of(registration.meeting_id).scope_id
    enqueue("tell_registrant", scope_id, actor, registration=registration_id)


def approve_registration(actor: Actor, meeting_id: int, registration_id: int) -> Registration:
    """Approve a registration and issue its pass; refused where no place is left."""
    with transaction():
        registration = lock_registration(meeting_id, registration_id)
        ensure_may_become(registration.state, State.APPROVED)
        ensure_place_left(
            _places_left(meeting_id, registration.category, registration.organisation_id)
        )
        _become(actor, registration, State.APPROVED, "")
        _equip(actor, registration_id, State.APPROVED)
    return registration


def decline_registration(
    actor: Actor, meeting_id: int, registration_id: int, *, reason: str
) -> Registration:
    """Decline a registration with a reason, which it keeps and the person is told."""
    if not reason.strip():
        raise Invalid("reason_missing", N_("请写明不通过的原因。"), field="reason")
    with transaction():
        registration = lock_registration(meeting_id, registration_id)
        ensure_may_become(registration.state, State.DECLINED)
        _become(actor, registration, State.DECLINED, reason)
        tell(actor, registration_id)
    return registration


def cancel_registration(
    actor: Actor, meeting_id: int, registration_id: int, *, reason: str = ""
) -> Registration:
    """Cancel a registration; its pass dies at once and its place is free."""
    with transaction():
        registration = lock_registration(meeting_id, registration_id)
        ensure_may_become(registration.state, State.CANCELLED)
        _become(actor, registration, State.CANCELLED, reason)
        kill_pass(registration_id)
    return registration


def _become(actor: Actor, registration: Registration, state: State, reason: str) -> None:
    before = registration.state
    registration.state, registration.reason = state, reason.strip()
    registration.decided_at = clock.now()
    db.session.flush()
    audit(
        actor,
        meeting_of(registration.meeting_id).scope_id,
        f"registration.{state.value}",
        f"registration:{registration.id}",
        before=before.value,
    )


def assign_place(actor: Actor, registration_id: int, place: str) -> None:
    """Write a seat or a place on stage on a registration, for its pass and the door."""
    with transaction():
        registration = lock(Registration, registration_id)
        if registration.place == place:
            return
        registration.place = place
        audit(
            actor,
            meeting_of(registration.meeting_id).scope_id,
            "registration.place",
            f"registration:{registration_id}",
            place=place,
        )
