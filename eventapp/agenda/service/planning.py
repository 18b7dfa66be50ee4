"""Planning an agenda: items come, change, move and go."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.agenda.models import AgendaItem, Engagement, ItemPerson, PersonChange
from eventapp.agenda.rules import (
    ItemState,
    Kind,
    ensure_length,
)
from eventapp.agenda.service.held import hold, locked, note, two_running
from eventapp.agenda.service.order import last_ordinal, place, renumber
from eventapp.agenda.service.people import FROM_ITEM, PersonIn, set_people
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
    room_id: int | None = None,
    position: int | None = None,
) -> AgendaItem:
    """Put an item into the agenda, at `position` counted from 1, else at its end."""
    ensure_length(minutes)
    with transaction() as session:
        facts = hold(meeting_id)
        ensure_room(meeting_id, room_id)
        item = AgendaItem(
            meeting_id=meeting_id,
            ordinal=last_ordinal(meeting_id) + 1,
            kind=kind,
            title=title,
            detail=detail,
            minutes=minutes,
            fixed_at=fixed_at,
            room_id=room_id,
        )
        session.add(item)
        session.flush()
        set_people(facts, item, people)
        if position is not None:
            place(meeting_id, item.id, position)
        note(actor, facts, "item.added", item, kind=kind, minutes=minutes)
    return item


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

    `fields` are kind, title, detail, minutes, fixed_at and room_id; `people` None leaves them.
    """
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
        for name, value in fields.items():
            if name not in {"kind", "title", "detail", "minutes", "fixed_at", "room_id"}:
                msg = f"an item has no {name} to change"
                raise TypeError(msg)
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
        place(meeting_id, item_id, position)
        note(actor, facts, "item.moved", item, position=item.ordinal)
    return item


def remove_item(actor: Actor, meeting_id: int, item_id: int) -> None:
    """Take a planned item out; one that ran is a fact and stays."""
    with transaction() as session:
        facts = hold(meeting_id)
        item = locked(meeting_id, item_id)
        if item.state != ItemState.PLANNED:
            raise Conflict("item_began", N_("这个环节已经开始或处理过，不能删除。"))
        session.execute(sa.delete(PersonChange).where(PersonChange.item_id == item_id))
        session.execute(sa.delete(ItemPerson).where(ItemPerson.item_id == item_id))
        session.execute(
            sa.delete(Engagement).where(
                Engagement.item_id == item_id, Engagement.source == FROM_ITEM
            )
        )
        session.delete(item)
        flush_or(Conflict("item_in_use", N_("这一项还关联着签约、授牌或表决，请先在那里移走。")))
        renumber(meeting_id)
        audit(actor, facts.scope_id, "item.removed", f"item:{item_id}")


def ensure_room(meeting_id: int, room_id: int | None) -> None:
    if room_id is None:
        return
    room = db.session.get(Room, room_id)
    if room is None or room.meeting_id != meeting_id:
        raise Invalid("room_unknown", N_("没有找到这个会场。"), field="room_id")
