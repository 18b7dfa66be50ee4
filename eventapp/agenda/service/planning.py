"""Planning an agenda: items come, change, move and go; each step can be taken back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from eventapp.agenda.models import AgendaItem
from eventapp.agenda.rules import (
    ChangeVerb,
    ItemState,
    Kind,
    ensure_length,
)
from eventapp.agenda.service.held import hold, locked, note, two_running
from eventapp.agenda.service.history import PLANNED, recorded, take_out
from eventapp.agenda.service.order import last_ordinal, place, place_after, renumber
from eventapp.agenda.service.people import PersonIn, set_people
from eventapp.core.access import Actor
from eventapp.core.db import db, flush_or, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.ledger import audit
from eventapp.meetings.models import Room


def add_item(
    actor: Actor,
    meeting_id: int,
    *,
    kind: Kind,
    title: str,
    minutes: int = 10,
    detail: str = "",
    people: Iterable[PersonIn] = (),
    fixed_at: datetime | None = None,
    over_by: datetime | None = None,
    room_id: int | None = None,
    position: int | None = None,
    after_id: int | None = None,
) -> AgendaItem:
    """Put an item into the agenda, at `position` counted from 1 or after an item, else at its end.

    `over_by` is when it must be over, because a guest leaves.
    """
    ensure_length(minutes)
    with transaction():
        facts = hold(meeting_id)
        ensure_room(meeting_id, room_id)
        with recorded(actor, facts, ChangeVerb.ADD, title):
            item = AgendaItem(
                meeting_id=meeting_id,
                ordinal=last_ordinal(meeting_id) + 1,
                kind=kind,
                title=title,
                detail=detail,
                minutes=minutes,
                fixed_at=fixed_at,
                over_by=over_by,
                room_id=room_id,
            )
            put_in(item)
            set_people(facts, item, people)
            if position is not None:
                place(meeting_id, item.id, position)
            elif after_id is not None:
                place_after(meeting_id, item.id, after_id)
        note(actor, facts, "item.added", item, kind=kind, minutes=minutes)
    return item


def put_in(item: AgendaItem) -> None:
    db.session.add(item)
    db.session.flush()


def change_item(
    actor: Actor,
    meeting_id: int,
    item_id: int,
    *,
    version: int,
    people: Iterable[PersonIn] | None = None,
    **fields: Any,
) -> AgendaItem:
    """Change an item as it was at `version`; raises Conflict when somebody was quicker.

    `fields` are kind, title, detail, minutes, fixed_at, over_by and room_id; `people` None
    leaves them.
    """
    if unknown := fields.keys() - set(PLANNED):
        msg = f"an item has no {', '.join(sorted(unknown))} to change"
        raise TypeError(msg)
    if "minutes" in fields:
        ensure_length(fields["minutes"])
    with transaction():
        facts = hold(meeting_id)
        item = locked(meeting_id, item_id)
        if item.version != version:
            raise Conflict(
                "item_changed",
                N_("别人刚刚修改了这一项。您填写的内容还在，请对照最新内容后再保存。"),
            )
        ensure_room(meeting_id, fields.get("room_id"))
        with recorded(actor, facts, ChangeVerb.CHANGE, item.title):
            for name, value in fields.items():
                setattr(item, name, value)
            item.version += 1
            if item.state == ItemState.RUNNING:
                item.running_in = item.room_id or 0
            if people is not None:
                set_people(facts, item, people)
            flush_or(two_running())
        note(actor, facts, "item.changed", item, fields=sorted(fields))
    return item


def move_item(actor: Actor, meeting_id: int, item_id: int, position: int) -> AgendaItem:
    """Move an item to `position`, counted from 1; what lies outside becomes first or last."""
    with transaction():
        facts = hold(meeting_id)
        item = locked(meeting_id, item_id)
        with recorded(actor, facts, ChangeVerb.MOVE, item.title):
            place(meeting_id, item_id, position)
        note(actor, facts, "item.moved", item, position=position)
    return item


def move_item_after(actor: Actor, meeting_id: int, item_id: int, other_id: int) -> AgendaItem:
    """Move an item behind another, 0 for the first place.

    What is named is a neighbour, not a number: so it is meant the same whatever others moved
    meanwhile. Raises Conflict when the neighbour is gone.
    """
    with transaction():
        facts = hold(meeting_id)
        item = locked(meeting_id, item_id)
        with recorded(actor, facts, ChangeVerb.MOVE, item.title):
            place_after(meeting_id, item_id, other_id)
        note(actor, facts, "item.moved", item, after=other_id)
    return item


def remove_item(actor: Actor, meeting_id: int, item_id: int) -> None:
    """Take a planned item out; one that ran is a fact and stays."""
    with transaction():
        facts = hold(meeting_id)
        item = locked(meeting_id, item_id)
        with recorded(actor, facts, ChangeVerb.REMOVE, item.title):
            take_out(item)
            renumber(meeting_id)
        audit(actor, facts.scope_id, "item.removed", f"item:{item_id}")


def ensure_room(meeting_id: int, room_id: int | None) -> None:
    """Refuse a room of another meeting; raises Invalid."""
    if room_id is None:
        return
    room = db.session.get(Room, room_id)
    if room is None or room.meeting_id != meeting_id:
        raise Invalid("room_unknown", N_("没有找到这个会场。"), field="room_id")
