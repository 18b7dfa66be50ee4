"""Verbs on registrations: register, approve, decline, cancel, give a place."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

import sqlalchemy as sa

from eventapp.accounts.models import PersonalLink
from eventapp.alliance.queries import organisation_in, person_in
from eventapp.core import clock
from eventapp.core.access import Actor, Role
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Invalid, NotFound
from eventapp.core.jobs import AT_ONCE, enqueue_all
from eventapp.core.ledger import Act, audit, audit_all
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import Pass, Registration
from eventapp.registration.queries import consent_in
from eventapp.registration.queries.places import TAKING, Places, hold_places
from eventapp.registration.queries.registrations import QUEUE
from eventapp.registration.rules import Category, State, ensure_may_become, ensure_place_left
from eventapp.registration.service.enrolment import Wish, add_passes, enrol
from eventapp.registration.service.passes import delegate_link, kill_pass


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
    answers: Mapping[int, list[str]] = MappingProxyType({}),
) -> Registration:
    """Register a person of the alliance for a meeting; its state follows the meeting's rules.

    `to_check` is a message id that says why somebody must look first; `language` is the one in
    which the person is written to, Chinese where nobody knows; `answers` are by the id of their
    field. Raises Conflict
    `already_registered`, and Invalid where the category is not open to this channel.
    """
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        person_id = person_in(meeting.alliance_id, person_id).id
        if organisation_id is not None:
            organisation_in(meeting.alliance_id, organisation_id)
        consent = None if consent_text_id is None else consent_in(meeting_id, consent_text_id)
        wish = Wish(
            person_id, Category(category), organisation_id, unit_text, to_check, language, answers
        )
        enrolled = enrol(actor, meeting, [wish], channel=channel, consent=consent)
        return session.get_one(Registration, enrolled[0].registration_id)


def tell(actor: Actor, registration_id: int) -> None:
    """Ask for a mail that says how a registration stands, with its personal link.

    It is not sent where the registration stands otherwise by then.
    """
    tell_all(actor, [db.session.get_one(Registration, registration_id)])


def tell_all(
    actor: Actor,
    registrations: Sequence[Registration],
    *,
    wait: timedelta = AT_ONCE,
    before: Mapping[int, State] = MappingProxyType({}),
) -> None:
    """Ask for a mail to each of a meeting's people that says how the registration stands.

    `before` is how it stood, where that makes a difference to what is written.
    """
    if registrations:
        about = [
            {"registration": one.id, "state": one.state.value, "before": before.get(one.id, "")}
            for one in registrations
        ]
        scope_id = meeting_of(registrations[0].meeting_id).scope_id
        enqueue_all("tell_registrant", scope_id, actor, about, wait=wait)


def approve_registration(actor: Actor, meeting_id: int, registration_id: int) -> Registration:
    """Approve a registration and issue its pass; refused where no place is left."""
    with transaction():
        places, (registration,) = hold_registrations(meeting_id, [registration_id])
        ensure_may_be_approved(places, registration)
        settle(actor, [registration], State.APPROVED)
    return registration


def decline_registration(
    actor: Actor, meeting_id: int, registration_id: int, *, reason: str
) -> Registration:
    """Decline a registration with a reason, which it keeps and the person is told."""
    ensure_reason(reason)
    with transaction():
        _, (registration,) = hold_registrations(meeting_id, [registration_id])
        ensure_may_become(registration.state, State.DECLINED)
        settle(actor, [registration], State.DECLINED, reason)
    return registration


def cancel_registration(
    actor: Actor, meeting_id: int, registration_id: int, *, reason: str = ""
) -> Registration:
    """Cancel a registration; its pass dies at once and its place goes to who waits longest."""
    with transaction():
        _, (registration,) = hold_registrations(meeting_id, [registration_id])
        ensure_may_become(registration.state, State.CANCELLED)
        settle(actor, [registration], State.CANCELLED, reason)
    return registration


def ensure_reason(reason: str) -> None:
    """Refuse to decline without a word why."""
    if not reason.strip():
        raise Invalid("reason_missing", N_("请写明不通过的原因。"), field="reason")


def ensure_may_be_approved(places: Places, registration: Registration) -> None:
    """Refuse, with Conflict, an approval that cannot be; else count its place as taken.

    An invited person holds a place already.
    """
    ensure_may_become(registration.state, State.APPROVED)
    if registration.state not in TAKING:
        category, unit = registration.category, registration.organisation_id
        ensure_place_left(places.left(category, unit))
        places.take(category, unit)


def hold_registrations(
    meeting_id: int, registration_ids: Collection[int]
) -> tuple[Places, list[Registration]]:
    """Hold the places of a meeting and then these registrations of it, in the order of their ids.

    Everybody holds in this order, so that nobody waits for somebody who waits for them.
    """
    wanted = sorted(set(registration_ids))
    of_meeting = sa.and_(Registration.meeting_id == meeting_id, Registration.id.in_(wanted))
    units = db.session.scalars(sa.select(Registration.organisation_id).distinct().where(of_meeting))
    places = hold_places(meeting_id, {unit for unit in units if unit is not None})
    found = list(
        db.session.scalars(
            sa.select(Registration)
            .where(of_meeting)
            .order_by(Registration.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    if len(found) != len(wanted):
        raise NotFound("registration_unknown", N_("没有找到这份报名。"))
    return places, found


def settle(
    actor: Actor,
    registrations: Sequence[Registration],
    state: State,
    reason: str = "",
    *,
    wait: timedelta = AT_ONCE,
) -> None:
    """Bring registrations of a meeting into a state, with all that follows from it.

    Passes are issued or die, links are there, the people are told after `wait`, and freed places
    go to who waits longest. The caller holds them and has asked whether they may.
    """
    if not registrations:
        return
    before = become(actor, registrations, state, reason)
    ids = [one.id for one in registrations]
    if state is State.APPROVED:
        _issue_passes(actor, registrations)
    else:
        for one in ids:
            if before[one] is State.APPROVED:
                kill_pass(one)
    _link_all(actor, ids)
    is_refusal = state is State.DECLINED  # who declined an invitation knows it
    told = [one for one in registrations if not (is_refusal and before[one.id] is State.INVITED)]
    tell_all(actor, told, wait=wait, before=before)
    if state not in TAKING and any(one in TAKING for one in before.values()):
        move_up(actor, registrations[0].meeting_id)


def _link_all(actor: Actor, registration_ids: Collection[int]) -> None:
    linked = sa.select(PersonalLink.subject_id).where(
        PersonalLink.role == Role.DELEGATE, PersonalLink.subject_id.in_(registration_ids)
    )
    for one in sorted(set(registration_ids) - set(db.session.scalars(linked))):
        delegate_link(actor, one)


def _issue_passes(actor: Actor, registrations: Sequence[Registration]) -> None:
    meeting = meeting_of(registrations[0].meeting_id)
    ids = [one.id for one in registrations]
    kept = set(
        db.session.scalars(sa.select(Pass.registration_id).where(Pass.registration_id.in_(ids)))
    )
    fresh = [one for one in ids if one not in kept]
    add_passes(meeting.id, fresh)
    audit_all(
        actor,
        meeting.scope_id,
        [Act("pass.issue", f"registration:{one}", {"generation": 1}) for one in fresh],
    )


def move_up(actor: Actor, meeting_id: int) -> int:
    """Give free places to those who wait longest; tell how many came in.

    Whoever somebody has to look at first stays for the organiser: a category that is not
    approved by rule, a request with a reason to check.
    """
    with transaction() as session:
        units = set(
            session.scalars(sa.select(Registration.organisation_id).where(_in_line(meeting_id)))
        )
        if not units:
            return 0
        places = hold_places(meeting_id, {unit for unit in units if unit is not None})
        chosen: list[int] = []
        line = sa.select(Registration.id, Registration.category, Registration.organisation_id)
        in_order = line.where(_in_line(meeting_id)).order_by(*QUEUE)
        for registration_id, category, unit in session.execute(in_order):
            left = places.left(category, unit)
            if places.rules[category].auto_approve and (left is None or left > 0):
                places.take(category, unit)
                chosen.append(registration_id)
        if chosen:
            settle(actor, hold_registrations(meeting_id, chosen)[1], State.APPROVED)
    return len(chosen)


def _in_line(meeting_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        Registration.meeting_id == meeting_id,
        Registration.state == State.WAITLISTED,
        Registration.reason == "",
    )


def become(
    actor: Actor, registrations: Sequence[Registration], state: State, reason: str
) -> dict[int, State]:
    """Note that registrations went to another state; tell what they were before, by their ids.

    The caller holds them and has asked whether they may.
    """
    before = {one.id: one.state for one in registrations}
    now = clock.now()
    for one in registrations:
        one.state, one.reason, one.decided_at = state, reason.strip(), now
    db.session.flush()
    audit_all(
        actor,
        meeting_of(registrations[0].meeting_id).scope_id,
        [
            Act(f"registration.{state.value}", f"registration:{one}", {"before": old.value})
            for one, old in before.items()
        ],
    )
    return before


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
