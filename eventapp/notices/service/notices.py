"""Verbs on the formal notice of a meeting: compose, change, add papers, send, receive."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from eventapp.core import clock, files
from eventapp.core.access import Actor
from eventapp.core.db import flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound
from eventapp.core.jobs import enqueue_all
from eventapp.core.ledger import audit, digest
from eventapp.core.papers import media_type_of, paper_name
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.notices.models import Notice, NoticeDelivery
from eventapp.notices.queries import arrangements_of, latest_notice, units_of, was_done_within
from eventapp.notices.rules import (
    NOTICE_DAYS,
    Draft,
    NoticeState,
    ensure_in_time,
    usual_reply_by,
)

REMIND_AGAIN = timedelta(hours=12)
"""Units are not reminded more often."""
MOST_PAPERS = 20


def compose_notice(actor: Actor, meeting_id: int) -> Notice:
    """Begin a notice from what is known of the meeting; a draft that is there already is kept."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        last = latest_notice(meeting_id)
        if last is not None and last.state is NoticeState.DRAFT:
            return last
        notice = Notice(
            meeting_id=meeting_id,
            number=last.number + 1 if last else 1,
            **arrangements_of(meeting),
            papers=[],
            reply_by=usual_reply_by(meeting.starts_at, clock.now()),
            notice_days=last.notice_days if last else NOTICE_DAYS,
            created_at=clock.now(),
        )
        session.add(notice)
        flush_or(Conflict("notice_begun", N_("刚刚已有人起草通知，请刷新页面。")))
        _note_composed(actor, meeting, notice.id)
    return notice


def recompose_notice(actor: Actor, meeting_id: int, notice_id: int) -> Notice:
    """Write a draft anew from what is known of the meeting now; its papers stay.

    Raises Conflict for one that was sent.
    """
    with transaction():
        meeting = lock(Meeting, meeting_id)
        notice = _draft(meeting_id, notice_id)
        for name, value in arrangements_of(meeting).items():
            setattr(notice, name, value)
        if notice.reply_by is not None and notice.reply_by >= meeting.starts_at:
            notice.reply_by = usual_reply_by(meeting.starts_at, clock.now())
        _note_composed(actor, meeting, notice_id)
    return notice


def _note_composed(actor: Actor, meeting: Meeting, notice_id: int) -> None:
    """Record from which arrangements a draft was written, by their digest."""
    seen = digest(arrangements_of(meeting))
    audit(actor, meeting.scope_id, "notice.compose", f"notice:{notice_id}", seen=seen)


def change_notice(actor: Actor, meeting_id: int, notice_id: int, draft: Draft) -> Notice:
    """Change what a draft says. Raises Conflict for one that was sent."""
    if not draft.title.strip() or not draft.text.strip():
        raise Invalid("notice_empty", N_("请填写通知的标题和正文。"), field="text")
    with transaction():
        notice = _draft(meeting_id, notice_id)
        meeting = meeting_of(meeting_id)
        if draft.reply_by is not None and draft.reply_by >= meeting.starts_at:
            raise Invalid("reply_by_late", N_("回执截止时间应早于会议开始。"), field="reply_by")
        notice.title, notice.text = draft.title.strip(), draft.text.strip()
        notice.matters = [one.strip() for one in draft.matters if one.strip()]
        notice.reply_by, notice.notice_days = draft.reply_by, draft.notice_days
        seen = {"seen": draft.seen} if draft.seen else {}
        audit(actor, meeting.scope_id, "notice.change", f"notice:{notice_id}", **seen)
    return notice


def add_paper(actor: Actor, meeting_id: int, notice_id: int, name: str, data: bytes) -> None:
    """Put a paper beside a draft; told by its content. Raises Invalid at `paper`."""
    media_type = media_type_of(data)
    with transaction():
        notice = _draft(meeting_id, notice_id)
        if len(notice.papers) >= MOST_PAPERS:
            raise Invalid(
                "papers_many", N_("最多附 %(most)s 份文件。"), field="paper", most=MOST_PAPERS
            )
        stored = files.store(data, media_type)
        kept = [one for one in notice.papers if one["digest"] != stored.digest]
        paper = {
            "name": paper_name(name, media_type),
            "digest": stored.digest,
            "size": stored.size,
            "type": media_type,
        }
        notice.papers = [*kept, paper]
        scope_id = meeting_of(meeting_id).scope_id
        audit(actor, scope_id, "notice.paper", f"notice:{notice_id}", digest=stored.digest)


def remove_paper(actor: Actor, meeting_id: int, notice_id: int, paper: str) -> None:
    """Take a paper away from a draft by its digest."""
    with transaction():
        notice = _draft(meeting_id, notice_id)
        kept = [one for one in notice.papers if one["digest"] != paper]
        if len(kept) == len(notice.papers):
            raise NotFound("paper_unknown", N_("没有找到这份文件。"))
        notice.papers = kept
        scope_id = meeting_of(meeting_id).scope_id
        audit(actor, scope_id, "notice.remove_paper", f"notice:{notice_id}", digest=paper)


