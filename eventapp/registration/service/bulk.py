"""One act on many registrations, which can be undone for all of them at once."""

from collections.abc import Collection
from datetime import timedelta

from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import lock, transaction
from eventapp.core.errors import N_, Conflict, DomainError, Invalid, NotFound
from eventapp.core.ledger import audit
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import BulkAction, Registration
from eventapp.registration.queries.places import hold_places
from eventapp.registration.rules import State, ensure_place_left
from eventapp.registration.service.attendance import (
    approve_registration,
    become,
    cancel_registration,
    decline_registration,
    equip,
)
from eventapp.registration.service.passes import kill_pass, lock_registration

UNDO_WINDOW = timedelta(seconds=60)
"""How long what is written to people waits, so that an undone act tells nobody anything."""


def decide_many(
    actor: Actor, meeting_id: int, ids: Collection[int], state: State, *, reason: str = ""
) -> BulkAction:
    """Approve, decline or cancel many registrations: all of them or none.

    An error names in its message what speaks against it, and its `row` counts in the order of
    ids. What is written to the people waits for `UNDO_WINDOW`.
    """
    if not ids:
        raise Invalid("nothing_chosen", N_("请先选择要处理的报名。"))
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        items: list[list[object]] = []
        for row, one in enumerate(sorted(set(ids))):
            before = lock_registration(meeting_id, one).state
            try:
                _decide(actor, meeting_id, one, state, reason)
            except DomainError as error:
                error.row = row
                raise
            items.append([one, before.value])
        act = BulkAction(
            meeting_id=meeting_id,
            actor=str(actor),
            state=state,
            reason=reason,
            items=items,
            done_at=clock.now(),
        )
        session.add(act)
        session.flush()
        audit(
            actor,
            meeting.scope_id,
            "registration.decide_many",
            f"bulk_action:{act.id}",
            state=state.value,
            registrations=[one for one, _ in items],
        )
    return act


def _decide(actor: Actor, meeting_id: int, one: int, state: State, reason: str) -> None:
    if state is State.APPROVED:
        approve_registration(actor, meeting_id, one, wait=UNDO_WINDOW)
    elif state is State.DECLINED:
        decline_registration(actor, meeting_id, one, reason=reason, wait=UNDO_WINDOW)
    elif state is State.CANCELLED:
        cancel_registration(actor, meeting_id, one, reason=reason)
    else:
        raise Invalid("state_unknown", N_("不能批量做这件事。"))


def undo_many(actor: Actor, meeting_id: int, action_id: int) -> int:
    """Take an act on many registrations back; tell how many went back to what they were.

    One that somebody has decided again since then stays. Raises Conflict where it was undone
    already, or where a place that was freed is taken.
    """
    with transaction():
        meeting = meeting_of(meeting_id)
        act = lock(BulkAction, action_id)
        if act.meeting_id != meeting_id:
            raise NotFound("action_unknown", N_("没有找到这次批量操作。"))
        if act.undone_at is not None:
            raise Conflict("undone_already", N_("这次批量操作已经撤销过了。"))
        act.undone_at = clock.now()
        undone = 0
        for one, value in act.items:
            registration = lock_registration(meeting_id, one)
            if registration.state is act.state:
                _put_back(actor, registration, State(value))
                undone += 1
        audit(
            actor,
            meeting.scope_id,
            "registration.undo_many",
            f"bulk_action:{action_id}",
            registrations=undone,
        )
    return undone


def _put_back(actor: Actor, registration: Registration, state: State) -> None:
    unit = registration.organisation_id
    if state is State.APPROVED:
        places = hold_places(registration.meeting_id, () if unit is None else (unit,))
        ensure_place_left(places.left(registration.category, unit))
    if registration.state is State.APPROVED:
        kill_pass(registration.id)
    become(actor, registration, state, "")
    if state is State.APPROVED:
        equip(actor, registration.id, state, wait=UNDO_WINDOW)
