"""Verbs on registrations: register, approve, decline, cancel, give a place."""

from datetime import timedelta

import sqlalchemy as sa

from eventapp.alliance.queries import organisation_in, person_in
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Invalid
from eventapp.core.jobs import AT_ONCE, enqueue_all
from eventapp.core.ledger import audit
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import Registration
from eventapp.registration.queries import consent_in
from eventapp.registration.queries.places import hold_places
from eventapp.registration.rules import Category, State, ensure_may_become, ensure_place_left
from eventapp.registration.service.enrolment import Wish, enrol
from eventapp.registration.service.passes import (
    delegate_link,
    issue_pass,
    kill_pass,
    lock_registration,
)


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
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        _ensure_of_alliance(meeting.alliance_id, person_id, organisation_id)
        consent = None if consent_text_id is None else consent_in(meeting_id, consent_text_id)
        wish = Wish(person_id, Category(category), organisation_id, unit_text, to_check, language)
        enrolled = enrol(actor, meeting, [wish], channel=channel, consent=consent)
        return session.get_one(Registration, enrolled[0].registration_id)


def _ensure_of_alliance(alliance_id: int, person_id: int, organisation_id: int | None) -> None:
    person_in(alliance_id, person_id)
    if organisation_id is not None:
        organisation_in(alliance_id, organisation_id)


def equip(actor: Actor, registration_id: int, state: State, *, wait: timedelta = AT_ONCE) -> None:
    """Give a registration what it needs in its state, and tell the person."""
    if state is State.APPROVED:
        issue_pass(actor, registration_id)
    delegate_link(actor, registration_id)
    tell(actor, registration_id, wait=wait)


def tell(actor: Actor, registration_id: int, *, wait: timedelta = AT_ONCE) -> None:
    """Ask for a mail that says how a registration stands, with its personal link.

    One that waits is not sent where the registration stands otherwise by then.
    """
    registration = db.session.get_one(Registration, registration_id)
    scope_id = meeting_of(registration.meeting_id).scope_id
    about = {"registration": registration_id, "state": registration.state.value}
    enqueue_all("tell_registrant", scope_id, actor, [about], wait=wait)


def approve_registration(
    actor: Actor, meeting_id: int, registration_id: int, *, wait: timedelta = AT_ONCE
) -> Registration:
    """Approve a registration and issue its pass; refused where no place is left."""
    with transaction():
        registration = lock_registration(meeting_id, registration_id)
        ensure_may_become(registration.state, State.APPROVED)
        unit = registration.organisation_id
        places = hold_places(meeting_id, () if unit is None else (unit,))
        ensure_place_left(places.left(registration.category, unit))
        become(actor, registration, State.APPROVED, "")
        equip(actor, registration_id, State.APPROVED, wait=wait)
    return registration


def decline_registration(
    actor: Actor, meeting_id: int, registration_id: int, *, reason: str, wait: timedelta = AT_ONCE
) -> Registration:
    """Decline a registration with a reason, which it keeps and the person is told."""
    if not reason.strip():
        raise Invalid("reason_missing", N_("请写明不通过的原因。"), field="reason")
    with transaction():
        registration = lock_registration(meeting_id, registration_id)
        ensure_may_become(registration.state, State.DECLINED)
        become(actor, registration, State.DECLINED, reason)
        tell(actor, registration_id, wait=wait)
    return registration


def cancel_registration(
    actor: Actor, meeting_id: int, registration_id: int, *, reason: str = ""
) -> Registration:
    """Cancel a registration; its pass dies at once and its place goes to who waits longest."""
    with transaction():
        registration = lock_registration(meeting_id, registration_id)
        ensure_may_become(registration.state, State.CANCELLED)
        become(actor, registration, State.CANCELLED, reason)
        kill_pass(registration_id)
        move_up(actor, meeting_id)
    return registration


def move_up(actor: Actor, meeting_id: int) -> int:
    """Give free places to those who wait longest; tell how many came in.

    Whoever somebody has to look at first stays for the organiser: a category that is not
    approved by rule, a request with a reason to check.
    """
    with transaction() as session:
        waiting: list[tuple[int, Category, int | None]] = list(
            session.execute(
                sa.select(
                    Registration.id,
                    Registration.category,
                    Registration.organisation_id,
                )
                .where(
                    Registration.meeting_id == meeting_id,
                    Registration.state == State.WAITLISTED,
                    Registration.reason == "",
                )
                .order_by(Registration.submitted_at, Registration.id)
            )
        )
        if not waiting:
            return 0
        units = {unit for _, _, unit in waiting if unit is not None}
        places = hold_places(meeting_id, units)
        moved = 0
        for registration_id, category, unit in waiting:
            left = places.left(category, unit)
            if not places.rules[category].auto_approve or (left is not None and left <= 0):
                continue
            registration = lock_registration(meeting_id, registration_id)
            if registration.state is not State.WAITLISTED:
                continue
            places.take(category, unit)
            become(actor, registration, State.APPROVED, "")
            equip(actor, registration_id, State.APPROVED)
            moved += 1
        db.session.flush()
    return moved


def become(actor: Actor, registration: Registration, state: State, reason: str) -> None:
    """Note that a registration went to another state, inside the transaction that lets it.

    The caller has asked whether it may.
    """
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
