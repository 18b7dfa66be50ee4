"""A unit's people: registered together, whole or not at all, and replaced one by another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import revoke_link
from eventapp.alliance.service.people import KnownPerson, MayBe, PersonIn, ensure_people
from eventapp.core import clock
from eventapp.core.access import Actor, Role
from eventapp.core.db import db, transaction
from eventapp.core.errors import N_, Conflict, DomainError, Invalid
from eventapp.core.ledger import audit
from eventapp.core.names import name_key
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.meetings.rules import State as MeetingState
from eventapp.registration.models import Mandate, Registration
from eventapp.registration.queries import delegation_in
from eventapp.registration.queries.places import terms_of
from eventapp.registration.queries.registrations import ENDED
from eventapp.registration.rules import WALK_IN, Category, State, ensure_may_become
from eventapp.registration.service.attendance import become, hold_registrations, tell_all
from eventapp.registration.service.enrolment import LIAISON, Enrolled, Wish, enrol
from eventapp.registration.service.passes import kill_pass
from eventapp.registration.service.settings import current_consent
from eventapp.registration.service.units import give_mandate, revoke_mandate


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody as typed for a unit; `answers` are texts by the id of their field."""

    name: str
    phone: str
    category: Category = Category.DELEGATE
    titles: str = ""
    email: str = ""
    answers: Mapping[int, list[str]] = field(default_factory=dict[int, list[str]])
    language: str = ""


def register_group(
    actor: Actor, meeting_id: int, delegation_id: int, entries: Sequence[Entry]
) -> list[Enrolled]:
    """Register people of a unit, whose consent its liaison has obtained: all of them or nobody.

    Raises GroupRefused where there are too few places; any other refusal names its entry in
    `row`, counted from 0.
    """
    with transaction():
        meeting = meeting_of(meeting_id)
        unit_id = delegation_in(meeting_id, delegation_id).organisation_id
        people = ensure_people(
            meeting.alliance_id,
            [PersonIn(one.name, one.phone, one.email, one.titles, unit_id) for one in entries],
            of_own_unit,
        )
        ensure_themselves(meeting_id, [one.name for one in entries], people)
        wishes = [
            Wish(
                person.id,
                entry.category,
                unit_id,
                language=entry.language,
                answers=entry.answers,
                writes=bool(person.email),
            )
            for entry, person in zip(entries, people, strict=True)
        ]
        consent = current_consent(actor, meeting_id, (unit_id,))
        return enrol(actor, meeting, wishes, channel=LIAISON, consent=consent, whole=True)


def of_own_unit(typed: PersonIn, known: KnownPerson) -> bool:
    """Tell whether a unit may mean somebody by a phone: to other units' people it is a stranger."""
    return known.organisation_id is not None and known.organisation_id == typed.organisation_id


def ensure_themselves(meeting_id: int, names: Sequence[str], people: Sequence[KnownPerson]) -> None:
    """Refuse who is known under another name, named twice, or registered already."""
    known = [person.id for person in people if not person.is_new]
    registered = set(
        db.session.scalars(
            sa.select(Registration.person_id).where(
                Registration.meeting_id == meeting_id,
                Registration.person_id.in_(known),
                Registration.state.not_in(ENDED),
            )
        )
    )
    seen: set[int] = set()
    for row, (name, person) in enumerate(zip(names, people, strict=True)):
        if name_key(person.name) != name_key(name):
            raise _at(row, _other_name())
        if person.id in registered or person.id in seen:
            raise _at(row, Conflict("already_registered", N_("这个人已经报名，不必再报。")))
        seen.add(person.id)


def _other_name() -> Conflict:
    return Conflict(
        "phone_other_name", N_("这个手机号登记在另一个姓名名下，请核对，或联系会务组。")
    )


def _at(row: int, error: DomainError) -> DomainError:
    error.row = row
    return error


def may_substitute(meeting: Meeting, *, is_door_open: bool = False) -> bool:
    """Tell whether a delegate may still be replaced: until the door opens, or the meeting's term.

    Whoever runs the door knows whether somebody was admitted; the meeting's beginning is the last.
    """
    term = terms_of(meeting.id).substitute_until
    is_late = clock.now() >= (term or meeting.starts_at) or (is_door_open and term is None)
    return meeting.state not in _TOO_LATE and not is_late


