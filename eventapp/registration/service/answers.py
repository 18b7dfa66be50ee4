"""What people answered: kept, changed at the desk, deleted with the files that they sent."""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from eventapp.core import files
from eventapp.core.access import Actor
from eventapp.core.db import db, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.ledger import audit
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import Answer, Correction, Field, Registration
from eventapp.registration.queries import fields_of
from eventapp.registration.queries.registrations import ENDED
from eventapp.registration.rules import FieldKind
from eventapp.registration.service.passes import lock_registration

Papers = Sequence[tuple[bytes, str]]
"""Contents and media types of the files that answers name."""


def change_answers(
    actor: Actor,
    meeting_id: int,
    registration_id: int,
    answers: Mapping[int, list[str]],
    papers: Papers = (),
) -> None:
    """Keep what the organiser writes down for somebody; what is asked no longer stays as it was.

    Raises Conflict for a registration that is cancelled or replaced.
    """
    with transaction():
        meeting = meeting_of(meeting_id)
        if lock_registration(meeting_id, registration_id).state in ENDED:
            raise Conflict("registration_ended", N_("这份报名已经结束，不能再改。"))
        if write_answers(meeting_id, registration_id, answers, papers):
            about = f"registration:{registration_id}"
            audit(actor, meeting.scope_id, "registration.change_answers", about)


def write_answers(
    meeting_id: int, registration_id: int, answers: Mapping[int, list[str]], papers: Papers = ()
) -> bool:
    """Let these be the answers to what is asked now; tell whether they differ from what was kept.

    Files that are no longer named go. The caller holds the registration and records it.
    """
    kinds = {one.id: one.kind for one in fields_of(meeting_id)}
    held = {
        row.field_id: row
        for row in db.session.scalars(
            sa.select(Answer).where(
                Answer.registration_id == registration_id, Answer.field_id.in_(kinds)
            )
        )
    }
    before = {field_id: list(row.value) for field_id, row in held.items()}
    if before == dict(answers):
        return False
    for data, media_type in papers:
        files.store(data, media_type)
    for field_id, row in held.items():
        if kinds[field_id] is FieldKind.FILE and row.value != answers.get(field_id):
            files.discard(row.value[0])
        if field_id in answers:
            row.value = list(answers[field_id])
        else:
            db.session.delete(row)
    for field_id in answers.keys() - held.keys():
        value = list(answers[field_id])
        db.session.add(Answer(registration_id=registration_id, field_id=field_id, value=value))
    db.session.flush()
    return True


def delete_answers(
    meeting_id: int,
    *,
    short_lived_only: bool = False,
    registration_ids: Collection[int] | None = None,
) -> int:
    """Delete answers of a meeting: all, the short-lived ones, or those of some registrations.

    Tells how many it were; files go with them, and so do wishes for corrections where all
    answers go. The caller records it, in the transaction around.
    """
    with transaction() as session:
        whose = sa.select(Registration.id).where(Registration.meeting_id == meeting_id)
        if registration_ids is not None:
            whose = whose.where(Registration.id.in_(registration_ids))
        which = sa.select(Field.id).where(Field.meeting_id == meeting_id)
        if short_lived_only:
            which = which.where(Field.short_lived)
        else:
            session.execute(sa.delete(Correction).where(Correction.registration_id.in_(whose)))
        gone = sa.and_(Answer.registration_id.in_(whose), Answer.field_id.in_(which))
        kept_as_files = sa.select(Field.id).where(Field.kind == FieldKind.FILE)
        sent = session.scalars(
            sa.select(Answer.value).where(gone, Answer.field_id.in_(kept_as_files))
        )
        for digest, _name in sent.all():
            files.discard(digest)
        deleted = db.session.connection().execute(sa.delete(Answer).where(gone))
        return deleted.rowcount
