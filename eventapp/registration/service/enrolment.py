"""Taking people in: one, or a whole group, by the same few statements."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from eventapp.accounts.models import PersonalLink
from eventapp.accounts.service import link_made, link_row
from eventapp.alliance.service.people import phone_just_noted
from eventapp.core import clock
from eventapp.core.access import Actor, Role
from eventapp.core.db import db, transaction
from eventapp.core.errors import N_, Busy, Conflict, DomainError
from eventapp.core.jobs import enqueue_all
from eventapp.core.ledger import Act, audit_all
from eventapp.core.rows import Rows, next_ids, refused_table
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import MeetingHere
from eventapp.registration.models import Answer, Consent, ConsentText, Pass, Registration
from eventapp.registration.queries.arrival import ConsentHere
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
_answers: Any = Answer.__table__
_consents: Any = Consent.__table__
_passes: Any = Pass.__table__
_links: Any = PersonalLink.__table__
NUMBERED = (_registrations, _links)
"""Tables whose rows get their numbers before they are written."""
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
        states = [decide(places, wish, channel) for wish in wishes]
        if whole and State.WAITLISTED in states:
            raise GroupRefused(
                "group_too_large",
                N_(
                    "名额不够：还能再报 %(left)s 人，这次要报 %(wanted)s 人。名单已保留，没有提交。"
                ),
                left=sum(state is not State.WAITLISTED for state in states),
                wanted=len(states),
            )
        ids, links = next_ids(db.session.connection(), len(wishes), *NUMBERED)
        taken = Taken(meeting, channel, consent, wishes, states, ids, links)
        return take_in(actor, taken)


def decide(places: Places, wish: Wish, channel: str) -> State:
    """Decide how a wish stands, and take its place where it holds one."""
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


@dataclass(frozen=True, slots=True)
class Taken:
    """People who are taken in together, how each stands, and the numbers reserved for them."""

    meeting: Meeting | MeetingHere
    channel: str
    consent: ConsentText | ConsentHere | None
    wishes: Sequence[Wish]
    states: Sequence[State]
    ids: Sequence[int]
    links: Sequence[int]

    def each(self) -> Iterable[tuple[int, int, Wish, State]]:
        """Go through them: number, number of the link, wish and state."""
        return zip(self.ids, self.links, self.wishes, self.states, strict=True)


def take_in(
    actor: Actor, taken: Taken, *, before: Sequence[Rows] = (), after: Sequence[Rows] = ()
) -> list[Enrolled]:
    """Write registrations with all that they need in their state, record it, tell the people.

    `before` are rows that come first, as a person who is new, `after` those that come last.
    """
    meeting, ends_at = taken.meeting, link_ends_at(taken.meeting)
    try:
        audit_all(actor, meeting.scope_id, _acts(taken), [*before, *_rows(taken), *after])
    except IntegrityError as error:
        raise _refusal(error) from error
    enqueue_all(
        "tell_registrant",
        meeting.scope_id,
        actor,
        [
            {"registration": one, "state": state.value}
            for one, _, wish, state in taken.each()
            if wish.writes
        ],
    )
    return [
        Enrolled(one, wish.person_id, state, link, ends_at)
        for one, link, wish, state in taken.each()
    ]


def _rows(taken: Taken) -> list[Rows]:
    """Write registrations, consents, answers, passes and links, each after what it speaks of."""
    meeting, channel, now = taken.meeting, taken.channel, clock.now()
    ends_at = link_ends_at(meeting)
    registrations = [
        {
            "id": one,
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
        for one, _, wish, state in taken.each()
    ]
    consents: list[dict[str, Any]] = []
    if taken.consent is not None:
        given = {"consent_text_id": taken.consent.id, "given_at": now, "channel": channel}
        consents = [{**given, "registration_id": one} for one in taken.ids]
    answers = [
        {"registration_id": one, "field_id": field_id, "value": value}
        for one, _, wish, _ in taken.each()
        for field_id, value in wish.answers.items()
    ]
    passes = _pass_rows(meeting.id, [one for one, _, _, state in taken.each() if has_pass(state)])
    links = [
        {"id": link, **link_row(Role.DELEGATE, meeting.scope_id, one, expires_at=ends_at)}
        for one, link, _, _ in taken.each()
    ]
    return [
        (_registrations, registrations),
        (_consents, consents),
        (_answers, answers),
        (_passes, passes),
        (_links, links),
    ]


def _acts(taken: Taken) -> list[Act]:
    consent = taken.consent
    agreed = {"consent": consent.version, "digest": consent.digest} if consent else {}
    return [
        Act(
            "registration.submit",
            f"registration:{one}",
            {
                "person": wish.person_id,
                "category": wish.category.value,
                "state": state.value,
                "channel": taken.channel,
                "link": link,
                **agreed,
            },
        )
        for one, link, wish, state in taken.each()
    ]


def _refusal(error: IntegrityError) -> DomainError:
    """Say in words which constraint refused."""
    table = refused_table(error)
    if table == "people":
        return phone_just_noted()
    if table == "personal_links":
        return link_made()
    if table == "passes":
        return _busy()
    return Conflict("already_registered", N_("这个人已经报名，不必再报。"))


def has_pass(state: State) -> bool:
    """Tell whether a registration in this state has a pass."""
    return state is State.APPROVED


def add_passes(meeting_id: int, registration_ids: Sequence[int]) -> None:
    """Give registrations their first passes; the caller records it."""
    if not registration_ids:
        return
    try:
        db.session.connection().execute(_PASS, _pass_rows(meeting_id, registration_ids))
    except IntegrityError as error:
        raise _busy() from error


def _pass_rows(meeting_id: int, registration_ids: Sequence[int]) -> list[dict[str, Any]]:
    common = {"meeting_id": meeting_id, "generation": 1, "issued_at": clock.now()}
    return [
        {**common, "registration_id": one, "code": make_code(secrets.randbits)}
        for one in registration_ids
    ]


def _busy() -> Busy:
    # one in a million draws a code that somebody has
    return Busy("database_busy", N_("系统正忙，请稍后再试；您的内容没有丢失。"))
