"""Forget what a person told a meeting; that somebody of a unit came, and when, stays true."""

from collections.abc import Collection, Sequence
from pathlib import Path

import sqlalchemy as sa

from eventapp.accounts.models import PersonalLink
from eventapp.accounts.service import forget_browsers, revoke_link
from eventapp.core import files
from eventapp.core.access import Actor, Role
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State as MeetingState
from eventapp.registration.models import (
    BulkAction,
    Delegation,
    Leave,
    Mandate,
    Pass,
    Registration,
)
from eventapp.registration.rules import State, may_become
from eventapp.registration.service.answers import delete_answers
from eventapp.registration.service.attendance import cancel_registration
from eventapp.registration.service.units import revoke_mandate

OVER = (MeetingState.ADJOURNED, MeetingState.ARCHIVED, MeetingState.CANCELLED)


def forget_person(
    actor: Actor, meeting_id: int, person_id: int, *, voted: Collection[int] = ()
) -> int:
    """Delete what a person said and was given at a meeting; tell how many answers it were.

    Answers with their files, passes, links and the browsers that they opened, words and papers
    go. What is to come is cancelled; of what is over the category, unit and state stay. The paper
    of a mandate in `voted` stays: a vote rests on it. Raises Conflict while the meeting runs.
    """
    with transaction():
        meeting = lock(Meeting, meeting_id)
        if meeting.state is MeetingState.IN_SESSION and _concerns(meeting_id, person_id):
            raise Conflict(
                "meeting_runs",
                N_("“%(meeting)s”正在进行，闭会以后才能删除这个人的信息。"),
                meeting=meeting.title,
            )
        ids = _registrations(meeting_id, person_id)
        mandates = _mandates(meeting_id, person_id)
        if meeting.state not in OVER:
            _call_off(actor, meeting_id, ids, [one.id for one in mandates])
        answers = delete_answers(meeting_id, registration_ids=ids)
        _end_links(actor, meeting, person_id, ids, [one.id for one in mandates])
        _forget_words(meeting_id, person_id, ids)
        for mandate in mandates:
            if mandate.document_digest and mandate.id not in voted:
                _drop_paper(mandate)
            elif mandate.document_digest:
                mandate.document_name = f"mandate-{mandate.id}{Path(mandate.document_name).suffix}"
        if ids or mandates:
            acted = f"person:{person_id}"
            audit(actor, meeting.scope_id, "registration.forget", acted, answers=answers)
    return answers


def _concerns(meeting_id: int, person_id: int) -> bool:
    return bool(_registrations(meeting_id, person_id) or _mandates(meeting_id, person_id))


def _registrations(meeting_id: int, person_id: int) -> list[int]:
    whose = (Registration.meeting_id == meeting_id, Registration.person_id == person_id)
    return list(db.session.scalars(sa.select(Registration.id).where(*whose)))


def _mandates(meeting_id: int, person_id: int) -> Sequence[Mandate]:
    whose = (Mandate.meeting_id == meeting_id, Mandate.person_id == person_id)
    return db.session.scalars(sa.select(Mandate).where(*whose).order_by(Mandate.id)).all()


def _call_off(
    actor: Actor, meeting_id: int, registrations: Collection[int], mandates: Collection[int]
) -> None:
    for mandate_id in mandates:
        revoke_mandate(actor, meeting_id, mandate_id)
    for one in registrations:
        if may_become(db.session.get_one(Registration, one).state, State.CANCELLED):
            cancel_registration(actor, meeting_id, one)


def _end_links(
    actor: Actor,
    meeting: Meeting,
    person_id: int,
    registrations: Collection[int],
    mandates: Collection[int],
) -> None:
    """End every link of the person; the rows stay, for a number that is free again could be met."""
    session = db.session
    arranged = session.scalars(
        sa.select(Delegation).where(
            Delegation.meeting_id == meeting.id, Delegation.liaison_id == person_id
        )
    ).all()
    subjects = {
        Role.DELEGATE: list(registrations),
        Role.REPRESENTATIVE: list(mandates),
        Role.LIAISON: [one.id for one in arranged],
    }
    for role, ids in subjects.items():
        links = sa.select(PersonalLink.id).where(
            PersonalLink.scope_id == meeting.scope_id,
            PersonalLink.role == role,
            PersonalLink.subject_id.in_(ids),
        )
        for link_id in session.scalars(links).all():
            revoke_link(actor, link_id)
            forget_browsers(link_id)
    for one in arranged:
        one.liaison_id = None
    session.flush()


def _forget_words(meeting_id: int, person_id: int, ids: Sequence[int]) -> None:
    """Empty what was written about the person, and what a pass or an act on many kept of it."""
    session = db.session
    session.execute(sa.delete(Pass).where(Pass.registration_id.in_(ids)))
    session.execute(
        sa.update(Registration)
        .where(Registration.id.in_(ids))
        .values(reason="", unit_text="", place="", language="")
    )
    session.execute(
        sa.update(Leave)
        .where(Leave.meeting_id == meeting_id, Leave.person_id == person_id)
        .values(reason="")
    )
    acts = sa.select(BulkAction).where(BulkAction.meeting_id == meeting_id)
    for act in session.scalars(acts) if ids else ():
        left = [item for item in act.items if item[0] not in ids]
        if len(left) != len(act.items):
            act.items, act.reason = left, ""
    session.flush()


def _drop_paper(mandate: Mandate) -> None:
    digest = mandate.document_digest
    mandate.document_digest = mandate.document_name = ""
    db.session.flush()
    held = sa.select(Mandate.id).where(Mandate.document_digest == digest).limit(1)
    if db.session.scalar(held) is None:
        files.discard(digest)
