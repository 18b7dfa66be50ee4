"""Erase a person: take out of every room what tells who it was, and say what stays and why."""

from collections.abc import Callable, Collection

import sqlalchemy as sa

from eventapp.agenda.service import forget_person as forget_plans
from eventapp.alliance.models import Alliance, Person
from eventapp.alliance.queries import person_in
from eventapp.alliance.service.forgetting import forget_person as forget_identity
from eventapp.badges.service import delete_prints_of
from eventapp.ceremony.service import forget_person as forget_signatures
from eventapp.checkin.service import forget_person as forget_door_signature
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.jobs import Job
from eventapp.core.ledger import audit
from eventapp.core.outbox import forget_messages, post
from eventapp.meetings.models import Meeting
from eventapp.minutes.service import thaw_minutes
from eventapp.privacy.models import Erasure
from eventapp.privacy.queries.erasures import open_erasure
from eventapp.privacy.queries.remains import (
    Identity,
    identity_of,
    messages_about,
    scopes_of,
    voted_mandates,
    what_stays,
)
from eventapp.registration.models import Delegation, Mandate, Registration
from eventapp.registration.service.forgetting import forget_person as forget_registrations
from eventapp.roster.service import forget_person as forget_rows

THAWED = N_("名单中有人要求删除个人信息，纪要须按现在的记录重新核对、签发。")
OWN, LETTER = "own", "letter"
Writer = Callable[[Erasure], tuple[str, str]]


def ask_erasure(actor: Actor, alliance_id: int, person_id: int, *, channel: str = OWN) -> Erasure:
    """Note that a person wants the own data erased; one wish at a time, so asking twice is one.

    The desk answers it within `ANSWER_WITHIN`. Raises Conflict for who is erased already.
    """
    with transaction() as session:
        alliance = lock(Alliance, alliance_id)
        person_id = _living(alliance_id, person_id).id
        found = open_erasure(person_id)
        if found is not None:
            return found
        wish = Erasure(
            person_id=person_id,
            actor=str(actor),
            channel=channel,
            language=_language(person_id),
            asked_at=clock.now(),
            kept=[],
        )
        session.add(wish)
        flush_or(Conflict("erasure_asked", N_("删除申请已经收到，正在办理。")))
        audit(actor, alliance.scope_id, "erasure.ask", f"person:{person_id}", channel=channel)
    return wish


def withdraw_erasure(actor: Actor, alliance_id: int, person_id: int) -> None:
    """Take a wish back that has not been answered yet; without one nothing happens."""
    with transaction() as session:
        alliance = lock(Alliance, alliance_id)
        person_id = person_in(alliance_id, person_id).id
        found = open_erasure(person_id)
        if found is not None:
            session.delete(found)
            audit(actor, alliance.scope_id, "erasure.withdraw", f"person:{person_id}")


def erase_person(
    actor: Actor, alliance_id: int, person_id: int, write: Writer, *, channel: str = LETTER
) -> Erasure:
    """Erase what is kept about a person over all meetings of the alliance, and answer them.

    Counts, votes, scans and released documents stay true; the wish keeps what stays, and on which
    ground is told on its page and in a mail, which `write` words: subject and text. Until
    its term has passed that mail is the one place where the address still stands. Raises Conflict
    for who is erased already, or while a meeting runs that the person belongs to.
    """
    with transaction():
        alliance = lock(Alliance, alliance_id)
        person = _living(alliance_id, person_id)
        person_id = person.id
        wish = ask_erasure(actor, alliance_id, person_id, channel=channel)
        who = identity_of(person)
        written = messages_about(who)
        _forget_in_meetings(actor, who)
        forget_identity(actor, alliance_id, person_id)
        forget_messages(written)
        _forget_errors(who)
        stays = what_stays(who)
        wish.done_at, wish.kept = clock.now(), [row.as_json() for row in stays]
        db.session.flush()
        if "@" in who.email:
            subject, text = write(wish)
            about = f"erasure:{wish.id}"
            post(actor, alliance.scope_id, who.email, subject, text, kind="erasure", about=about)
        audit(
            actor,
            alliance.scope_id,
            "person.erase",
            f"person:{person_id}",
            erasure=wish.id,
            kept={row.kind.value: row.count for row in stays},
        )
    return wish


def _living(alliance_id: int, person_id: int) -> Person:
    person = person_in(alliance_id, person_id)
    if person.erased_at is not None:
        raise Conflict("erased_already", N_("这个人的信息已经删除。"))
    return person


def _forget_in_meetings(actor: Actor, who: Identity) -> None:
    """Go through the meetings of the alliance, also those where only a list names the person."""
    voted = voted_mandates(who)
    concerned = _meetings_with(who)
    scopes = dict(
        db.session.execute(
            sa.select(Meeting.id, Meeting.scope_id).where(Meeting.id.in_(who.meetings))
        ).all()
    )
    for meeting_id in who.meetings:
        forget_rows(actor, meeting_id, name=who.name, phone=who.phone)
        for person_id in who.people:
            typed = who.name if who.is_only else ""
            forget_signatures(actor, meeting_id, person_id, typed=typed)
            forget_plans(actor, meeting_id, person_id, typed=typed)
            forget_door_signature(actor, meeting_id, person_id)
            if meeting_id in concerned:
                forget_registrations(actor, meeting_id, person_id, voted=voted)
        thaw_minutes(actor, meeting_id, who.name, word=THAWED)
        if meeting_id in concerned:
            delete_prints_of(actor, scopes[meeting_id])


def _meetings_with(who: Identity) -> Collection[int]:
    found: set[int] = set()
    for query in (
        sa.select(Registration.meeting_id).where(Registration.person_id.in_(who.people)),
        sa.select(Mandate.meeting_id).where(Mandate.person_id.in_(who.people)),
        sa.select(Delegation.meeting_id).where(Delegation.liaison_id.in_(who.people)),
    ):
        found.update(db.session.scalars(query))
    return found


def _forget_errors(who: Identity) -> None:
    """Empty what jobs of the alliance said when they failed, where it names the person."""
    named = sa.or_(*(Job.error.contains(text, autoescape=True) for text in who.texts))
    if who.texts:
        scopes = scopes_of(who.alliance_id)
        db.session.execute(sa.update(Job).where(Job.scope_id.in_(scopes), named).values(error=""))


def _language(person_id: int) -> str:
    """Tell the language in which a person registered last."""
    spoken = sa.select(Registration.language).where(Registration.person_id == person_id)
    return db.session.scalar(spoken.order_by(Registration.id.desc()).limit(1)) or ""
