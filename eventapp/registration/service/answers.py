"""Deleting what people answered, with the files that they sent."""

from collections.abc import Collection

import sqlalchemy as sa

from eventapp.core import files
from eventapp.core.db import db, transaction
from eventapp.registration.models import Answer, Correction, Field, Registration
from eventapp.registration.rules import FieldKind


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
