"""Jobs of notices: write to a person what concerns their registration, to a unit its notice.

Features below ask for it by a row in the queue of jobs; they need not know what is written.
"""

from typing import Any

from flask import Flask

from eventapp.accounts.queries import link_of
from eventapp.agenda.models import AgendaEdition
from eventapp.alliance.queries import person_in
from eventapp.core import files
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db, transaction
from eventapp.core.jobs import Job
from eventapp.core.outbox import Attachment, post, post_by
from eventapp.meetings.queries import meeting_of
from eventapp.notices.document import WITHOUT_LINK, Letter, letter_to_person, letter_to_unit
from eventapp.notices.document.programme import concerned_letter
from eventapp.notices.models import Announcement, Notice
from eventapp.notices.queries import Change, reply_of
from eventapp.notices.queries.editions import edition_in, news_between
from eventapp.notices.queries.letters import Addressee, addressee_of
from eventapp.notices.rules import Kind, decide_kind
from eventapp.notices.service import note_delivery
from eventapp.registration.models import Delegation
from eventapp.registration.queries import delegation_in
from eventapp.registration.rules import State
from eventapp.web.queue import add_handlers

CALENDAR = "text/calendar"


def register(app: Flask) -> None:
    """Let the queue do these jobs."""
    add_handlers(
        app,
        {
            "tell_registrant": tell_registrant,
            "tell_unit": tell_unit,
            "tell_concerned": tell_concerned,
        },
    )


def tell_registrant(job: Job) -> dict[str, Any]:
    """Write to a person: what the job names, else how the registration stands now.

    Nothing is written to whom there is no address, nor where the registration has gone on since.
    """
    params = job.params
    found = addressee_of(params["registration"])
    kind, meeting = _kind(found, params), meeting_of(found.meeting_id)
    row, link = found.row, found.link
    recipient = row.email or (row.phone if params.get("texts") else "")
    if kind is None or not recipient or (link is None and kind not in WITHOUT_LINK):
        return {"posted": False}
    changes = [Change(**one) for one in params.get("changes", [])]
    said = params.get("announcement")
    announced = db.session.get_one(Announcement, said).text if said else ""
    letter = letter_to_person(kind, meeting, row, link, changes=changes, announced=announced)
    return _send(job, meeting.slug, recipient, letter, kind, f"registration:{row.id}")


def tell_concerned(job: Job) -> dict[str, Any]:
    """Write to a person, or a unit, what an edition changed at their items.

    Nothing is written to whom there is no address any more.
    """
    params = job.params
    edition = db.session.get_one(AgendaEdition, params["edition"])
    meeting = meeting_of(edition.meeting_id)
    found = edition_in(meeting.id, edition.id)
    if found is None:
        return {"posted": False}
    news = news_between(meeting, edition_in(meeting.id, params["before"]), found)
    to = concerned_letter(meeting, news, person=params.get("person"), unit=params.get("unit"))
    if to is None or not to.email:
        return {"posted": False}
    return _send(job, meeting.slug, to.email, to.letter, Kind.AGENDA, to.about)


def _send(
    job: Job, slug: str, recipient: str, letter: Letter, kind: Kind, about: str
) -> dict[str, Any]:
    """Post a letter with its calendar, by the job that runs; a text message carries no file."""
    with transaction():
        attached: list[Attachment] = []
        if letter.calendar and "@" in recipient:
            stored = files.store(letter.calendar, CALENDAR)
            attached.append(Attachment(f"{slug}.ics", CALENDAR, stored.digest))
        send = post_by(
            job,
            recipient,
            letter.subject,
            letter.text,
            kind=kind.value,
            about=about,
            attachments=attached,
        )
    return send()


def tell_unit(job: Job) -> dict[str, Any]:
    """Write to a unit's liaison: the link, the notice, or a reminder where no answer came yet.

    Nothing is written to whom there is no address, nor where the link has been ended.
    """
    notice_id, delegation_id = job.params.get("notice"), job.params["delegation"]
    kind = Kind(job.params["kind"])
    notice = db.session.get_one(Notice, notice_id) if notice_id is not None else None
    meeting = meeting_of(db.session.get_one(Delegation, delegation_id).meeting_id)
    unit = delegation_in(meeting.id, delegation_id)
    link = link_of(meeting.scope_id, Role.LIAISON, delegation_id)
    email = person_in(meeting.alliance_id, unit.liaison_id).email if unit.liaison_id else ""
    answered = kind is Kind.NOTICE_REMINDER and reply_of(delegation_id) is not None
    if not email or link is None or link.revoked_at is not None or answered:
        return {"posted": False}
    letter = letter_to_unit(kind, meeting, unit, link, notice)
    scope_id = meeting.scope_id
    with transaction():
        message = post(
            SYSTEM,
            scope_id,
            email,
            letter.subject,
            letter.text,
            kind=kind.value,
            about=f"delegation:{delegation_id}",
        )
        if kind is Kind.NOTICE and notice_id is not None:
            note_delivery(notice_id, delegation_id, message.id)
    return {"posted": True, "kind": kind.value}


def _kind(found: Addressee, params: dict[str, Any]) -> Kind | None:
    registration = found.row
    if "kind" in params:
        kind = Kind(params["kind"])
        gone = kind is Kind.REMINDER and registration.state is not State.APPROVED
        return None if gone else kind
    if params.get("state", registration.state) != registration.state:
        return None
    before = params.get("before")
    return decide_kind(
        registration.state,
        State(before) if before else None,
        is_substitute=found.is_substitute,
        was_reminded=registration.reminded_at is not None,
    )
