"""Let one person stand where two stood, of what turned out to be one."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from eventapp.core.access import Actor
from eventapp.core.db import db, transaction
from eventapp.core.errors import N_
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import Delegation, Leave, Mandate, Registration
from eventapp.registration.queries.places import TAKING
from eventapp.registration.rules import State
from eventapp.registration.service.attendance import become, hold_registrations, move_up, tell_all
from eventapp.registration.service.forgetting import OVER
from eventapp.registration.service.passes import kill_pass
from eventapp.registration.service.units import revoke_mandate, withdraw_leave

MERGED = N_("与另一份报名是同一个人，已并入那一份。")


def hold_people(person_ids: Collection[int]) -> None:
    """Hold what these people have registered, meeting by meeting, so that no door changes it."""
    rows = db.session.execute(
        sa.select(Registration.meeting_id, Registration.id)
        .where(Registration.person_id.in_(person_ids))
        .order_by(Registration.meeting_id)
    )
    held: dict[int, list[int]] = {}
    for meeting_id, registration_id in rows:
        held.setdefault(meeting_id, []).append(registration_id)
    for meeting_id, ids in held.items():
        hold_registrations(meeting_id, ids)


def hand_over_person(
    actor: Actor, old_id: int, new_id: int, *, ending: Collection[tuple[int, int, int]]
) -> dict[str, int]:
    """Give all that one person has at meetings to another; tell how much of each kind.

    `ending` are meetings where both are registered: the meeting, the registration that ends, the
    one that stays. Mandates and leaves that both have for one unit end once. The caller holds
    both people, in the transaction around.
    """
    with transaction():
        for meeting_id, ends, stays in ending:
            _end(actor, meeting_id, ends, stays)
        _end_twins(actor, old_id, new_id)
        moves: tuple[tuple[Any, str], ...] = (
            (Registration, "person_id"),
            (Mandate, "person_id"),
            (Leave, "person_id"),
            (Delegation, "liaison_id"),
        )
        return {
            model.__tablename__: _move(model, column, old_id, new_id) for model, column in moves
        }


def _end(actor: Actor, meeting_id: int, ends_id: int, stays_id: int) -> None:
    """End one registration of two: its pass dies; who gets by the other is written to."""
    meeting_state = meeting_of(meeting_id).state
    _, held = hold_registrations(meeting_id, [ends_id, stays_id])
    ends, stays = sorted(held, key=lambda one: one.id == stays_id)
    before = become(actor, [ends], State.CANCELLED, MERGED)[ends_id]
    if before is State.APPROVED:
        kill_pass(ends_id)
        if meeting_state not in OVER:
            tell_all(actor, [stays])  # the pass in hand may be the dead one
    if before in TAKING:
        move_up(actor, meeting_id)


def _end_twins(actor: Actor, old_id: int, new_id: int) -> None:
    for model, end, is_alive in (
        (Mandate, revoke_mandate, Mandate.revoked_at.is_(None)),
        (Leave, withdraw_leave, Leave.withdrawn_at.is_(None)),
    ):
        theirs = sa.select(model).where(is_alive).order_by(model.id)
        kept = {
            (one.meeting_id, one.organisation_id)
            for one in db.session.scalars(theirs.where(model.person_id == new_id))
        }
        for one in db.session.scalars(theirs.where(model.person_id == old_id)).all():
            if (one.meeting_id, one.organisation_id) in kept:
                end(actor, one.meeting_id, one.id)


def _move(model: Any, column: str, old_id: int, new_id: int) -> int:
    moved = db.session.scalars(
        sa.update(model)
        .where(getattr(model, column) == old_id)
        .values({column: new_id})
        .returning(model.id)
    )
    return len(moved.all())