def send_notice(actor: Actor, meeting_id: int, notice_id: int, *, late_reason: str = "") -> Notice:
    """Freeze a draft under its digest and send it to every delegation of the meeting.

    A unit whose liaison has an address gets a mail; for the others the link stands in the list.
    Raises Invalid (field `late_reason`) where the notice period is not kept and no reason given,
    Conflict where there is no unit to send it to.
    """
    with transaction() as session:
        notice = _draft(meeting_id, notice_id)
        meeting = meeting_of(meeting_id)
        now = clock.now()
        late_reason = ensure_in_time(meeting.starts_at, notice.notice_days, now, late_reason)
        units = units_of(meeting_id)
        if not units:
            raise Conflict("no_delegations", N_("还没有单位：请先给每个单位生成链接。"))
        notice.state, notice.late_reason, notice.sent_at = NoticeState.SENT, late_reason, now
        notice.digest = digest(content_of(notice))
        deliveries = [
            NoticeDelivery(notice_id=notice_id, delegation_id=one.delegation_id, sent_at=now)
            for one in units
        ]
        session.add_all(deliveries)
        session.flush()
        written = [one.delegation_id for one in units if one.email]
        _ask(actor, meeting.scope_id, notice_id, written, "notice")
        audit(
            actor,
            meeting.scope_id,
            "notice.send",
            f"notice:{notice_id}",
            digest=notice.digest,
            units=len(units),
            mails=len(written),
            late=bool(late_reason),
        )
    return notice


def content_of(notice: Notice) -> dict[str, Any]:
    """Give what the digest of a notice covers."""
    return {
        "number": notice.number,
        "title": notice.title,
        "text": notice.text,
        "matters": list(notice.matters),
        "papers": [{"name": one["name"], "digest": one["digest"]} for one in notice.papers],
        "reply_by": notice.reply_by.isoformat() if notice.reply_by else None,
        "notice_days": notice.notice_days,
        "late_reason": notice.late_reason,
    }


def note_delivery(notice_id: int, delegation_id: int, message_id: int) -> None:
    """Note by which mail a notice went to a unit, inside the transaction that posts it."""
    with transaction() as session:
        session.execute(
            sa.update(NoticeDelivery)
            .where(
                NoticeDelivery.notice_id == notice_id,
                NoticeDelivery.delegation_id == delegation_id,
            )
            .values(message_id=message_id)
        )


def receive_notice(actor: Actor, meeting_id: int, notice_id: int, delegation_id: int) -> None:
    """Note that a unit has opened a notice; the first time counts."""
    with transaction() as session:
        delivery = session.scalar(
            sa.select(NoticeDelivery)
            .join(Notice, Notice.id == NoticeDelivery.notice_id)
            .where(
                Notice.meeting_id == meeting_id,
                Notice.id == notice_id,
                Notice.state == NoticeState.SENT,
                NoticeDelivery.delegation_id == delegation_id,
            )
            .with_for_update()
        )
        if delivery is None:
            raise NotFound("notice_unknown", N_("没有找到这份通知。"))
        if delivery.opened_at is not None:
            return
        delivery.opened_at = clock.now()
        scope_id = meeting_of(meeting_id).scope_id
        audit(actor, scope_id, "notice.open", f"notice:{notice_id}", delegation=delegation_id)


def remind_units(actor: Actor, meeting_id: int) -> int:
    """Write to the liaisons of the units that have not answered; tell to how many.

    Raises Conflict where no notice was sent, where nobody can be written to, and where they were
    reminded a short while ago.
    """
    with transaction():
        meeting = lock(Meeting, meeting_id)
        notice = latest_notice(meeting_id, sent=True)
        if notice is None:
            raise Conflict("notice_not_sent", N_("通知还没有发出，不能催报。"))
        silent = [
            one.delegation_id for one in units_of(meeting_id) if one.email and one.answer is None
        ]
        if not silent:
            raise Conflict("nobody_silent", N_("没有可以写信催报的单位。"))
        if was_done_within(meeting.scope_id, "notice.remind", REMIND_AGAIN):
            raise Conflict("units_reminded", N_("十二小时内已经催过，请稍后再催。"))
        _ask(actor, meeting.scope_id, notice.id, silent, "notice_reminder")
        audit(actor, meeting.scope_id, "notice.remind", f"notice:{notice.id}", units=len(silent))
    return len(silent)


def _ask(
    actor: Actor, scope_id: int, notice_id: int, delegation_ids: Sequence[int], kind: str
) -> None:
    each = [{"notice": notice_id, "delegation": one, "kind": kind} for one in delegation_ids]
    enqueue_all("tell_unit", scope_id, actor, each)


def _draft(meeting_id: int, notice_id: int) -> Notice:
    notice = lock(Notice, notice_id)
    if notice.meeting_id != meeting_id:
        raise NotFound("notice_unknown", N_("没有找到这份通知。"))
    if notice.state is not NoticeState.DRAFT:
        raise Conflict("notice_sent", N_("通知已经发出，不能再改；有变动请另发一份。"))
    return notice
