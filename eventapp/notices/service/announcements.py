"""Announcements to everybody: shown until they are taken away, mailed at most once."""

from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound
from eventapp.core.jobs import enqueue_all
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting
from eventapp.notices.models import Announcement
from eventapp.notices.queries import recipients_of
from eventapp.notices.rules import MOST_ANNOUNCED, Kind


def announce(actor: Actor, meeting_id: int, text: str, *, show: bool) -> Announcement:
    """Keep an announcement, and show it at once where `show` is set."""
    if not text.strip():
        raise Invalid("announcement_empty", N_("请填写公告内容。"), field="text")
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        made = Announcement(
            meeting_id=meeting_id, text=text.strip()[:MOST_ANNOUNCED], created_at=clock.now()
        )
        session.add(made)
        session.flush()
        audit(actor, meeting.scope_id, "announcement.write", f"announcement:{made.id}")
        if show:
            show_announcement(actor, meeting_id, made.id)
    return made


def show_announcement(actor: Actor, meeting_id: int, announcement_id: int) -> None:
    """Show an announcement on the public page and the wall until it is taken away."""
    with transaction():
        made = _held(meeting_id, announcement_id)
        made.shown_at, made.ended_at = clock.now(), None
        _note(actor, made, "announcement.show")


def end_announcement(actor: Actor, meeting_id: int, announcement_id: int) -> None:
    """Take an announcement away; doing so twice is once."""
    with transaction():
        made = _held(meeting_id, announcement_id)
        if made.shown_at is None or made.ended_at is not None:
            return
        made.ended_at = clock.now()
        _note(actor, made, "announcement.end")


def mail_announcement(actor: Actor, meeting_id: int, announcement_id: int, *, seen: int) -> int:
    """Mail an announcement to all who are registered; tell to how many.

    `seen` is how many people with an address the preview named. Raises Conflict where it was
    mailed before, where nobody can be written to, and where the list has changed.
    """
    with transaction():
        made = _held(meeting_id, announcement_id)
        meeting = lock(Meeting, meeting_id)
        people = [row for row in recipients_of(meeting, Kind.ANNOUNCEMENT) if row.email]
        if made.mailed_at is not None:
            raise Conflict("announcement_mailed", N_("这条公告已经寄出，不会再寄一次。"))
        if not people:
            raise Conflict("nobody_to_write_to", N_("没有可以通知的人，或者没有新的变动。"))
        if seen != len(people):
            raise Conflict(
                "recipients_changed",
                N_("名单刚刚有变：现在是 %(now)s 人。请再看一遍后发送。"),
                now=len(people),
            )
        made.mailed_at = clock.now()
        kind = Kind.ANNOUNCEMENT.value
        enqueue_all(
            "tell_registrant",
            meeting.scope_id,
            actor,
            [{"registration": row.id, "kind": kind, "announcement": made.id} for row in people],
        )
        audit(
            actor,
            meeting.scope_id,
            "announcement.mail",
            f"announcement:{made.id}",
            people=len(people),
        )
    return len(people)


def _held(meeting_id: int, announcement_id: int) -> Announcement:
    made = lock(Announcement, announcement_id)
    if made.meeting_id != meeting_id:
        raise NotFound("announcement_unknown", N_("没有找到这条公告。"))
    return made


def _note(actor: Actor, made: Announcement, act: str) -> None:
    meeting = lock(Meeting, made.meeting_id)
    audit(actor, meeting.scope_id, act, f"announcement:{made.id}")
