"""Inviting people, reminding them, and taking their answers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from eventapp.alliance.models import Person
from eventapp.alliance.queries import member_names
from eventapp.alliance.service.people import PersonIn, ensure_people
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.ledger import Act, audit_all
from eventapp.core.names import name_key
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import Consent, Registration
from eventapp.registration.rules import INVITATION, Category, State, ensure_may_become
from eventapp.registration.service.attendance import hold_registrations, settle, tell_all
from eventapp.registration.service.enrolment import Enrolled, Wish, enrol
from eventapp.registration.service.groups import ensure_themselves
from eventapp.registration.service.public import agreed_consent

REMIND_AGAIN = timedelta(days=1)
"""Nobody is reminded more often."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody to be invited, as typed; a unit that is no member stays a text."""

    name: str
    titles: str = ""
    phone: str = ""
    email: str = ""
    unit: str = ""


def invite_people(
    actor: Actor,
    meeting_id: int,
    category: Category,
    invitees: Sequence[Invitee],
    *,
    language: str = "",
) -> list[Enrolled]:
    """Invite people in a category: all of them or nobody; each holds a place until the answer.

    Raises GroupRefused where there are too few places; any other refusal names its invitee in
    `row`, counted from 0.
    """
    if not invitees:
        raise Invalid("nobody_invited", N_("请写上要邀请的人，每行一位。"), field="rows")
    if len(invitees) > AT_ONCE:
        raise Invalid(
            "too_many_invited", N_("一次最多邀请 %(most)s 人。"), field="rows", most=AT_ONCE
        )
    with transaction():
        meeting = meeting_of(meeting_id)
        members = {name_key(name): one for one, name in member_names(meeting.alliance_id).items()}
        units = [members.get(name_key(one.unit)) for one in invitees]
        people = ensure_people(
            meeting.alliance_id,
            [
                PersonIn(one.name, one.phone, one.email, one.titles, unit)
                for one, unit in zip(invitees, units, strict=True)
            ],
        )
        ensure_themselves(meeting_id, [one.name for one in invitees], people)
        wishes = [
            Wish(
                person.id,
                category,
                unit,
                one.unit,
                language=language,
                writes=bool(person.email),
                state=State.INVITED,
            )
            for one, unit, person in zip(invitees, units, people, strict=True)
        ]
        return enrol(actor, meeting, wishes, channel=INVITATION, whole=True)


def accept_invitation(
    actor: Actor, meeting_id: int, registration_id: int, *, consent_version: int | None = None
) -> Registration:
    """Note that an invited person comes: approved, with a pass; the place was held.

    `consent_version` is what the person agreed to in answering; None where somebody else notes
    the answer.
    """
    with transaction() as session:
        registration = _invited(meeting_id, registration_id)
        if consent_version is not None:
            consent = agreed_consent(meeting_id, consent_version)
            session.add(
                Consent(
                    registration_id=registration_id,
                    consent_text_id=consent.id,
                    given_at=clock.now(),
                    channel=INVITATION,
                )
            )
        ensure_may_become(registration.state, State.APPROVED)
        settle(actor, [registration], State.APPROVED)
    return registration


def decline_invitation(
    actor: Actor, meeting_id: int, registration_id: int, *, word: str = ""
) -> Registration:
    """Note that an invited person does not come; the place goes to who waits longest."""
    with transaction():
        registration = _invited(meeting_id, registration_id)
        ensure_may_become(registration.state, State.DECLINED)
        settle(actor, [registration], State.DECLINED, word or N_("本人不能出席"))
    return registration


def _invited(meeting_id: int, registration_id: int) -> Registration:
    _, (registration,) = hold_registrations(meeting_id, [registration_id])
    if registration.state is not State.INVITED:
        raise Conflict("invitation_answered", N_("这份邀请已经答复或取消，请看现在的状态。"))
    return registration


def remind_invited(actor: Actor, meeting_id: int, ids: Collection[int]) -> int:
    """Remind by mail those who have not answered and were not asked of late; tell how many."""
    with transaction():
        now = clock.now()
        waiting = list(
            db.session.scalars(
                sa.select(Registration)
                .join(Person, Person.id == Registration.person_id)
                .where(
                    Person.email != "",
                    Registration.meeting_id == meeting_id,
                    Registration.id.in_(ids),
                    Registration.state == State.INVITED,
                    sa.func.coalesce(Registration.reminded_at, Registration.submitted_at)
                    <= now - REMIND_AGAIN,
                )
                .order_by(Registration.id)
                .with_for_update(of=Registration)
            )
        )
        for one in waiting:
            one.reminded_at = now
        db.session.flush()
        audit_all(
            actor,
            meeting_of(meeting_id).scope_id,
            [Act("registration.remind", f"registration:{one.id}", {}) for one in waiting],
        )
        tell_all(actor, waiting)
    return len(waiting)
