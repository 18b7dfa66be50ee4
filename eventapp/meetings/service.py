"""Verbs on meetings: call one, change it, copy it, lead it from state to state."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from eventapp.alliance.queries import alliance_of
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.ledger import audit, open_ledgers
from eventapp.core.names import clean_name
from eventapp.core.scope import ROOT, Scope, ScopeKind, open_scope
from eventapp.core.slugs import ensure_slug
from eventapp.meetings.models import Meeting, Room
from eventapp.meetings.queries import meeting_in, meeting_of, rooms_of
from eventapp.meetings.rules import Kind, State, ensure_may_become

CHANGEABLE = frozenset(
    {
        "slug",
        "kind",
        "title",
        "starts_at",
        "ends_at",
        "zone",
        "venue",
        "address",
        "introduction",
        "host_name",
        "prepares_id",
        "registration_closes_at",
    }
)
"""Columns that `change_meeting` takes; the state has a verb of its own."""
TOLD = frozenset({"starts_at", "ends_at", "zone", "venue", "address"})
"""Of these the log keeps what they were, so that people can be told what is different."""


def create_meeting(
    actor: Actor,
    alliance_id: int,
    *,
    slug: str,
    kind: Kind,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    zone: str = "Asia/Shanghai",
    venue: str = "",
    address: str = "",
    introduction: str = "",
    host_name: str = "",
    prepares_id: int | None = None,
    rooms: Iterable[str] = (),
    registration_closes_at: datetime | None = None,
) -> Meeting:
    """Call a meeting of an alliance, as a draft that nobody outside the desk sees.

    Raises Invalid at `slug`, `title`, `ends_at` or `zone`, Conflict for a slug that is taken.
    """
    ensure_slug(slug)
    with transaction() as session:
        lock(Scope, ROOT)
        scope = open_scope(ScopeKind.MEETING, alliance_of(alliance_id).scope_id, slug)
        open_ledgers(scope.id)
        meeting = Meeting(
            scope_id=scope.id,
            alliance_id=alliance_id,
            slug=slug,
            kind=Kind(kind),
            title=clean_name(title),
            state=State.DRAFT,
            starts_at=starts_at,
            ends_at=ends_at,
            zone=zone,
            venue=venue,
            address=address,
            introduction=introduction,
            host_name=host_name,
            prepares_id=prepares_id,
            registration_closes_at=registration_closes_at,
            created_at=clock.now(),
        )
        _ensure_sound(meeting)
        session.add(meeting)
        session.flush()
        _set_rooms(meeting.id, rooms)
        audit(actor, scope.id, "meeting.create", f"meeting:{meeting.id}")
    return meeting


def change_meeting(
    actor: Actor, meeting_id: int, *, rooms: Iterable[str] | None = None, **fields: Any
) -> Meeting:
    """Change some of a meeting's details; what is not named stays.

    The slug stays once the meeting is public, because it stands on invitations. Raises
    TypeError for a field that no verb changes here.
    """
    unknown = set(fields) - CHANGEABLE
    if unknown:
        msg = f"not changeable: {', '.join(sorted(unknown))}"
        raise TypeError(msg)
    with transaction():
        meeting = lock(Meeting, meeting_id)
        _move_slug(meeting, fields.pop("slug", meeting.slug))
        changed = sorted(name for name, value in fields.items() if getattr(meeting, name) != value)
        told = {name: _plain(getattr(meeting, name)) for name in changed if name in TOLD}
        for name, value in fields.items():
            setattr(meeting, name, value)
        meeting.title, meeting.kind = clean_name(meeting.title), Kind(meeting.kind)
        _ensure_sound(meeting)
        if rooms is not None:
            _set_rooms(meeting_id, rooms)
        subject = f"meeting:{meeting_id}"
        audit(actor, meeting.scope_id, "meeting.change", subject, fields=changed, before=told)
    return meeting


def _plain(value: datetime | str) -> str:
    return value.isoformat() if isinstance(value, datetime) else value


def set_state(actor: Actor, meeting_id: int, state: State, *, reason: str = "") -> Meeting:
    """Lead a meeting to a state that its present one allows, with the reason where one is due."""
    with transaction():
        meeting = lock(Meeting, meeting_id)
        old = meeting.state
        ensure_may_become(old, State(state), reason)
        meeting.state, meeting.state_reason = State(state), reason.strip()[:200]
        audit(
            actor,
            meeting.scope_id,
            "meeting.state",
            f"meeting:{meeting_id}",
            old=old.value,
            new=meeting.state.value,
        )
    return meeting


def copy_meeting(
    actor: Actor, meeting_id: int, *, slug: str, title: str, starts_at: datetime
) -> Meeting:
    """Call a new meeting with the details and rooms of another, moved to another day."""
    with transaction():
        old = meeting_of(meeting_id)
        shift = starts_at - old.starts_at
        closes = old.registration_closes_at
        return create_meeting(
            actor,
            old.alliance_id,
            slug=slug,
            kind=old.kind,
            title=title,
            starts_at=starts_at,
            ends_at=old.ends_at + shift,
            zone=old.zone,
            venue=old.venue,
            address=old.address,
            introduction=old.introduction,
            host_name=old.host_name,
            rooms=[room.name for room in rooms_of(meeting_id)],
            registration_closes_at=closes + shift if closes else None,
        )


def _ensure_sound(meeting: Meeting) -> None:
    if not meeting.title:
        raise Invalid("title_missing", N_("请填写会议名称。"), field="title")
    if meeting.zone not in available_timezones():
        raise Invalid("zone_unknown", N_("没有这个时区。"), field="zone")
    if meeting.ends_at <= meeting.starts_at:
        raise Invalid("ends_early", N_("结束时间应晚于开始时间。"), field="ends_at")
    closes = meeting.registration_closes_at
    if closes is not None and closes > meeting.ends_at:
        raise Invalid(
            "closes_late",
            N_("报名截止时间不应晚于会议结束。"),
            field="registration_closes_at",
        )
    if meeting.prepares_id is not None:
        _ensure_prepares(meeting)


def _ensure_prepares(meeting: Meeting) -> None:
    prepared = meeting_in(meeting.alliance_id, meeting.prepares_id or 0)
    if prepared.id == meeting.id:
        raise Invalid("prepares_itself", N_("会议不能筹备它自己。"), field="prepares_id")


def _move_slug(meeting: Meeting, slug: str) -> None:
    if slug == meeting.slug:
        return
    ensure_slug(slug)
    if meeting.state is not State.DRAFT:
        raise Conflict("slug_printed", N_("会议发布以后，网址名不能再改。"))
    taken = Conflict("slug_taken", N_("网址名“%(slug)s”已被使用，请换一个。"), slug=slug)
    scope = db.session.get_one(Scope, meeting.scope_id)
    scope.slug = meeting.slug = slug
    flush_or(taken)


def _set_rooms(meeting_id: int, names: Iterable[str]) -> None:
    """Keep rooms by name, in this order; one that goes must not be in use."""
    wanted = list(dict.fromkeys(name for name in map(clean_name, names) if name))
    if any(len(name) > 60 for name in wanted):
        raise Invalid("room_long", N_("会场名称不能超过 60 个字。"), field="rooms")
    known = {room.name: room for room in rooms_of(meeting_id)}
    gone = [room.id for name, room in known.items() if name not in wanted]
    for ordinal, name in enumerate(wanted, start=1):
        if name in known:
            known[name].ordinal = ordinal
        else:
            db.session.add(Room(meeting_id=meeting_id, name=name, ordinal=ordinal))
    db.session.flush()
    for room_id in gone:
        _drop_room(room_id)


def _drop_room(room_id: int) -> None:
    room = db.session.get_one(Room, room_id)
    db.session.delete(room)
    flush_or(Conflict("room_used", N_("会场“%(room)s”已排入议程，不能删除。"), room=room.name))
