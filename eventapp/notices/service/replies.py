"""A unit's answer to the notice of a meeting: one row, which its last answer fills."""

from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import lock, transaction
from eventapp.core.ledger import audit
from eventapp.meetings.queries import meeting_of
from eventapp.notices.models import NoticeReply
from eventapp.notices.rules import (
    DESK,
    LIAISON,
    ReplyAnswer,
    ensure_may_reply,
    ensure_sound_reply,
)
from eventapp.registration.models import Delegation
from eventapp.registration.queries import delegation_in


def reply(
    actor: Actor,
    meeting_id: int,
    delegation_id: int,
    answer: ReplyAnswer,
    persons: int | None = None,
    remark: str = "",
    *,
    channel: str = LIAISON,
) -> NoticeReply:
    """Keep what a unit answers; an answer given before is replaced.

    `persons` is for a unit that sends people. The desk may note an answer at any time; raises
    Conflict for a liaison once the meeting has begun, Invalid at `persons` or `remark`.
    """
    answer, remark = ReplyAnswer(answer), remark.strip()
    persons = persons if answer is ReplyAnswer.ATTENDING else None
    ensure_sound_reply(answer, persons, remark)
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        delegation_in(meeting_id, delegation_id)
        lock(Delegation, delegation_id)
        if channel != DESK:
            ensure_may_reply(meeting.state, meeting.starts_at, clock.now())
        found = session.get(NoticeReply, delegation_id)
        before = found.answer.value if found else ""
        if found is None:
            found = NoticeReply(delegation_id=delegation_id)
            session.add(found)
        found.answer, found.persons, found.remark = answer, persons, remark
        found.channel, found.replied_at = channel, clock.now()
        session.flush()
        audit(
            actor,
            meeting.scope_id,
            "notice.reply",
            f"delegation:{delegation_id}",
            answer=answer.value,
            before=before,
            persons=persons,
            channel=channel,
        )
    return found