_OVER = (MeetingState.ADJOURNED, MeetingState.ARCHIVED, MeetingState.CANCELLED)
_TOO_LATE = (MeetingState.IN_SESSION, *_OVER)


def substitute_delegate(
    actor: Actor,
    meeting_id: int,
    registration_id: int,
    entry: Entry,
    *,
    is_door_open: bool = False,
) -> Enrolled:
    """Let somebody come in a delegate's stead, in the same category, place and mandate.

    The old pass and link die at once, whatever happens next. Raises Conflict once the door is
    open, and what `register_group` raises.
    """
    with transaction():
        meeting = meeting_of(meeting_id)
        if not may_substitute(meeting, is_door_open=is_door_open):
            raise Conflict("substitution_closed", N_("现在不能再换人，请联系会务组。"))
        return _substitute(actor, meeting, registration_id, entry, may_be=of_own_unit)


def substitute_at_door(
    actor: Actor,
    meeting_id: int,
    registration_id: int,
    entry: Entry,
    *,
    reason: str,
    hands_mandates: bool,
) -> Enrolled:
    """Do the same for people who stand at the door, until the meeting is over, with a reason.

    Who speaks for a unit is not decided at a door: without `hands_mandates` the mandates end, and
    the organiser or the liaison gives them anew.
    """
    if not reason.strip():
        raise Invalid("reason_missing", N_("请写明换人的原因。"), field="reason")
    with transaction():
        meeting = meeting_of(meeting_id)
        if meeting.state in _OVER:
            raise Conflict("substitution_closed", N_("现在不能再换人，请联系会务组。"))
        return _substitute(
            actor,
            meeting,
            registration_id,
            entry,
            reason=reason,
            channel=WALK_IN,
            hands_mandates=hands_mandates,
        )


def _substitute(
    actor: Actor,
    meeting: Meeting,
    registration_id: int,
    entry: Entry,
    *,
    reason: str = "",
    channel: str = "",
    hands_mandates: bool = True,
    may_be: MayBe | None = None,
) -> Enrolled:
    meeting_id = meeting.id
    _, (old,) = hold_registrations(meeting_id, [registration_id])
    ensure_may_become(old.state, State.REPLACED)
    unit_id, category, place = old.organisation_id, old.category, old.place
    become(actor, [old], State.REPLACED, reason)
    tell_all(actor, [old])
    kill_pass(registration_id)
    link = link_of(meeting.scope_id, Role.DELEGATE, registration_id)
    if link is not None:
        revoke_link(actor, link.id)
    typed = PersonIn(entry.name, entry.phone, entry.email, entry.titles, unit_id)
    people = ensure_people(meeting.alliance_id, [typed], may_be)
    ensure_themselves(meeting_id, [entry.name], people)
    wish = Wish(
        people[0].id,
        category,
        unit_id,
        old.unit_text,
        language=entry.language,
        answers=entry.answers,
        writes=bool(people[0].email),
        replaces_id=registration_id,
        state=State.APPROVED,
    )
    consent = current_consent(actor, meeting_id)
    new = enrol(actor, meeting, [wish], channel=channel or old.channel, consent=consent)[0]
    if place:
        db.session.get_one(Registration, new.registration_id).place = place
    heir = new.person_id if hands_mandates else None
    _hand_mandates_over(actor, meeting_id, old.person_id, heir)
    audit(
        actor,
        meeting.scope_id,
        "registration.substitute",
        f"registration:{registration_id}",
        by=new.registration_id,
    )
    return new


def _hand_mandates_over(actor: Actor, meeting_id: int, old: int, new: int | None) -> None:
    held = db.session.scalars(
        sa.select(Mandate).where(
            Mandate.meeting_id == meeting_id, Mandate.person_id == old, Mandate.revoked_at.is_(None)
        )
    ).all()
    for mandate in held:
        unit_id, proxy = mandate.organisation_id, mandate.proxy
        revoke_mandate(actor, meeting_id, mandate.id)
        if (
            new is not None and not proxy
        ):  # a proxy was given to that person by another unit, which must give it anew
            give_mandate(actor, meeting_id, organisation_id=unit_id, person_id=new)
