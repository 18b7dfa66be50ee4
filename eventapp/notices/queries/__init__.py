"""Reads of notices, of their way to the units, of the replies, and of letters."""

from eventapp.notices.queries.changes import Change, Changes, changes_of
from eventapp.notices.queries.letters import (
    LetterRow,
    letters_of,
    message_in,
    recipients_of,
    was_done_within,
)
from eventapp.notices.queries.notices import (
    UnitRow,
    arrangements_of,
    delivery_to,
    latest_notice,
    notice_in,
    notices_of,
    seen_while_written,
    units_of,
)
from eventapp.notices.queries.replies import reply_of

__all__ = [
    "Change",
    "Changes",
    "LetterRow",
    "UnitRow",
    "arrangements_of",
    "changes_of",
    "delivery_to",
    "latest_notice",
    "letters_of",
    "message_in",
    "notice_in",
    "notices_of",
    "recipients_of",
    "reply_of",
    "seen_while_written",
    "units_of",
    "was_done_within",
]
