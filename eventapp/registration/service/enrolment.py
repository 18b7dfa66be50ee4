"""Taking people in: one, or a whole group, by the same few statements."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from eventapp.accounts.service import make_links
from eventapp.core import clock
from eventapp.core.access import Actor, Role
from eventapp.core.db import db, transaction
from eventapp.core.errors import N_, Busy, Conflict
from eventapp.core.jobs import enqueue_all
from eventapp.core.ledger import Act, audit_all
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Answer, Consent, ConsentText, Pass, Registration
from eventapp.registration.queries.places import TAKING, Places, hold_places
from eventapp.registration.rules import (
    PUBLIC_CATEGORIES,
    WALK_IN,
    Category,
    State,
    decide_registration,
    make_code,
)
from eventapp.registration.service.passes import link_ends_at

DESK, LIAISON, PUBLIC = "desk", "liaison", "public"
"""Ways in which a registration comes; the desk may choose any category, and approves at once.

So may the help desk, for who walks in: whether they are welcome it has decided before.
"""

_STAFFED = (DESK, WALK_IN)

_registrations: Any = Registration.__table__
_passes: Any = Pass.__table__
_REGISTER = sa.insert(_registrations).returning(_registrations.c.id, sort_by_parameter_order=True)
_CONSENT = sa.insert(Consent.__table__)  # type: ignore[arg-type]
_ANSWER = sa.insert(Answer.__table__)  # type: ignore[arg-type]
_PASS = sa.insert(_passes)


@dataclass(frozen=True, slots=True)
class Wish:
    """A person who wants to come, as somebody of a unit, in a category.

    `to_check` is a message id that says why somebody must look first; `answers` are texts by
    the id of their field; without `writes` the person has no address to write to.
    """

    person_id: int
    category: Category
    organisation_id: int | None = None
    unit_text: str = ""
    to_check: str = ""
    language: str = ""
    answers: Mapping[int, list[str]] = field(default_factory=dict[int, list[str]])
    writes: bool = True
    replaces_id: int | None = None
    state: State | None = None
    """Decided already, as for an invitation; None lets the meeting's rules decide."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What became of a wish."""

    registration_id: int
    person_id: int
    state: State
    link_id: int
    link_ends_at: datetime


class GroupRefused(Conflict):
    """A group that wants more places than there are; nobody of it was taken."""


def enrol(
    actor: Actor,
    meeting: Meeting,
    wishes: Sequence[Wish],
    *,
    channel: str,
    consent: ConsentText | None = None,
    whole: bool = False,
) -> list[Enrolled]:
    """Register people for a meeting, in their order; states follow the meeting's rules.

    With `whole` all of them get a place or nobody is taken. Raises GroupRefused, Conflict
    `already_registered`, and Invalid where a category is not open to this channel.
    """
    with transaction():
        places = hold_places(
            meeting.id, {one.organisation_id for one in wishes if one.organisation_id is not None}
        )
        states = [_decide(places, wish, channel) for wish in wishes]
        if whole and State.WAITLISTED in states:
            raise GroupRefused(
                "group_too_large",
                N_(
                    "名额不够：还能再报 %(left)s 人，这次要报 %(wanted)s 人。名单已保留，没有提交。"
                ),
                left=sum(state is not State.WAITLISTED for state in states),
                wanted=len(states),
            )
        ids = _write(meeting, wishes, states, channel, consent)
        return _equip(actor, meeting, wishes, states, ids, channel, consent)


def _decide(places: Places, wish: Wish, channel: str) -> State:
    rules = places.rules
    if channel == PUBLIC:
        allowed = frozenset(category for category, rule in rules.items() if rule.public)
    else:
        allowed = frozenset(Category) if channel in _STAFFED else PUBLIC_CATEGORIES
    by_rule = channel in _STAFFED or rules[wish.category].auto_approve
    left = places.left(wish.category, wish.organisation_id)
    if wish.state is None:
        may_come = by_rule and not wish.to_check
        state = decide_registration(wish.category, allowed, left, may_come)
    elif wish.state is State.INVITED and left is not None and left <= 0:
        state = State.WAITLISTED  # an invitation needs a place, too
    else:
        state = wish.state
    if state in TAKING:
        places.take(wish.category, wish.organisation_id)
    return state


