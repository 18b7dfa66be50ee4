"""Who was not expected like this: somebody walks in, or comes in another's stead, and is admitted.

Registration decides whether they may come, the door whether they may enter now. Both happen in
one transaction that holds the door's ledger first, as every scan does: so a second press finds
what the first one did.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import sqlalchemy as sa

from eventapp.checkin.models import Admission, Scan
from eventapp.checkin.queries import door
from eventapp.checkin.queries.finding import person_scanned
from eventapp.checkin.rules import DOORS_OPEN_IN
from eventapp.checkin.service.finding import admit_found
from eventapp.core.access import Actor, Permission
from eventapp.core.db import db, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.ledger import lock_head
from eventapp.core.scope import chain_of
from eventapp.meetings.queries import meeting_of
from eventapp.registration.rules import Category, State
from eventapp.registration.service import register_walk_in
from eventapp.registration.service.groups import Entry, substitute_at_door


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who was registered at the door, and the scan that answered; without one they wait."""

    registration_id: int
    scan_id: str | None


def scan_of_arrival(key: str) -> str:
    """Name the scan of whoever was registered by a form with this key."""
    return f"{key}-new"


def admit_walk_in(
    actor: Actor,
    meeting_id: int,
    *,
    gate_id: int,
    key: str,
    name: str,
    category: Category,
    phone: str = "",
    titles: str = "",
    unit: str = "",
    word: str = "",
    same_as: int | None = None,
    told_apart: Collection[int] = (),
) -> Arrival:
    """Register somebody who was not expected and let them in, once for a `key`.

    Where no place is left they are put on the waiting list and not let in. Raises what
    `register_walk_in` raises, and Conflict while the meeting admits nobody.
    """

    def register() -> tuple[int, State]:
        made = register_walk_in(
            actor,
            meeting_id,
            name=name,
            category=category,
            phone=phone,
            titles=titles,
            unit=unit,
            word=word,
            same_as=same_as,
            told_apart=told_apart,
        )
        return made.id, made.state

    return _arrive(actor, meeting_id, gate_id, key, register)


def admit_substitute(
    actor: Actor,
    meeting_id: int,
    registration_id: int,
    entry: Entry,
    *,
    gate_id: int,
    key: str,
    reason: str,
) -> Arrival:
    """Let somebody in instead of a person who is registered, whose pass dies; once for a `key`.

    Only an organiser hands mandates over. Raises Conflict where that person is inside already,
    and what `substitute_at_door` raises.
    """

    def register() -> tuple[int, State]:
        inside = sa.select(Admission.id).where(Admission.registration_id == registration_id)
        if db.session.scalar(inside) is not None:
            raise Conflict(
                "substitute_inside", N_("这个人已经在场，不能换人。放行有误的，请先撤销入场。")
            )
        chain = chain_of(meeting_of(meeting_id).slug)
        made = substitute_at_door(
            actor,
            meeting_id,
            registration_id,
            entry,
            reason=reason,
            hands_mandates=chain is not None
            and actor.may(Permission.MANAGE_REGISTRATIONS, chain.ids),
        )
        return made.registration_id, made.state

    return _arrive(actor, meeting_id, gate_id, key, register)


def _arrive(
    actor: Actor, meeting_id: int, gate_id: int, key: str, register: Callable[[], tuple[int, State]]
) -> Arrival:
    scan_id = scan_of_arrival(key)
    with transaction():
        meeting = meeting_of(meeting_id)
        lock_head(meeting.scope_id, Scan.ledger)
        earlier = person_scanned(door.device_of(actor), scan_id)
        if earlier is not None:
            return Arrival(earlier, scan_id)
        if meeting.state not in DOORS_OPEN_IN:
            raise Conflict("door_closed", N_("会议现在不开放入场，没有办理。请核对会议时间。"))
        door.gate_in(meeting_id, gate_id)
        registration_id, state = register()
        if state is not State.APPROVED:
            return Arrival(registration_id, None)
        admit_found(
            actor, meeting_id, gate_id=gate_id, scan_id=scan_id, registration_id=registration_id
        )
    return Arrival(registration_id, scan_id)
