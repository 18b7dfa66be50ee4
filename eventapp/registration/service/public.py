"""Registering from the public form, without telling strangers who is known here.

Whoever types a phone that is registered already, or known under another name or address, is
registered as somebody new, as with any other phone: the organiser says whether they are one.
Who had registered gets the link again, at the address on file, never at the one just typed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eventapp.accounts.models import SignIn
from eventapp.accounts.service import open_new_link, opening
from eventapp.alliance.models import Person
from eventapp.alliance.queries import member_named, person_in
from eventapp.alliance.service.people import (
    KnownPerson,
    PersonIn,
    change_person,
    ensure_people,
    person_row,
)
from eventapp.core import clock, files
from eventapp.core.access import ANONYMOUS
from eventapp.core.db import transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.names import name_key
from eventapp.core.phones import clean_phone
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import MeetingHere, meeting_of
from eventapp.meetings.rules import State as MeetingState
from eventapp.registration.models import ConsentText
from eventapp.registration.queries import alive_registration, consent_of
from eventapp.registration.queries.arrival import hold_arrival
from eventapp.registration.rules import DEFAULT_CONSENT, Category, State
from eventapp.registration.service.attendance import tell
from eventapp.registration.service.enrolment import (
    PUBLIC,
    Taken,
    Wish,
    decide,
    enrol,
    take_in,
)
from eventapp.registration.service.passes import link_ends_at
from eventapp.registration.service.settings import current_consent

_people: Any = Person.__table__
_sign_ins: Any = SignIn.__table__
MANY_AT_ONCE = N_("同一网络在一小时内报名的人很多，请核对后再通过。")


@dataclass(frozen=True, slots=True)
class Reception:
    """What became of a public registration; where its pass may be shown now, how to open it.

    `registration_id` is then set; `token` signs this browser in by `link_id`, if it is not yet.
    """

    registration_id: int | None = None
    link_id: int = 0
    token: str = ""


def ensure_open(meeting: Meeting | MeetingHere) -> None:
    """Refuse a registration while the meeting takes none."""
    closes_at = meeting.registration_closes_at
    is_past = closes_at is not None and clock.now() >= closes_at
    if meeting.state is not MeetingState.REGISTRATION_OPEN or is_past:
        raise Conflict("registration_closed", N_("这次会议现在不接受报名。"))


def register_publicly(
    meeting_id: int,
    *,
    name: str,
    phone: str,
    unit: str,
    category: Category,
    consent_version: int,
    titles: str = "",
    email: str = "",
    language: str = "",
    browser: str = "",
    answers: Mapping[int, list[str]] | None = None,
    papers: Sequence[tuple[bytes, str]] = (),
    is_crowd: bool = False,
    own: Collection[int] = (),
) -> Reception:
    """Register somebody by the public form; Invalid names the field, Conflict says it is closed.

    `papers` are contents and media types of the files that the answers name. Where a crowd
    registers from one address, somebody looks at it first: a hall waits, a program gains nothing.
    `own` are the registrations that this browser holds: sent once more, a form finds its own.
    """
    digits = _needed_phone(phone)
    typed = Typed(name, digits, email, titles, unit, consent_version, papers)
    wish = Wish(
        0,
        category,
        unit_text=unit,
        to_check=MANY_AT_ONCE if is_crowd else "",
        language=language,
        answers=answers or {},
        writes=bool(email),
    )
    with transaction():
        reception = _take_newcomer(meeting_id, typed, wish, browser)
    if reception is not None:
        return reception
    with transaction():  # anew: whoever is known is held before places are
        return _take_known(meeting_id, typed, wish, browser, own)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed about a person, and which consent text was on the page."""

    name: str
    phone: str
    email: str
    titles: str
    unit: str
    consent_version: int
    papers: Sequence[tuple[bytes, str]]


