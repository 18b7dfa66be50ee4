"""Registering from the public form, without telling strangers who is known here.

Whoever types a phone number that is registered already gets the same answer as somebody whose
request is to be looked at. The link goes to the address on file, never to the one just typed.
A known number under another name is registered for the organiser to check: neither the stored
name nor a pass is shown to whoever typed it.
"""

from dataclasses import dataclass

from eventapp.alliance.models import Person
from eventapp.alliance.queries import members_of, person_by_phone
from eventapp.alliance.service.people import change_person, ensure_person
from eventapp.core import clock
from eventapp.core.access import ANONYMOUS
from eventapp.core.db import transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.names import name_key
from eventapp.core.phones import clean_phone
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.meetings.rules import State as MeetingState
from eventapp.registration.queries import alive_registration, consent_of, shown_consent
from eventapp.registration.rules import DEFAULT_CONSENT, Category, State
from eventapp.registration.service.attendance import PUBLIC, register_person, tell
from eventapp.registration.service.settings import set_consent

LOOK_AGAIN = N_("这个手机号登记在另一个姓名名下，请核对后再通过。")


@dataclass(frozen=True, slots=True)
class Reception:
    """What became of a public registration: `opens_pass` is the id whose pass may be shown now."""

    opens_pass: int | None


def ensure_open(meeting: Meeting) -> None:
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
) -> Reception:
    """Register somebody by the public form; Invalid names the field, Conflict says it is closed."""
    digits = _needed_phone(phone)
    with transaction():
        meeting = meeting_of(meeting_id)
        ensure_open(meeting)
        consent_id = _agreed(meeting_id, consent_version)
        organisation_id = member_named(meeting.alliance_id, unit)
        known = person_by_phone(meeting.alliance_id, digits)
        earlier = alive_registration(meeting_id, known.id) if known else None
        if earlier is not None:
            tell(ANONYMOUS, earlier)
            return Reception(None)
        is_same = known is None or name_key(known.name) == name_key(name)
        person = known or _new_person(meeting.alliance_id, name, digits, organisation_id)
        if is_same:
            _complete(person, email, titles)
        registration = register_person(
            ANONYMOUS,
            meeting_id,
            person_id=person.id,
            category=category,
            organisation_id=organisation_id,
            unit_text=unit,
            consent_text_id=consent_id,
            channel=PUBLIC,
            to_check="" if is_same else LOOK_AGAIN,
            language=language,
        )
        return Reception(registration.id if registration.state is State.APPROVED else None)


def _needed_phone(phone: str) -> str:
    digits = clean_phone(phone)
    if not digits:
        raise Invalid("phone_missing", N_("请填写手机号。"), field="phone")
    return digits


def _new_person(alliance_id: int, name: str, phone: str, organisation_id: int | None) -> Person:
    return ensure_person(
        ANONYMOUS, alliance_id, name=name, phone=phone, organisation_id=organisation_id
    )


def _agreed(meeting_id: int, version: int) -> int:
    """Tell the id of the consent text that was shown; the usual text becomes version 1 here."""
    current, text = shown_consent(meeting_id)
    is_usual = version == 0 and text == DEFAULT_CONSENT
    if version != current and not is_usual:
        raise Invalid(
            "consent_changed",
            N_("个人信息说明刚刚有修改，请再看一遍后勾选。"),
            field="consent",
        )
    found = consent_of(meeting_id)
    return (found or set_consent(ANONYMOUS, meeting_id, text)).id


def member_named(alliance_id: int, unit: str) -> int | None:
    """Tell the id of the member unit with this name, None for a unit that is no member."""
    key = name_key(unit)
    members = members_of(alliance_id)
    return next((one.organisation_id for one in members if name_key(one.name) == key), None)


def _complete(person: Person, email: str, titles: str) -> None:
    """Keep what a person adds, and change nothing that is on file already."""
    if not ((email and not person.email) or (titles and not person.titles)):
        return
    change_person(
        ANONYMOUS,
        person.alliance_id,
        person.id,
        name=person.name,
        phone=person.phone,
        email=person.email or email,
        organisation_id=person.organisation_id,
        titles=person.titles or titles,
    )
