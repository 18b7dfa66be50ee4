"""Reads of notices, of their way to the units, of the replies, and of letters."""

from eventapp.notices.queries.changes import Change, Changes, changes_of
from eventapp.notices.queries.letters import (
    LetterRow,
    letters_of,
    message_in,
    recipients_of,
)
from eventapp.notices.queries.replies import reply_of

__all__ = [
    "Change",
    "Changes",
    "LetterRow",
    "changes_of",
    "letters_of",
    "message_in",
    "recipients_of",
    "reply_of",
]
