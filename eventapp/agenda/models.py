"""Tables of a meeting's agenda."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.agenda.rules import ChangeVerb, ItemState, Kind, Readers, ResourceKind
from eventapp.core.db import Base, enum_text


class AgendaItem(Base):
    """One item of an agenda: planned, then as it really ran.

    `running_in` is the claim that one item at a time runs in a room: the room's id, 0 for the
    main one, and nothing while the item does not run. `over_by` is when it must be over, because
    a guest leaves. `cue` is what the crew has to bring and do at it, and `responsible` is who
    sees to that.
    """

    __tablename__ = "agenda_items"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    ordinal: Mapped[int]
    kind: Mapped[Kind] = mapped_column(enum_text(Kind, "item_kind"))
    title: Mapped[str] = mapped_column(sa.String(200))
    detail: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int] = mapped_column(default=10)
    fixed_at: Mapped[datetime | None]
    over_by: Mapped[datetime | None]
    room_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rooms.id"))
    state: Mapped[ItemState] = mapped_column(
        enum_text(ItemState, "item_state"), default=ItemState.PLANNED
    )
    running_in: Mapped[int | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    cue: Mapped[str] = mapped_column(sa.String(500), default="")
    responsible: Mapped[str] = mapped_column(sa.String(80), default="")
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (sa.UniqueConstraint("meeting_id", "running_in"),)


class ItemPerson(Base):
    """Somebody whom an item needs, in a role: speaker, presenter, unveiler, host, …

    The name and title as they are to be read out are kept with the item; `person_id` is set
    where the person is known to the alliance.
    """

    __tablename__ = "item_people"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_items.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    role: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(60))
    title: Mapped[str] = mapped_column(sa.String(160), default="")
    ordinal: Mapped[int]


class PersonChange(Base):
    """Somebody took another's part in an item: who for whom, when, by whom, and why.

    The names and titles are those that were read out. A change is never changed itself: who comes
    back is one more.
    """

    __tablename__ = "person_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_items.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(20))
    left_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    left_name: Mapped[str] = mapped_column(sa.String(60))
    left_title: Mapped[str] = mapped_column(sa.String(160), default="")
    came_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    came_name: Mapped[str] = mapped_column(sa.String(60))
    came_title: Mapped[str] = mapped_column(sa.String(160), default="")
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(sa.String(60))


class Engagement(Base):
    """An item needs this resource in this role, for as long as the item takes."""

    __tablename__ = "engagements"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_items.id"), index=True)
    resource: Mapped[ResourceKind] = mapped_column(enum_text(ResourceKind))
    resource_id: Mapped[int]
    label: Mapped[str] = mapped_column(sa.String(120))
    role: Mapped[str] = mapped_column(sa.String(40))
    source: Mapped[str] = mapped_column(sa.String(40), default="")


class AgendaChange(Base):
    """A change of the plan that can be taken back: what it changed, as it was before.

    `before` holds names of people, so it goes with them: who is erased or merged takes the
    meeting's changes along. What was done stays in the audit ledger, by ids.
    """

    __tablename__ = "agenda_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    verb: Mapped[ChangeVerb] = mapped_column(enum_text(ChangeVerb))
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    actor: Mapped[str] = mapped_column(sa.String(40))
    made_at: Mapped[datetime]
    before: Mapped[dict[str, Any]]


class AgendaEdition(Base):
    """A published agenda: frozen content, numbered."""

    __tablename__ = "agenda_editions"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    number: Mapped[int]
    body: Mapped[str]
    digest: Mapped[str] = mapped_column(sa.String(64))
    published_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("meeting_id", "number"),)


class EditionPerson(Base):
    """Somebody whom the alliance knows stands at this item of a published edition.

    The edition's text names people as they are read out; this says who they are, so that whoever
    is concerned by a change can be told. The item may be gone by now.
    """

    __tablename__ = "edition_people"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_editions.id"), index=True)
    item_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)


class ItemPaper(Base):
    """A paper 会议材料 of an item: a file of the store, who may read it, and from when."""

    __tablename__ = "item_papers"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_items.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    digest: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(sa.String(120))
    readers: Mapped[Readers] = mapped_column(enum_text(Readers))
    readable_from: Mapped[datetime | None]
    added_at: Mapped[datetime]