def _write(
    meeting: Meeting,
    wishes: Sequence[Wish],
    states: Sequence[State],
    channel: str,
    consent: ConsentText | None,
) -> list[int]:
    connection, now = db.session.connection(), clock.now()
    rows = [
        {
            "meeting_id": meeting.id,
            "person_id": wish.person_id,
            "organisation_id": wish.organisation_id,
            "unit_text": "" if wish.organisation_id is not None else wish.unit_text,
            "category": wish.category,
            "state": state,
            "reason": wish.to_check,
            "channel": channel,
            "language": wish.language,
            "replaces_id": wish.replaces_id,
            "submitted_at": now,
            "decided_at": now if state is State.APPROVED else None,
        }
        for wish, state in zip(wishes, states, strict=True)
    ]
    try:
        ids = list(connection.execute(_REGISTER, rows).scalars())
    except IntegrityError as error:
        raise Conflict("already_registered", N_("这个人已经报名，不必再报。")) from error
    if consent is not None:
        given = {"consent_text_id": consent.id, "given_at": now, "channel": channel}
        connection.execute(_CONSENT, [{**given, "registration_id": one} for one in ids])
    answers = [
        {"registration_id": one, "field_id": field_id, "value": value}
        for one, wish in zip(ids, wishes, strict=True)
        for field_id, value in wish.answers.items()
    ]
    if answers:
        connection.execute(_ANSWER, answers)
    return ids


def _equip(
    actor: Actor,
    meeting: Meeting,
    wishes: Sequence[Wish],
    states: Sequence[State],
    ids: Sequence[int],
    channel: str,
    consent: ConsentText | None,
) -> list[Enrolled]:
    """Give registrations what they need in their state, write it down, and tell the people."""
    add_passes(meeting.id, [one for one, state in zip(ids, states, strict=True) if has_pass(state)])
    ends_at = link_ends_at(meeting)
    links = make_links(Role.DELEGATE, meeting.scope_id, ids, expires_at=ends_at)
    agreed = {"consent": consent.version, "digest": consent.digest} if consent else {}
    each = list(zip(ids, wishes, states, strict=True))
    audit_all(
        actor,
        meeting.scope_id,
        [
            Act(
                "registration.submit",
                f"registration:{one}",
                {
                    "person": wish.person_id,
                    "category": wish.category.value,
                    "state": state.value,
                    "channel": channel,
                    "link": links[one],
                    **agreed,
                },
            )
            for one, wish, state in each
        ],
    )
    enqueue_all(
        "tell_registrant",
        meeting.scope_id,
        actor,
        [{"registration": one, "state": state.value} for one, wish, state in each if wish.writes],
    )
    return [Enrolled(one, wish.person_id, state, links[one], ends_at) for one, wish, state in each]


def has_pass(state: State) -> bool:
    """Tell whether a registration in this state has a pass."""
    return state is State.APPROVED


def add_passes(meeting_id: int, registration_ids: Sequence[int]) -> None:
    """Give registrations their first passes; the caller records it."""
    if not registration_ids:
        return
    connection, now = db.session.connection(), clock.now()
    common = {"meeting_id": meeting_id, "generation": 1, "issued_at": now}
    rows = [
        {**common, "registration_id": one, "code": make_code(secrets.randbits)}
        for one in registration_ids
    ]
    try:
        connection.execute(_PASS, rows)
    except IntegrityError as error:  # one in a million draws a code that somebody has
        raise Busy("database_busy", N_("系统正忙，请稍后再试；您的内容没有丢失。")) from error
