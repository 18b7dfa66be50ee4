"""A meeting with its door: people with passes, gates, staff. Call inside an app context."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from uuid import uuid4

from eventapp.accounts.models import User
from eventapp.alliance.models import Alliance, Organisation, Person
from eventapp.alliance.queries import unit_key
from eventapp.checkin import service
from eventapp.checkin.models import DoorSession
from eventapp.checkin.queries import sessions_of
from eventapp.checkin.rules import Direction, Method
from eventapp.core import clock, keys
from eventapp.core.access import SYSTEM, Actor, ActorKind, Grant, Role
from eventapp.core.db import db, transaction
from eventapp.core.ledger import open_ledgers
from eventapp.core.scope import ROOT, ScopeKind, open_scope
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import Kind
from eventapp.meetings.rules import State as MeetingState
from eventapp.registration.models import Mandate, Pass, Registration
from eventapp.registration.rules import (
    Category,
    PassClaims,
    State,
    encode_claims,
    make_code,
    to_text,
)
from tests.factories import make_user

_numbers = count(1)


@dataclass(frozen=True)
class Door:
    """A meeting that can be entered: its ids, and two browsers of its staff."""

    meeting_id: int
    scope_id: int
    alliance_id: int
    slug: str
    gate_id: int
    east: Actor
    west: Actor
    supervisor: Actor


def make_meeting(alliance_id: int | None = None) -> Meeting:
    """Hold a meeting that is in session, of an alliance of its own unless one is named."""
    number = next(_numbers)
    now = clock.now()
    with transaction() as session:
        if alliance_id is None:
            scope = open_scope(ScopeKind.ALLIANCE, ROOT, f"door-alliance-{number}")
            open_ledgers(scope.id)
            alliance = Alliance(scope_id=scope.id, name="石化产教联合体", aims=[], created_at=now)
            session.add(alliance)
            session.flush()
        else:
            alliance = session.get_one(Alliance, alliance_id)
        scope = open_scope(ScopeKind.MEETING, alliance.scope_id, f"founding-{number}")
        open_ledgers(scope.id)
        meeting = Meeting(
            scope_id=scope.id,
            alliance_id=alliance.id,
            slug=scope.slug,
            kind=Kind.FOUNDING,
            title="石化产教联合体成立大会",
            state=MeetingState.IN_SESSION,
            starts_at=now,
            ends_at=now + timedelta(hours=3),
            created_at=now,
        )
        session.add(meeting)
        session.flush()
        return meeting


def staff(browser: int, role: Role, scope_id: int) -> Actor:
    """Let somebody act from a numbered browser."""
    return Actor(ActorKind.USER, browser, (Grant(role, scope_id),), 0, browser)


def make_door(alliance_id: int | None = None) -> Door:
    """Open a meeting's door with one gate."""
    meeting = make_meeting(alliance_id)
    meeting_id, scope_id, slug = meeting.id, meeting.scope_id, meeting.slug
    alliance = meeting.alliance_id
    gate_id = service.add_gate(SYSTEM, meeting_id, "东门").id
    return Door(
        meeting_id,
        scope_id,
        alliance,
        slug,
        gate_id,
        staff(9001, Role.DOOR_STAFF, scope_id),
        staff(9002, Role.DOOR_STAFF, scope_id),
        staff(9003, Role.DOOR_SUPERVISOR, scope_id),
    )


def hall_of(door: Door) -> DoorSession:
    """Find the first session, where ballots are held."""
    return sessions_of(door.meeting_id)[0]


def make_session(
    door: Door, name: str, *, capacity: int | None = None, reentry: bool = True
) -> Door:
    """Open one session more, and give its door: the same meeting, behind a gate of its own."""
    made = service.add_session(
        SYSTEM, door.meeting_id, name=name, capacity=capacity, reentry=reentry
    )
    gate_id = service.add_gate(SYSTEM, door.meeting_id, f"{name}入口").id
    service.change_gate(SYSTEM, door.meeting_id, gate_id, name=f"{name}入口", session_id=made.id)
    return replace(door, gate_id=gate_id)


def make_unit(name: str = "黄蓝环保装备有限公司") -> int:
    """Note a unit."""
    with transaction() as session:
        unit = Organisation(name=name, name_key=unit_key(name))
        session.add(unit)
        session.flush()
        return unit.id


def make_person(
    alliance_id: int, name: str = "欧阳建国", organisation_id: int | None = None
) -> int:
    """Note a person of an alliance."""
    with transaction() as session:
        person = Person(
            alliance_id=alliance_id,
            organisation_id=organisation_id,
            name=name,
            titles="董事长",
            created_at=clock.now(),
        )
        session.add(person)
        session.flush()
        return person.id


def make_registration(
    door: Door,
    name: str = "欧阳建国",
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
    state: State = State.APPROVED,
    with_pass: bool = True,
) -> int:
    """Register somebody, approved and with a pass unless told otherwise."""
    person_id = person_id or make_person(door.alliance_id, name, organisation_id)
    with transaction() as session:
        registration = Registration(
            meeting_id=door.meeting_id,
            person_id=person_id,
            organisation_id=organisation_id,
            category=Category.DELEGATE,
            state=state,
            place="B区 3排 12座",
            submitted_at=clock.now(),
        )
        session.add(registration)
        session.flush()
        if with_pass:
            session.add(
                Pass(
                    registration_id=registration.id,
                    meeting_id=door.meeting_id,
                    generation=1,
                    code=make_code(secrets.randbits),
                    issued_at=clock.now(),
                )
            )
        return registration.id


def make_mandate(door: Door, person_id: int, organisation_id: int, *, proxy: bool = False) -> None:
    """Let a person speak for a unit."""
    with transaction() as session:
        session.add(
            Mandate(
                meeting_id=door.meeting_id,
                organisation_id=organisation_id,
                person_id=person_id,
                proxy=proxy,
                given_at=clock.now(),
            )
        )


def pass_text(registration_id: int) -> str:
    """Show the pass of a registration as it is now."""
    held = db.session.get_one(Pass, registration_id, populate_existing=True)
    ring = keys.ring()
    claims = encode_claims(
        PassClaims(1, ring.newest, held.meeting_id, registration_id, held.generation)
    )
    return to_text(claims, ring.sign(ring.newest, claims))


def set_state(registration_id: int, state: State) -> None:
    """Decide a registration otherwise, as its owner's service would."""
    with transaction() as session:
        session.get_one(Registration, registration_id).state = state


def raise_generation(registration_id: int) -> None:
    """Issue a pass anew: the old text and the old code die."""
    with transaction() as session:
        held = session.get_one(Pass, registration_id)
        held.generation += 1
        held.code = make_code(secrets.randbits)


def scan(
    door: Door,
    text: str,
    actor: Actor | None = None,
    *,
    scan_id: str = "",
    direction: Direction = Direction.ENTRY,
    claimed_at: datetime | None = None,
) -> service.Answer:
    """Scan a text at the door's gate."""
    return service.record_scan(
        actor or door.east,
        door.meeting_id,
        gate_id=door.gate_id,
        scan_id=scan_id or str(uuid4()),
        text=text,
        method=Method.QR if len(text) > 40 else Method.TYPED_CODE,
        claimed_at=claimed_at or clock.now(),
        direction=direction,
    )


def make_door_staff(door: Door, role: Role = Role.DOOR_STAFF) -> User:
    """Give somebody an account with a part at this door."""
    return make_user(role, door.scope_id)
