"""What a notice and a reply can be."""

from enum import StrEnum


class NoticeState(StrEnum):
    """Where a notice stands; a sent one is never changed, a later one follows it."""

    DRAFT = "draft"
    SENT = "sent"


class ReplyAnswer(StrEnum):
    """What a unit answers to a notice."""

    ATTENDING = "attending"
    EXCUSED = "excused"
    PROXY = "proxy"
