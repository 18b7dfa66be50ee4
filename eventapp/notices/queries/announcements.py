"""Reads of what is announced to everybody."""

from collections.abc import Sequence

import sqlalchemy as sa

from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.notices.models import Announcement

_SHOWN = (
    sa.select(Announcement.text)
    .where(
        Announcement.meeting_id == sa.bindparam("meeting_id"),
        Announcement.shown_at.is_not(None),
        Announcement.ended_at.is_(None),
    )
    .order_by(Announcement.shown_at.desc(), Announcement.id.desc())
)


def announced_in(meeting_id: int) -> Sequence[str]:
    """Tell what is announced now on the public page and the wall, the newest first."""
    return db.session.scalars(_SHOWN, {"meeting_id": meeting_id}).all()


def announcements_of(meeting_id: int) -> Sequence[Announcement]:
    """List a meeting's announcements, the newest first."""
    query = sa.select(Announcement).where(Announcement.meeting_id == meeting_id)
    return db.session.scalars(query.order_by(Announcement.id.desc())).all()


def announcement_in(meeting_id: int, announcement_id: int) -> Announcement:
    """Find an announcement of this meeting."""
    found = db.session.get(Announcement, announcement_id)
    if found is None or found.meeting_id != meeting_id:
        raise NotFound("announcement_unknown", N_("没有找到这条公告。"))
    return found
