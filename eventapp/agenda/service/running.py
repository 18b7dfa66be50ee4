"""Running an agenda: what really began and ended when, who stood in; all can be taken back."""

import sqlalchemy as sa

from eventapp.agenda.models import AgendaItem, ItemPerson, PersonChange
from eventapp.agenda.queries import (
    Item,
    MeetingFacts,
    items_of,
    next_of,
)
from eventapp.agenda.rules import (
    ItemState,
    ensure_may_become,
)
from eventapp.agenda.service.held import hold, locked, note, two_running
from eventapp.agenda.service.people import PersonIn, stand_in
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, flush_or, transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound


def start_item(actor: Actor, meeting_id: int, item_id: int) -> AgendaItem:
    """Begin an item now; raises Conflict while another one runs in its room."""
    with transaction():
        facts = hold(meeting_id)
        return _start(actor, facts, locked(meeting_id, item_id))


def finish_item(actor: Actor, meeting_id: int, item_id: int) -> AgendaItem:
    """End a running item now."""
    with transaction():
        facts = hold(meeting_id)
        return _finish(actor, facts, locked(meeting_id, item_id))


def advance(actor: Actor, meeting_id: int, item_id: int) -> AgendaItem | None:
    """End a running item and begin the next one of its room, if there is one, in one act."""
    with transaction():
        facts = hold(meeting_id)
        item = _finish(actor, facts, locked(meeting_id, item_id))
        following = _following(meeting_id, item)
        if following is None:
            return None
        return _start(actor, facts, locked(meeting_id, following.id))


def skip_item(actor: Actor, meeting_id: int, item_id: int, reason: str) -> AgendaItem:
    """Leave a planned item out, and keep why."""
    if not reason.strip():
        raise Invalid("reason_missing", N_("请写明略过的原因。"), field="reason")
    with transaction():
        facts = hold(meeting_id)
        item = locked(meeting_id, item_id)
        ensure_may_become(item.state, ItemState.SKIPPED)
        item.reason = reason.strip()
        return _step(actor, facts, item, ItemState.SKIPPED)


def undo_item(actor: Actor, meeting_id: int, item_id: int) -> AgendaItem:
    """Take an item's last step back, by a further step that is recorded too."""
    with transaction():
        facts = hold(meeting_id)
        item = locked(meeting_id, item_id)
        if item.state == ItemState.PLANNED:
            raise Conflict("nothing_to_undo", N_("这个环节还没有开始，没有可以撤销的操作。"))
        if item.state == ItemState.DONE:
            _ensure_free(item)
            item.ended_at = None
            return _step(actor, facts, item, ItemState.RUNNING)
        item.started_at, item.reason = None, ""
        return _step(actor, facts, item, ItemState.PLANNED)


def substitute_person(
    actor: Actor,
    meeting_id: int,
    item_id: int,
    item_person_id: int,
    *,
    name: str,
    title: str = "",
    person_id: int | None = None,
    reason: str = "",
) -> PersonChange:
    """Let somebody take another's part in an item, and keep who for whom, when and why.

    The part, its place in the order and what engages the person move over. It is taken back by
    substituting once more. Raises Conflict where the same person is named again, or the item is
    left out.
    """
    if not name.strip():
        raise Invalid("name_missing", N_("请写明由谁代替。"), field="name")
    with transaction() as session:
        facts = hold(meeting_id)
        item = locked(meeting_id, item_id)
        if item.state is ItemState.SKIPPED:
            raise Conflict("item_skipped", N_("这个环节已经略过，不必换人。"))
        part = session.get(ItemPerson, item_person_id)
        if part is None or part.item_id != item_id:
            raise NotFound("part_unknown", N_("没有找到这位人员，可能已被换下，请刷新页面后再看。"))
        came = PersonIn(part.role, name.strip(), title.strip(), person_id)
        if (part.name, part.person_id) == (came.name, person_id):
            raise Conflict("same_person", N_("换上的就是原来的人，没有改动。"))
        change = PersonChange(
            item_id=item_id,
            role=part.role,
            left_id=part.person_id,
            left_name=part.name,
            left_title=part.title,
            came_name=came.name,
            came_title=came.title,
            reason=reason.strip(),
            changed_at=clock.now(),
            changed_by=str(actor),
        )
        change.came_id = stand_in(facts, item, part, came)
        item.version += 1
        session.add(change)
        session.flush()
        note(actor, facts, "item.person_changed", item, change=change.id)
    return change


def set_cue(
    actor: Actor, meeting_id: int, item_id: int, *, version: int, cue: str, responsible: str
) -> AgendaItem:
    """Write what the crew brings and does at an item, and who sees to it, as it was at `version`.

    Raises Conflict when somebody was quicker.
    """
    with transaction():
        facts = hold(meeting_id)
        item = locked(meeting_id, item_id)
        if item.version != version:
            raise Conflict(
                "item_changed",
                N_("别人刚刚修改了这一项。您填写的内容还在，请对照最新内容后再保存。"),
            )
        item.cue, item.responsible = cue.strip(), responsible.strip()
        item.version += 1
        note(actor, facts, "item.cued", item)
    return item


def _ensure_free(item: AgendaItem) -> None:
    """Refuse to run a second item in a room; the constraint behind it refuses as well."""
    room = (
        AgendaItem.room_id.is_(None)
        if item.room_id is None
        else (AgendaItem.room_id == item.room_id)
    )
    running = db.session.scalar(
        sa.select(AgendaItem.title).where(
            AgendaItem.meeting_id == item.meeting_id,
            AgendaItem.state == ItemState.RUNNING,
            AgendaItem.id != item.id,
            room,
        )
    )
    if running is not None:
        raise Conflict("item_running", N_("“%(title)s”还在进行，请先结束它。"), title=running)


def _start(actor: Actor, facts: MeetingFacts, item: AgendaItem) -> AgendaItem:
    if item.state != ItemState.PLANNED:
        raise Conflict("item_began", N_("这个环节已经开始或处理过，请刷新页面后再看。"))
    _ensure_free(item)
    item.started_at = clock.now()
    return _step(actor, facts, item, ItemState.RUNNING)


def _finish(actor: Actor, facts: MeetingFacts, item: AgendaItem) -> AgendaItem:
    ensure_may_become(item.state, ItemState.DONE)
    item.ended_at = clock.now()
    return _step(actor, facts, item, ItemState.DONE)


def _step(actor: Actor, facts: MeetingFacts, item: AgendaItem, new: ItemState) -> AgendaItem:
    old, item.state = item.state, new
    item.running_in = (item.room_id or 0) if new == ItemState.RUNNING else None
    flush_or(two_running())
    note(actor, facts, "item.stepped", item, old=old, new=new)
    return item


def _following(meeting_id: int, item: AgendaItem) -> Item | None:
    items = [row for row in items_of(meeting_id) if row.room_id == item.room_id]
    later = [row for row in items if row.ordinal > item.ordinal]
    return next_of(later)
