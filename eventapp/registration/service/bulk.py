"""One act on many registrations, which can be undone for all of them at once."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict, DomainError, Invalid, NotFound
from eventapp.core.ledger import audit
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import BulkAction, Pass, Registration
from eventapp.registration.queries.places import TAKING, Places
from eventapp.registration.queries.registrations import ENDED
from eventapp.registration.rules import State, ensure_may_become, ensure_place_left
from eventapp.registration.service.attendance import (
    become,
    ensure_may_be_approved,
    ensure_reason,
    hold_registrations,
    move_up,
    settle,
)
from eventapp.registration.service.passes import kill_pass, restore_pass

UNDO_WINDOW = timedelta(minutes=2)
"""How long an act can be undone: what is written to people waits as long, and tells nobody then."""
AT_ONCE = 500
"""So many at most are decided by one act: others wait for the places meanwhile."""


def decide_many(
    actor: Actor, meeting_id: int, ids: Collection[int], state: State, *, reason: str = ""
) -> BulkAction:
    """Approve, decline or cancel many registrations: all of them or none.

    An error names in its message what speaks against it, and its `row` counts in the order of
    the ids, the smallest first. What is written to the people waits for `UNDO_WINDOW`.
    """
    if state not in (State.APPROVED, State.DECLINED, State.CANCELLED):
        raise Invalid("state_unknown", N_("不能批量做这件事。"))
    if not ids:
        raise Invalid("nothing_chosen", N_("请先选择要处理的报名。"))
    if len(set(ids)) > AT_ONCE:
        raise Invalid(
            "too_many_chosen",
            N_("一次最多处理 %(most)s 份报名，请先用条件缩小范围。"),
            most=AT_ONCE,
        )
    if state is State.DECLINED:
        ensure_reason(reason)
    with transaction() as session:
        places, registrations = hold_registrations(meeting_id, ids)
        for row, one in enumerate(registrations):
            try:
                _ensure_may(places, one, state)
            except DomainError as error:
                error.row = row
                raise
        items = _as_they_are(registrations)
        settle(actor, registrations, state, reason, wait=UNDO_WINDOW)
        act = BulkAction(
            meeting_id=meeting_id,
            actor=str(actor),
            state=state,
            reason=reason.strip(),
            items=items,
            done_at=clock.now(),
        )
        session.add(act)
        session.flush()
        audit(
            actor,
            meeting_of(meeting_id).scope_id,
            "registration.decide_many",
            f"bulk_action:{act.id}",
            state=state.value,
            registrations=[one[0] for one in items],
        )
    return act


def _as_they_are(registrations: Collection[Registration]) -> list[list[object]]:
    """Note what undoing has to restore: states, reasons, and living passes."""
    alive = [one.id for one in registrations if one.state is State.APPROVED]
    columns = sa.select(Pass.registration_id, Pass.generation, Pass.code)
    rows = db.session.execute(columns.where(Pass.registration_id.in_(alive)))
    passes = {one: [generation, code] for one, generation, code in rows}
    return [[one.id, one.state.value, one.reason, *passes.get(one.id, [])] for one in registrations]


def _ensure_may(places: Places, registration: Registration, state: State) -> None:
    if state is State.APPROVED:
        ensure_may_be_approved(places, registration)
    else:
        ensure_may_become(registration.state, state)


def undo_many(actor: Actor, meeting_id: int, action_id: int) -> int:
    """Take an act on many registrations back; tell how many went back to what they were.

    One that somebody has decided again since then stays. Raises Conflict where it was undone
    already, too long ago, or where a place that was freed is taken.
    """
    with transaction():
        act = lock(BulkAction, action_id)
        if act.meeting_id != meeting_id:
            raise NotFound("action_unknown", N_("没有找到这次批量操作。"))
        if act.undone_at is not None:
            raise Conflict("undone_already", N_("这次批量操作已经撤销过了。"))
        if clock.now() >= act.done_at + UNDO_WINDOW:
            raise Conflict("undo_late", N_("通知已经发出，不能再整批撤销，请逐份处理。"))
        act.undone_at = clock.now()
        before = {one: rest for one, *rest in act.items}
        places, registrations = hold_registrations(meeting_id, before)
        again = _registered_again(meeting_id, registrations)
        undone = 0
        for one in registrations:
            if one.state is act.state and one.person_id not in again:
                _put_back(actor, places, one, *before[one.id])
                undone += 1
        if act.state in TAKING:
            move_up(actor, meeting_id)
        audit(
            actor,
            meeting_of(meeting_id).scope_id,
            "registration.undo_many",
            f"bulk_action:{action_id}",
            registrations=undone,
        )
    return undone


def _registered_again(meeting_id: int, registrations: Collection[Registration]) -> set[int]:
    """Tell who of the cancelled has another registration by now."""
    ended = [one.person_id for one in registrations if one.state in ENDED]
    return set(
        db.session.scalars(
            sa.select(Registration.person_id).where(
                Registration.meeting_id == meeting_id,
                Registration.person_id.in_(ended),
                Registration.state.not_in(ENDED),
            )
        )
    )


def _put_back(
    actor: Actor,
    places: Places,
    registration: Registration,
    value: str,
    reason: str,
    *living: Any,
) -> None:
    """Restore a state and the pass that lived in it; nobody is told, for nobody was told before."""
    state, before = State(value), registration.state
    if state in TAKING and before not in TAKING:
        ensure_place_left(places.left(registration.category, registration.organisation_id))
        places.take(registration.category, registration.organisation_id)
    if before is State.APPROVED:
        kill_pass(registration.id)
    become(actor, [registration], state, reason)
    if living:
        restore_pass(registration.id, *living)
