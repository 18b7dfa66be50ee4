"""Tables of notices, of their way to the units, and of the replies."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.db import Base, enum_text
from eventapp.notices.rules import NoticeState, ReplyAnswer


class Notice(Base):
    """A formal notice 会议通知 of a meeting; frozen under its digest when it is sent.

    `papers` are files of the store: name, digest, size. `notice_days` is how many days before
    the meeting the rules ask for; sending later needs `late_reason`.
    """

    __tablename__ = "notices"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    number: Mapped[int]
    state: Mapped[NoticeState] = mapped_column(enum_text(NoticeState), default=NoticeState.DRAFT)
    title: Mapped[str] = mapped_column(sa.String(160))
    text: Mapped[str]
    matters: Mapped[list[Any]] = mapped_column(default=list)
    papers: Mapped[list[Any]] = mapped_column(default=list)
    reply_by: Mapped[datetime | None]
    notice_days: Mapped[int] = mapped_column(default=0)
    late_reason: Mapped[str] = mapped_column(sa.String(200), default="")
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    __table_args__ = (sa.UniqueConstraint("meeting_id", "number"),)


class NoticeDelivery(Base):
    """A notice on its way to a unit: by mail, or by a link that somebody hands over."""

    __tablename__ = "notice_deliveries"
    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("notices.id"))
    delegation_id: Mapped[int] = mapped_column(sa.ForeignKey("delegations.id"))
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("messages.id"))
    sent_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    __table_args__ = (sa.UniqueConstraint("notice_id", "delegation_id"),)


class NoticeReply(Base):
    """A unit's answer 回执 for a meeting; it can be changed until the door opens."""

    __tablename__ = "notice_replies"
    delegation_id: Mapped[int] = mapped_column(sa.ForeignKey("delegations.id"), primary_key=True)
    answer: Mapped[ReplyAnswer] = mapped_column(enum_text(ReplyAnswer))
    persons: Mapped[int | None]
    remark: Mapped[str] = mapped_column(sa.String(400), default="")
    channel: Mapped[str] = mapped_column(sa.String(20), default="liaison")
    replied_at: Mapped[datetime]


class EditionNotice(Base):
    """Whoever an edition of the agenda concerned was told of it; once for each edition."""

    __tablename__ = "edition_notices"
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_editions.id"), primary_key=True)
    letters: Mapped[int]
    sent_at: Mapped[datetime]


class Announcement(Base):
    """A sentence 公告 for everybody: on the public page and the wall until it is taken away.

    It may also be mailed, once, to all who are registered.
    """

    __tablename__ = "announcements"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    text: Mapped[str] = mapped_column(sa.String(500))
    created_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
