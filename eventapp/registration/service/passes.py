"""Verbs on passes and on the personal links that go with a registration."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from eventapp.accounts.models import PersonalLink
from eventapp.accounts.service import ensure_link, renew_link, revoke_link
from eventapp.core import clock
from eventapp.core.access import Actor, Role
from eventapp.core.db import db, flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, NotFound
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import MeetingHere, meeting_of
from eventapp.registration.models import Delegation, Mandate, Pass, Registration
from eventapp.registration.rules import Reissue, State, make_code

LINK_LIVES_ON = timedelta(days=30)
"""How long after the meeting a personal link still opens."""


def _new_code() -> str:
    """Draw a code that no pass of the installation has."""
    while True:
        code = make_code(secrets.randbits)
        if db.session.scalar(sa.select(Pass.code).where(Pass.code == code)) is None:
            return code


def issue_pass(actor: Actor, registration_id: int) -> Pass:
    """Give an approved registration its pass; one that has it keeps it."""
    with transaction() as session:
        registration = lock(Registration, registration_id)
        if registration.state is not State.APPROVED:
            raise Conflict("not_approved", N_("报名通过以后才有参会凭证。"))
        found = session.get(Pass, registration_id)
        if found is not None:
            return found
        found = Pass(
            registration_id=registration_id,
            meeting_id=registration.meeting_id,
            generation=1,
            code=_new_code(),
            issued_at=clock.now(),
        )
        session.add(found)
        flush_or(Conflict("pass_code_taken", N_("系统正忙，请再试一次。")))
        scope_id = meeting_of(registration.meeting_id).scope_id
        audit(actor, scope_id, "pass.issue", f"registration:{registration_id}", generation=1)
    return found


def reissue_pass(
    actor: Actor,
    meeting_id: int,
    registration_id: int,
    *,
    why: Reissue | None = None,
    seen: int | None = None,
) -> Pass:
    """Give a registration a new QR and a new typed code; the old ones die at once.

    `seen` is the generation that was looked at: where it is not the newest any more, somebody
    has done this already, and the pass stays as it is.
    """
    with transaction():
        registration = lock_registration(meeting_id, registration_id)
        if registration.state is not State.APPROVED:
            raise Conflict("not_approved", N_("报名通过以后才有参会凭证。"))
        found = lock(Pass, registration_id)
        if seen is not None and seen != found.generation:
            return found
        _turn_over(found)
        audit(
            actor,
            meeting_of(meeting_id).scope_id,
            "pass.reissue",
            f"registration:{registration_id}",
            generation=found.generation,
            why=why,
        )
    return found


def kill_pass(registration_id: int) -> None:
    """Make a pass useless, inside the transaction that ends its registration."""
    found = db.session.get(Pass, registration_id, with_for_update=True, populate_existing=True)
    if found is not None:
        _turn_over(found)


def restore_pass(registration_id: int, generation: int, code: str) -> None:
    """Let a pass live again as it was, inside the transaction that undoes what ended it."""
    found = lock(Pass, registration_id)
    found.generation, found.code = generation, code
    db.session.flush()


def _turn_over(found: Pass) -> None:
    found.generation += 1
    found.code = _new_code()
    found.issued_at = clock.now()
    db.session.flush()


def delegate_link(actor: Actor, registration_id: int) -> PersonalLink:
    """Give a registration the personal link that opens its pass page."""
    with transaction():
        registration = lock(Registration, registration_id)
        return _link(actor, Role.DELEGATE, registration.meeting_id, registration_id)


def liaison_link(actor: Actor, delegation_id: int) -> PersonalLink:
    """Give a delegation the personal link by which its liaison arranges it."""
    with transaction():
        delegation = lock(Delegation, delegation_id)
        return _link(actor, Role.LIAISON, delegation.meeting_id, delegation_id)


def renew_liaison_link(actor: Actor, meeting_id: int, delegation_id: int) -> PersonalLink:
    """Give a unit's liaison a new link that lives as long as a new one; the old one is out."""
    with transaction():
        link = liaison_link(actor, _held_delegation(meeting_id, delegation_id))
        return renew_link(actor, link.id, expires_at=link_ends_at(meeting_of(meeting_id)))


def revoke_liaison_link(actor: Actor, meeting_id: int, delegation_id: int) -> None:
    """End the link by which a unit's liaison arranges it, and every browser that it opened."""
    with transaction():
        revoke_link(actor, liaison_link(actor, _held_delegation(meeting_id, delegation_id)).id)


def _held_delegation(meeting_id: int, delegation_id: int) -> int:
    found = lock(Delegation, delegation_id)
    if found.meeting_id != meeting_id:
        raise NotFound("delegation_unknown", N_("没有找到这个单位的参会安排。"))
    return found.id


def representative_link(actor: Actor, mandate_id: int) -> PersonalLink:
    """Give a mandate the link that opens its ballots: in one browser, with a sign-in code."""
    with transaction():
        mandate = lock(Mandate, mandate_id)
        if mandate.revoked_at is not None:
            raise Conflict("mandate_revoked", N_("这项授权已经撤销。"))
        return _link(actor, Role.REPRESENTATIVE, mandate.meeting_id, mandate_id)


def _link(actor: Actor, role: Role, meeting_id: int, subject_id: int) -> PersonalLink:
    meeting = meeting_of(meeting_id)
    return ensure_link(
        actor,
        role,
        meeting.scope_id,
        subject_id,
        expires_at=link_ends_at(meeting),
        bind_once=role is Role.REPRESENTATIVE,
    )


def link_ends_at(meeting: Meeting | MeetingHere) -> datetime:
    """Tell until when personal links to a meeting open, from now on."""
    return max(meeting.ends_at, clock.now()) + LINK_LIVES_ON


def lock_registration(meeting_id: int, registration_id: int) -> Registration:
    """Hold a registration of this meeting until the transaction ends."""
    row = lock(Registration, registration_id)
    if row.meeting_id != meeting_id:
        raise NotFound("registration_unknown", N_("没有找到这份报名。"))
    return row
