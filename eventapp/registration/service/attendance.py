"""Verbs on registrations: register, approve, decline, cancel, give a place."""

from eventapp.alliance.queries import organisation_in, person_in
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Invalid
from eventapp.core.jobs import enqueue
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
) -> Registration:
    """Register a person of the alliance for a meeting; its state follows the meeting's rules.

    `to_check` is a message id that says why somebody must look first. Raises Conflict
    `already_registered`, and Invalid where the category is not open to this channel.
    """
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        _ensure_of_alliance(meeting.alliance_id, person_id, organisation_id)
        consent = None if consent_text_id is None else consent_in(meeting_id, consent_text_id)
        wish = Wish(person_id, Category(category), organisation_id, unit_text, to_check)
        enrolled = enrol(actor, meeting, [wish], channel=channel, consent=consent)
        return session.get_one(Registration, enrolled[0].registration_id)


def _ensure_of_alliance(alliance_id: int, person_id: int, organisation_id: int | None) -> None:
    person_in(alliance_id, person_id)
    if organisation_id is not None:
        organisation_in(alliance_id, organisation_id)


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
        unit = registration.organisation_id
        places = hold_places(meeting_id, () if unit is None else (unit,))
        ensure_place_left(places.left(registration.category, unit))
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
