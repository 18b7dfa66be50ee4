"""Verbs on letters: write to many because somebody says so, and send one again."""

from dataclasses import asdict
from datetime import timedelta

from eventapp.core import outbox
from eventapp.core.access import Actor
from eventapp.core.db import lock, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.jobs import enqueue_all
from eventapp.core.ledger import audit
from eventapp.core.outbox import Message
from eventapp.meetings.models import Meeting
from eventapp.notices.queries import changes_of, message_in, recipients_of, was_done_within
from eventapp.notices.rules import Kind

NOT_AGAIN_WITHIN = timedelta(hours=1)
"""A second press of the button is a slip of the finger."""


def write_to_all(
    actor: Actor, meeting_id: int, kind: Kind, *, texts: bool = False, seen: int | None = None
) -> int:
    """Write a reminder, or what has changed, to everybody whom it concerns; tell to how many.

    With `texts` those without an address get a short message where a number is known. `seen` is
    how many people the preview named. Raises Conflict where there is nobody to write to, where it
    was just done, and where the list has changed since it was looked at.
    """
    with transaction():
        meeting = lock(Meeting, meeting_id)
        if kind is Kind.REMINDER and was_done_within(
            meeting.scope_id, f"letters.{kind.value}", NOT_AGAIN_WITHIN
        ):
            raise Conflict("reminded_just_now", N_("一小时内已经提醒过大家，不必再发。"))
        people = [row for row in recipients_of(meeting, kind) if row.email or (texts and row.phone)]
        if not people:
            raise Conflict("nobody_to_write_to", N_("没有可以通知的人，或者没有新的变动。"))
        if seen is not None and seen != len(people):
            raise Conflict(
                "recipients_changed",
                N_("名单刚刚有变：现在是 %(now)s 人。请再看一遍后发送。"),
                now=len(people),
            )
        changes = [asdict(one) for one in changes_of(meeting).items] if kind is Kind.CHANGE else []
        more = {"kind": kind.value, "texts": texts, "changes": changes}
        enqueue_all(
            "tell_registrant",
            meeting.scope_id,
            actor,
            [{"registration": row.id, **more} for row in people],
        )
        audit(
            actor,
            meeting.scope_id,
            f"letters.{kind.value}",
            f"meeting:{meeting_id}",
            people=len(people),
            texts=texts,
            changed=[one["what"] for one in changes],
        )
    return len(people)


def resend_letter(actor: Actor, meeting_id: int, message_id: int) -> Message:
    """Send a message of this meeting once more because a person asks; see `outbox.resend`."""
    with transaction() as session:
        message_in(session.get_one(Meeting, meeting_id).scope_id, message_id)
        return outbox.resend(actor, message_id)


def note_letters_taken(actor: Actor, meeting_id: int, *, rows: int) -> None:
    """Record that somebody took the list of what was written to whom."""
    with transaction() as session:
        scope_id = session.get_one(Meeting, meeting_id).scope_id
        audit(actor, scope_id, "letters.export", f"meeting:{meeting_id}", rows=rows)
