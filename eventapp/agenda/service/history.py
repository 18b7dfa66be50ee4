"""The last changes of a plan, as it was before each; the newest can be taken back.

What a change touched is kept as it was, so taking back is writing it again. The audit ledger
keeps that both happened; these rows only serve the desk, and the oldest go.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.agenda.models import (
    AgendaChange,
    AgendaItem,
    Engagement,
    ItemPerson,
    PersonChange,
)
from eventapp.agenda.queries import MeetingFacts
from eventapp.agenda.rules import KEPT_CHANGES, ChangeVerb, ItemState, Kind
from eventapp.agenda.service.held import hold
from eventapp.agenda.service.order import arrange
from eventapp.agenda.service.people import FROM_ITEM, PersonIn, set_people
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, flush_or, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.ledger import audit

PLANNED = (
    *("kind", "title", "detail", "minutes", "fixed_at", "over_by", "room_id"),
    *("cue", "responsible"),
)
"""Columns of an item that planning decides."""


@contextmanager
def recorded(actor: Actor, facts: MeetingFacts, verb: ChangeVerb, title: str) -> Iterator[None]:
    """Keep what the block changes in a plan as it was before; needs the meeting held."""
    before = _snapshot(facts.id)
    yield
    db.session.flush()
    after = _snapshot(facts.id)
    if before == after:
        return
    old, new = before["items"], after["items"]
    change = {
        "order": before["order"],
        "items": {key: item for key, item in old.items() if new.get(key) != item},
        "added": [int(key) for key in new if key not in old],
    }
    row = AgendaChange(
        meeting_id=facts.id,
        verb=verb,
        title=title[:200],
        actor=str(actor),
        made_at=clock.now(),
        before=change,
    )
    db.session.add(row)
    db.session.flush()
    _forget_oldest(facts.id)


def undo_change(actor: Actor, meeting_id: int, change_id: int) -> AgendaChange:
    """Take the newest change of a plan back; raises Conflict when it is another one by now."""
    with transaction() as session:
        facts = hold(meeting_id)
        newest = session.scalars(
            sa.select(AgendaChange)
            .where(AgendaChange.meeting_id == meeting_id)
            .order_by(AgendaChange.id.desc())
            .limit(1)
        ).first()
        if newest is None or newest.id != change_id:
            raise Conflict(
                "undo_outdated", N_("议程刚刚又有改动，没有撤销。请看最新的议程后再决定。")
            )
        for item_id in newest.before["added"]:
            _take_out(item_id)
        for key, values in newest.before["items"].items():
            _restore(facts, int(key), values)
        arrange(meeting_id, newest.before["order"])
        session.delete(newest)
        audit(actor, facts.scope_id, "agenda.undone", f"change:{change_id}", verb=newest.verb)
    return newest


def _snapshot(meeting_id: int) -> dict[str, Any]:
    columns = [getattr(AgendaItem, name) for name in PLANNED]
    rows = db.session.execute(
        sa.select(AgendaItem.id, AgendaItem.version, *columns)
        .where(AgendaItem.meeting_id == meeting_id)
        .order_by(AgendaItem.ordinal, AgendaItem.id)
    ).all()
    people = db.session.execute(
        sa.select(
            ItemPerson.item_id,
            ItemPerson.role,
            ItemPerson.name,
            ItemPerson.title,
            ItemPerson.person_id,
        )
        .join(AgendaItem, AgendaItem.id == ItemPerson.item_id)
        .where(AgendaItem.meeting_id == meeting_id)
        .order_by(ItemPerson.item_id, ItemPerson.ordinal)
    ).all()
    items = {str(row.id): {"version": row.version, **_plain(row), "people": []} for row in rows}
    for item_id, *one in people:
        items[str(item_id)]["people"].append(one)
    return {"order": [row.id for row in rows], "items": items}


def _plain(row: Any) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in PLANNED}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _restore(facts: MeetingFacts, item_id: int, values: dict[str, Any]) -> None:
    """Write an item as it was, anew if it was taken out; its version rises all the same."""
    item = db.session.get(AgendaItem, item_id)
    if item is None:
        item = AgendaItem(id=item_id, meeting_id=facts.id, ordinal=0, version=values["version"])
        db.session.add(item)
    for name in PLANNED:
        setattr(item, name, _typed(name, values[name]))
    item.version = (item.version or values["version"]) + 1
    db.session.flush()
    set_people(facts, item, [PersonIn(*one) for one in values["people"]])


def _typed(name: str, value: Any) -> Any:
    if name == "kind":
        return Kind(value)
    if name in {"fixed_at", "over_by"} and value is not None:
        return datetime.fromisoformat(value)
    return value


def _take_out(item_id: int) -> None:
    item = db.session.get(AgendaItem, item_id)
    if item is not None:
        take_out(item)


def take_out(item: AgendaItem) -> None:
    """Delete a planned item with its people; one that ran is a fact and stays."""
    session = db.session
    if item.state != ItemState.PLANNED:
        raise Conflict("item_began", N_("这个环节已经开始或处理过，不能删除。"))
    session.execute(sa.delete(PersonChange).where(PersonChange.item_id == item.id))
    session.execute(sa.delete(ItemPerson).where(ItemPerson.item_id == item.id))
    session.execute(
        sa.delete(Engagement).where(Engagement.item_id == item.id, Engagement.source == FROM_ITEM)
    )
    session.delete(item)
    flush_or(
        Conflict("item_in_use", N_("这一项还关联着签约、授牌、表决或会议材料，请先在那里移走。"))
    )


def _forget_oldest(meeting_id: int) -> None:
    kept = (
        sa.select(AgendaChange.id)
        .where(AgendaChange.meeting_id == meeting_id)
        .order_by(AgendaChange.id.desc())
        .limit(1)
        .offset(KEPT_CHANGES)
        .scalar_subquery()
    )
    db.session.execute(
        sa.delete(AgendaChange).where(
            AgendaChange.meeting_id == meeting_id, AgendaChange.id <= kept
        )
    )
