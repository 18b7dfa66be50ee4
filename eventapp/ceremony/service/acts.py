"""Plaques and unveilings: planned, done, and taken back after a slip of the finger."""

from typing import TypeVar

import sqlalchemy as sa

from eventapp.agenda.queries import item_in
from eventapp.alliance.models import Organisation
from eventapp.ceremony.models import PlaqueAward, Unveiling
from eventapp.ceremony.rules import ActState, ensure_act_may_become, without_name
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting

Act = TypeVar("Act", PlaqueAward, Unveiling)


def add_plaque(
    actor: Actor,
    meeting_id: int,
    *,
    item_id: int,
    organisation_id: int,
    plaque: str,
    presenters: str = "",
) -> PlaqueAward:
    """Plan to hand a plaque to a unit at an item."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        item_in(meeting_id, item_id)
        if session.get(Organisation, organisation_id) is None:
            raise Invalid("unit_unknown", N_("没有找到这个单位。"), field="organisation_id")
        award = PlaqueAward(
            meeting_id=meeting_id,
            item_id=item_id,
            organisation_id=organisation_id,
            ordinal=_last(PlaqueAward, item_id) + 1,
            plaque=plaque,
            presenters=presenters,
        )
        session.add(award)
        session.flush()
        audit(actor, meeting.scope_id, "plaque.added", f"plaque:{award.id}", item=item_id)
    return award


def add_unveiling(
    actor: Actor, meeting_id: int, *, item_id: int, plate: str, unveilers: str = ""
) -> Unveiling:
    """Plan to unveil a plate at an item."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        item_in(meeting_id, item_id)
        unveiling = Unveiling(
            meeting_id=meeting_id,
            item_id=item_id,
            ordinal=_last(Unveiling, item_id) + 1,
            plate=plate,
            unveilers=unveilers,
        )
        session.add(unveiling)
        session.flush()
        subject = f"unveiling:{unveiling.id}"
        audit(actor, meeting.scope_id, "unveiling.added", subject, item=item_id)
    return unveiling


def mark_awarded(
    actor: Actor, meeting_id: int, plaque_id: int, *, done: bool = True
) -> PlaqueAward:
    """Record that a plaque has been handed over, or take that back."""
    return _mark(actor, meeting_id, PlaqueAward, plaque_id, "plaque", done=done)


def mark_unveiled(
    actor: Actor, meeting_id: int, unveiling_id: int, *, done: bool = True
) -> Unveiling:
    """Record that a plate has been unveiled, or take that back."""
    return _mark(actor, meeting_id, Unveiling, unveiling_id, "unveiling", done=done)


def remove_plaque(actor: Actor, meeting_id: int, plaque_id: int) -> None:
    """Take a plaque that was not handed over off the programme."""
    _remove(actor, meeting_id, PlaqueAward, plaque_id, "plaque")


def remove_unveiling(actor: Actor, meeting_id: int, unveiling_id: int) -> None:
    """Take a plate that was not unveiled off the programme."""
    _remove(actor, meeting_id, Unveiling, unveiling_id, "unveiling")


def _mark(
    actor: Actor, meeting_id: int, kind: type[Act], act_id: int, noun: str, *, done: bool
) -> Act:
    with transaction():
        meeting = lock(Meeting, meeting_id)
        act = _held(meeting_id, kind, act_id)
        new = ActState.DONE if done else ActState.PLANNED
        ensure_act_may_become(act.state, new)
        act.state = new
        act.done_at = clock.now() if done else None
        audit(actor, meeting.scope_id, f"{noun}.stepped", f"{noun}:{act_id}", new=new)
    return act


def _remove(actor: Actor, meeting_id: int, kind: type[Act], act_id: int, noun: str) -> None:
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        act = _held(meeting_id, kind, act_id)
        if act.state != ActState.PLANNED:
            raise Conflict("act_done", N_("这一步已经完成，不能删除。"))
        session.delete(act)
        audit(actor, meeting.scope_id, f"{noun}.removed", f"{noun}:{act_id}")


def _held(meeting_id: int, kind: type[Act], act_id: int) -> Act:
    act = lock(kind, act_id)
    if act.meeting_id != meeting_id:
        raise NotFound("act_unknown", N_("没有找到这一项。"))
    return act


def _last(kind: type[PlaqueAward] | type[Unveiling], item_id: int) -> int:
    statement = sa.select(sa.func.max(kind.ordinal)).where(kind.item_id == item_id)
    return db.session.scalar(statement) or 0


def forget_name(meeting_id: int, name: str) -> int:
    """Take a name out of the lists of who presents and who unveils; tell how many there were.

    The lists are typed: only a name that stands by itself between marks or spaces is meant.
    """
    changed = 0
    for model, column in ((PlaqueAward, "presenters"), (Unveiling, "unveilers")):
        for row in db.session.scalars(sa.select(model).where(model.meeting_id == meeting_id)):
            before = getattr(row, column)
            after = without_name(before, name)
            if after != before:
                setattr(row, column, after)
                changed += 1
    db.session.flush()
    return changed