def _take_newcomer(meeting_id: int, typed: Typed, wish: Wish, browser: str) -> Reception | None:
    """Register somebody whom nobody knows, in few statements; None for who is not that simple."""
    arrival = hold_arrival(meeting_id, typed.phone, typed.unit)
    if arrival is None or arrival.consent.version != typed.consent_version:
        return None
    meeting, (person_id, one, link) = arrival.meeting, arrival.numbers
    ensure_open(meeting)
    person = PersonIn(typed.name, typed.phone, typed.email, typed.titles, arrival.unit_id)
    row = person_row(meeting.alliance_id, person)
    wish = replace(wish, person_id=person_id, organisation_id=arrival.unit_id)
    state = decide(arrival.places, wish, PUBLIC)
    token, opened = opening(link, link_ends_at(meeting), browser)
    for data, media_type in typed.papers:
        files.store(data, media_type)
    taken = Taken(meeting, PUBLIC, arrival.consent, [wish], [state], [one], [link])
    signs_in = [(_sign_ins, [opened])] if state is State.APPROVED else []
    take_in(ANONYMOUS, taken, before=[(_people, [{"id": person_id, **row}])], after=signs_in)
    return Reception(one, link, token) if signs_in else Reception()


def _take_known(
    meeting_id: int, typed: Typed, wish: Wish, browser: str, own: Collection[int]
) -> Reception:
    """Register somebody who may be known, or whom a meeting takes before anything was set."""
    meeting = meeting_of(meeting_id)
    ensure_open(meeting)
    consent = agreed_consent(meeting_id, typed.consent_version)
    unit_id = member_named(meeting.alliance_id, typed.unit)
    typed_in = PersonIn(typed.name, typed.phone, typed.email, typed.titles, unit_id)
    earlier: dict[int, int] = {}

    def may_be(_typed: PersonIn, known: KnownPerson) -> bool:
        if name_key(known.name) != name_key(typed.name):
            return False
        found = alive_registration(meeting_id, known.id)
        if found is not None:
            earlier[known.id] = found
        is_address = not known.email or known.email.lower() == typed.email.strip().lower()
        return found in own or (found is None and is_address)

    person = ensure_people(meeting.alliance_id, [typed_in], may_be)[0]
    if person.id in earlier:
        return Reception(earlier[person.id])
    for one in [*earlier.values()][:1]:
        tell(ANONYMOUS, one)
    if not person.is_new:
        _complete(meeting.alliance_id, person.id, typed.email, typed.titles)
    wish = replace(
        wish,
        person_id=person.id,
        organisation_id=unit_id,
        writes=bool(person.email or typed.email),
    )
    for data, media_type in typed.papers:
        files.store(data, media_type)
    enrolled = enrol(ANONYMOUS, meeting, [wish], channel=PUBLIC, consent=consent)[0]
    if enrolled.state is not State.APPROVED:
        return Reception()
    token = open_new_link(enrolled.link_id, enrolled.link_ends_at, browser)
    return Reception(enrolled.registration_id, enrolled.link_id, token)


def _needed_phone(phone: str) -> str:
    digits = clean_phone(phone)
    if not digits:
        raise Invalid("phone_missing", N_("请填写手机号。"), field="phone")
    return digits


def agreed_consent(meeting_id: int, version: int) -> ConsentText:
    """Return the consent text that was shown; the usual text becomes version 1 here."""
    found = consent_of(meeting_id)
    current = found.version if found else 0
    is_usual = version == 0 and (
        found is None or (found.text == DEFAULT_CONSENT and not found.annex)
    )
    if version != current and not is_usual:
        raise Invalid(
            "consent_changed",
            N_("个人信息说明刚刚有修改，请再看一遍后勾选。"),
            field="consent",
        )
    return found or current_consent(ANONYMOUS, meeting_id)


def _complete(alliance_id: int, person_id: int, email: str, titles: str) -> None:
    """Keep what a person adds, and change nothing that is on file already."""
    person = person_in(alliance_id, person_id)
    if not ((email and not person.email) or (titles and not person.titles)):
        return
    change_person(
        ANONYMOUS,
        alliance_id,
        person_id,
        name=person.name,
        phone=person.phone,
        email=person.email or email,
        organisation_id=person.organisation_id,
        titles=person.titles or titles,
    )
