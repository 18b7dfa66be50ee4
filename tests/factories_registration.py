"""Registrations and what belongs to them, to test with; call inside an app context."""

from datetime import timedelta
from itertools import count

from eventapp.alliance.models import Alliance, Person
from eventapp.alliance.service import add_person, add_unit, create_alliance
from eventapp.core import clock
from eventapp.core.access import SYSTEM
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import Kind, State
from eventapp.meetings.service import create_meeting, set_state
from eventapp.registration.models import Registration
from eventapp.registration.rules import Category
from eventapp.registration.service import register_person
from eventapp.web.flood import draw_seal

_numbers = count(1)


def make_alliance(name: str = "山东省产教融合共同体") -> Alliance:
    """Found an alliance without units."""
    return create_alliance(SYSTEM, slug=f"register-alliance-{next(_numbers)}", name=name)


def make_unit(alliance_id: int, name: str = "") -> int:
    """Add a member unit; returns the organisation's id."""
    name = name or f"第{next(_numbers)}职业学院"
    return add_unit(SYSTEM, alliance_id, name=name).organisation_id


def make_meeting(alliance_id: int = 0, *, is_open: bool = True) -> Meeting:
    """Call a meeting in a week, open for registration unless told otherwise."""
    starts_at = clock.now() + timedelta(days=7)
    meeting = create_meeting(
        SYSTEM,
        alliance_id or make_alliance().id,
        slug=f"meeting-{next(_numbers)}",
        kind=Kind.FOUNDING,
        title="山东省产教融合共同体成立大会",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        venue="齐鲁会堂",
    )
    if is_open:
        set_state(SYSTEM, meeting.id, State.PUBLISHED)
        set_state(SYSTEM, meeting.id, State.REGISTRATION_OPEN)
    return meeting


def make_person(
    alliance_id: int, name: str = "王磊", organisation_id: int | None = None, **more: str
) -> Person:
    """Note a person with a phone of their own."""
    phone = more.pop("phone", "") or f"138{next(_numbers):08d}"
    return add_person(
        SYSTEM, alliance_id, name=name, phone=phone, organisation_id=organisation_id, **more
    )


def make_registration(
    meeting: Meeting,
    name: str = "王磊",
    *,
    category: Category = Category.DELEGATE,
    organisation_id: int | None = None,
    **more: str,
) -> Registration:
    """Register a new person by the desk: approved while there is a place."""
    meeting_id, alliance_id = meeting.id, meeting.alliance_id
    person = make_person(alliance_id, name, organisation_id, **more)
    return register_person(
        SYSTEM,
        meeting_id,
        person_id=person.id,
        category=category,
        organisation_id=organisation_id,
        channel="desk",
    )


def seal(ago: timedelta = timedelta(minutes=1)) -> str:
    """Write the seal of a registration form that was drawn a while ago."""
    return draw_seal("register", clock.now() - ago)
