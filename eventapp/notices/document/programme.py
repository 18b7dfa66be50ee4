"""What is written to whoever a new edition of the agenda concerns."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale

from eventapp.accounts.queries import link_of
from eventapp.agenda.document import own_file, told
from eventapp.agenda.queries.editions import Concerned
from eventapp.core.access import Role
from eventapp.meetings.models import Meeting
from eventapp.notices.document.letters import Letter, written
from eventapp.notices.queries.editions import ConcernedUnit, News, reader_of
from eventapp.notices.rules import Kind
from eventapp.registration.document import CHINESE, base_url, link_address
from eventapp.registration.queries import delegation_in


@dataclass(frozen=True, slots=True)
class Addressed:
    """A letter with whom it goes to; without an address it cannot go."""

    name: str
    email: str
    about: str
    letter: Letter


def concerned_letter(
    meeting: Meeting, news: News, *, person: int | None = None, unit: int | None = None
) -> Addressed | None:
    """Write to a person or a unit that the news concern; None for any other."""
    for one in news.people:
        if one.person_id == person:
            return _to_person(meeting, news, one)
    for one in news.units:
        if one.delegation_id == unit:
            return _to_unit(meeting, news, one)
    return None


def letters_of_news(meeting: Meeting, news: News) -> list[Addressed]:
    """Write to everybody whom the news concern, people first."""
    return [
        *(_to_person(meeting, news, one) for one in news.people),
        *(_to_unit(meeting, news, one) for one in news.units),
    ]


def _to_person(meeting: Meeting, news: News, one: Concerned) -> Addressed:
    """Write in the language in which they registered; their calendar goes with it."""
    reader = reader_of(meeting, one.person_id)
    about = f"person:{one.person_id}"
    address = ""
    if reader.registration_id is not None:
        about = f"registration:{reader.registration_id}"
        address = _link(meeting, Role.DELEGATE, reader.registration_id)
    with force_locale(reader.language or CHINESE):
        subject, text = _text(meeting, news, one.items, name=one.name, unit="", link=address)
        letter = Letter(subject, text, own_file(meeting, [one.person_id]))
    return Addressed(one.name, reader.email, about, letter)


def _to_unit(meeting: Meeting, news: News, one: ConcernedUnit) -> Addressed:
    row = delegation_in(meeting.id, one.delegation_id)
    address = _link(meeting, Role.LIAISON, row.id)
    with force_locale(CHINESE):
        text = _text(meeting, news, one.items, name="", unit=row.organisation, link=address)
    return Addressed(row.organisation, row.email, f"delegation:{row.id}", Letter(*text))


def _link(meeting: Meeting, role: Role, subject_id: int) -> str:
    found = link_of(meeting.scope_id, role, subject_id)
    return link_address(found) if found is not None and found.revoked_at is None else ""


def _text(meeting: Meeting, news: News, items: Collection[int], **whom: Any) -> tuple[str, str]:
    return written(
        Kind.AGENDA,
        "agenda_change",
        meeting,
        number=news.edition.number,
        changes=told(news.differences, meeting.zone, items=items) if news.before else [],
        standing=[item for item in news.edition.items if item.id in items],
        address=f"{base_url()}/m/{meeting.slug}",
        **whom,
    )
