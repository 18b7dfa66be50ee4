"""What people change about their own registration, and what they ask the organiser to change.

Titles, address and answers are the person's own. A name stands on badges and in minutes, and a
phone tells people apart: of these a wish is noted, and the organiser decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from eventapp.alliance.queries import member_named, person_in
from eventapp.alliance.service.people import change_person
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.ledger import audit
from eventapp.core.names import clean_name, name_key
from eventapp.core.phones import clean_phone
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import Consent, Correction, Registration
from eventapp.registration.queries.own import agreed_of, may_change_own
from eventapp.registration.rules import State
from eventapp.registration.service.answers import Papers, write_answers
from eventapp.registration.service.passes import lock_registration
from eventapp.registration.service.public import agreed_consent

CORRECTION = N_("本人要求更正姓名或手机号，请核对。")
"""The reason to look at a registration while a correction waits."""


@dataclass(frozen=True, slots=True)
class OwnChange:
    """What somebody wrote about themselves; `consent_version` is None where nothing was asked.

    `papers` are contents and media types of the files that the answers name.
    """

    titles: str = ""
    email: str = ""
    unit: str = ""
    answers: Mapping[int, list[str]] = field(default_factory=dict[int, list[str]])
    papers: Papers = ()
    consent_version: int | None = None


def change_own(actor: Actor, meeting_id: int, registration_id: int, change: OwnChange) -> None:
    """Keep what a person changed; what is asked no longer keeps its answers.

    Raises Conflict where nothing can be changed any more, and Invalid where a newer consent
    text was not agreed to.
    """
    with transaction():
        meeting, registration = _changing(meeting_id, registration_id)
        changed = _write_person(actor, meeting, registration.person_id, change)
        if registration.organisation_id is None and change.unit != registration.unit_text:
            _set_unit(meeting, registration, change.unit)
            changed.append("unit")
        if write_answers(meeting_id, registration_id, change.answers, change.papers):
            changed.append("answers")
        if change.consent_version is not None:
            consent = agreed_consent(meeting_id, change.consent_version)
            if agreed_of(registration_id) != consent.id:
                db.session.add(
                    Consent(
                        registration_id=registration_id,
                        consent_text_id=consent.id,
                        given_at=clock.now(),
                        channel="own",
                    )
                )
                changed.append(f"consent:{consent.version}")
        if changed:
            _note(actor, meeting, "registration.change_own", registration_id, what=changed)


def _changing(meeting_id: int, registration_id: int) -> tuple[Meeting, Registration]:
    meeting = meeting_of(meeting_id)
    registration = lock_registration(meeting_id, registration_id)
    if not may_change_own(meeting, registration.state):
        raise Conflict("own_closed", N_("现在不能再修改，请联系会务组。"))
    return meeting, registration


def _write_person(actor: Actor, meeting: Meeting, person_id: int, change: OwnChange) -> list[str]:
    person = person_in(meeting.alliance_id, person_id)
    wanted = {"titles": change.titles.strip(), "email": change.email.strip()}
    changed = [name for name, value in wanted.items() if getattr(person, name) != value]
    if changed:
        change_person(
            actor,
            meeting.alliance_id,
            person_id,
            name=person.name,
            phone=person.phone,
            organisation_id=person.organisation_id,
            titles=wanted["titles"],
            email=wanted["email"],
        )
    return changed


def _set_unit(meeting: Meeting, registration: Registration, unit: str) -> None:
    text = " ".join(unit.split())
    if not text:
        raise Invalid("unit_missing", N_("请填写单位。"), field="unit")
    if member_named(meeting.alliance_id, text) is not None:
        raise Invalid("unit_is_member", N_("这是成员单位，改到它名下请联系会务组。"), field="unit")
    registration.unit_text = text


def ask_correction(
    actor: Actor, meeting_id: int, registration_id: int, *, name: str, phone: str
) -> None:
    """Ask the organiser to correct a name or a phone; a later wish takes the place of an earlier.

    Raises Invalid where both are what they were.
    """
    name = clean_name(name)
    with transaction() as session:
        meeting, registration = _changing(meeting_id, registration_id)
        person = person_in(meeting.alliance_id, registration.person_id)
        digits = clean_phone(phone) or person.phone
        if not name or len(name) > 60:
            raise Invalid(
                "name_missing", N_("请填写姓名，最多 %(max)s 个字。"), field="name", max=60
            )
        if (name_key(name), digits) == (name_key(person.name), person.phone):
            raise Invalid("correction_none", N_("姓名和手机号都没有改动。"), field="name")
        wish = session.get(Correction, registration_id) or Correction(
            registration_id=registration_id
        )
        wish.name, wish.phone, wish.asked_at = name, digits, clock.now()
        session.add(wish)
        # A reason keeps somebody who waits for a place from moving up; so it is left out there.
        if not registration.reason and registration.state is not State.WAITLISTED:
            registration.reason = CORRECTION
        session.flush()
        _note(actor, meeting, "correction.ask", registration_id)


def decide_correction(actor: Actor, meeting_id: int, registration_id: int, *, accept: bool) -> None:
    """Correct name and phone as asked, or leave them; either way the wish is gone.

    Raises Conflict where somebody else has the phone, or nothing waits.
    """
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        registration = lock_registration(meeting_id, registration_id)
        wish = session.get(Correction, registration_id, populate_existing=True)
        if wish is None:
            raise Conflict("correction_gone", N_("这项更正已经处理过了。"))
        person = person_in(meeting.alliance_id, registration.person_id)
        if accept:
            change_person(
                actor,
                meeting.alliance_id,
                person.id,
                name=wish.name,
                phone=wish.phone,
                email=person.email,
                organisation_id=person.organisation_id,
                titles=person.titles,
            )
        session.delete(wish)
        if registration.reason == CORRECTION:
            registration.reason = ""
        session.flush()
        _note(actor, meeting, "correction.decide", registration_id, accepted=accept)


def note_own_data(actor: Actor, meeting_id: int, registration_id: int) -> None:
    """Record that a person took all that is kept about them."""
    with transaction():
        _note(actor, meeting_of(meeting_id), "own_data.download", registration_id)


def _note(
    actor: Actor, meeting: Meeting, action: str, registration_id: int, **more: object
) -> None:
    audit(actor, meeting.scope_id, action, f"registration:{registration_id}", **more)
