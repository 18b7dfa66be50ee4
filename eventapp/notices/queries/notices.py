"""Reads of notices, of their way to the units, and of what the units answered."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.agenda.queries import items_of
from eventapp.alliance.models import Organisation, Person
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.core.ledger import AuditEntry
from eventapp.core.outbox import FATE, Fate, Message
from eventapp.meetings.models import Meeting
from eventapp.notices.models import Notice, NoticeDelivery, NoticeReply
from eventapp.notices.rules import NoticeState, ReplyAnswer, compose_text, compose_title
from eventapp.registration.models import Delegation


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit, how the latest notice reached it, and what it answered.

    `fate` is that of the mail, None where no mail was written.
    """

    delegation_id: int
    organisation: str
    liaison: str
    email: str
    sent_at: datetime | None
    fate: Fate | None
    refusal: str
    opened_at: datetime | None
    answer: ReplyAnswer | None
    persons: int | None
    remark: str
    channel: str
    replied_at: datetime | None


def notices_of(meeting_id: int) -> list[Notice]:
    """List a meeting's notices, the newest first."""
    query = sa.select(Notice).where(Notice.meeting_id == meeting_id)
    return list(db.session.scalars(query.order_by(Notice.number.desc())))


def notice_in(meeting_id: int, notice_id: int) -> Notice:
    """Find a notice of this meeting."""
    found = db.session.get(Notice, notice_id)
    if found is None or found.meeting_id != meeting_id:
        raise NotFound("notice_unknown", N_("没有找到这份通知。"))
    return found


def arrangements_of(meeting: Meeting) -> dict[str, Any]:
    """Word a meeting's time, place and agenda as a new notice begins: title, text, matters."""
    return {
        "title": compose_title(meeting.title),
        "text": compose_text(
            meeting.title, meeting.starts_at, meeting.zone, meeting.venue, meeting.address
        ),
        "matters": [item.title for item in items_of(meeting.id)],
    }


def seen_while_written(scope_id: int, notice_id: int) -> str:
    """Tell the digest of the arrangements that a draft was last written from, empty if unknown."""
    bodies = db.session.scalars(
        sa.select(AuditEntry.body)
        .where(
            AuditEntry.scope_id == scope_id,
            AuditEntry.subject == f"notice:{notice_id}",
            AuditEntry.action.in_(("notice.compose", "notice.change")),
        )
        .order_by(AuditEntry.seq.desc())
    )
    return next((seen for one in bodies if (seen := json.loads(one)["data"].get("seen"))), "")


def latest_notice(meeting_id: int, *, sent: bool = False) -> Notice | None:
    """Find the newest notice of a meeting, or the newest that was sent."""
    query = sa.select(Notice).where(Notice.meeting_id == meeting_id)
    if sent:
        query = query.where(Notice.state == NoticeState.SENT)
    return db.session.scalar(query.order_by(Notice.number.desc()).limit(1))


def delivery_to(notice_id: int, delegation_id: int) -> NoticeDelivery | None:
    """Find how a notice went to a unit; None for one that was invited after it was sent."""
    return db.session.scalar(
        sa.select(NoticeDelivery).where(
            NoticeDelivery.notice_id == notice_id, NoticeDelivery.delegation_id == delegation_id
        )
    )


def units_of(meeting_id: int) -> list[UnitRow]:
    """List a meeting's units with the latest sent notice's way to them and their answers."""
    latest = (
        sa.select(sa.func.max(Notice.id))
        .where(Notice.meeting_id == meeting_id, Notice.state == NoticeState.SENT)
        .scalar_subquery()
    )
    query = (
        sa.select(
            Delegation.id,
            Organisation.name,
            sa.func.coalesce(Person.name, ""),
            sa.func.coalesce(Person.email, ""),
            NoticeDelivery.sent_at,
            sa.case((Message.id.is_(None), None), else_=FATE),
            sa.func.coalesce(Message.refusal, ""),
            NoticeDelivery.opened_at,
            NoticeReply.answer,
            NoticeReply.persons,
            sa.func.coalesce(NoticeReply.remark, ""),
            sa.func.coalesce(NoticeReply.channel, ""),
            NoticeReply.replied_at,
        )
        .join(Organisation, Organisation.id == Delegation.organisation_id)
        .outerjoin(Person, Person.id == Delegation.liaison_id)
        .outerjoin(
            NoticeDelivery,
            sa.and_(
                NoticeDelivery.delegation_id == Delegation.id, NoticeDelivery.notice_id == latest
            ),
        )
        .outerjoin(Message, Message.id == NoticeDelivery.message_id)
        .outerjoin(NoticeReply, NoticeReply.delegation_id == Delegation.id)
        .where(Delegation.meeting_id == meeting_id)
        .order_by(Organisation.pinyin_key, Delegation.id)
    )
    return [
        UnitRow(*row[:5], Fate(row[5]) if row[5] else None, *row[6:])
        for row in db.session.execute(query)
    ]
