"""Reads of what units answered."""

from eventapp.core.db import db
from eventapp.notices.models import NoticeReply


def reply_of(delegation_id: int) -> NoticeReply | None:
    """Find what a delegation answered, if it did."""
    return db.session.get(NoticeReply, delegation_id)
