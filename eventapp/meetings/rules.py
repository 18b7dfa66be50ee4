"""What a meeting can be and which step may follow which."""

from enum import StrEnum

from eventapp.core.errors import N_, Conflict, Invalid


class Kind(StrEnum):
    """What a meeting is held for."""

    PREPARATORY = "preparatory"
    FOUNDING = "founding"
    COUNCIL = "council"
    GENERAL = "general"
    OTHER = "other"


KIND_LABEL: dict[Kind, str] = {
    Kind.PREPARATORY: N_("预备会议"),
    Kind.FOUNDING: N_("成立大会"),
    Kind.COUNCIL: N_("理事会"),
    Kind.GENERAL: N_("会员大会"),
    Kind.OTHER: N_("其他会议"),
}


class State(StrEnum):
    """Where a meeting stands between the first idea and the archive."""

    DRAFT = "draft"
    PUBLISHED = "published"
    REGISTRATION_OPEN = "registration_open"
    REGISTRATION_CLOSED = "registration_closed"
    IN_SESSION = "in_session"
    ADJOURNED = "adjourned"
    ARCHIVED = "archived"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


STATE_LABEL: dict[State, str] = {
    State.DRAFT: N_("筹备中"),
    State.PUBLISHED: N_("已发布"),
    State.REGISTRATION_OPEN: N_("报名中"),
    State.REGISTRATION_CLOSED: N_("报名截止"),
    State.IN_SESSION: N_("会议进行中"),
    State.ADJOURNED: N_("已闭会"),
    State.ARCHIVED: N_("已归档"),
    State.POSTPONED: N_("已延期"),
    State.CANCELLED: N_("已取消"),
}

CALLED_OFF = frozenset({State.POSTPONED, State.CANCELLED})

# A meeting by invitation has no public registration: it opens straight from the notice.
NEXT: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.PUBLISHED}) | CALLED_OFF,
    State.PUBLISHED: frozenset({State.REGISTRATION_OPEN, State.IN_SESSION}) | CALLED_OFF,
    State.REGISTRATION_OPEN: frozenset({State.REGISTRATION_CLOSED}) | CALLED_OFF,
    State.REGISTRATION_CLOSED: frozenset({State.REGISTRATION_OPEN, State.IN_SESSION}) | CALLED_OFF,
    State.IN_SESSION: frozenset({State.ADJOURNED}),
    State.ADJOURNED: frozenset({State.IN_SESSION, State.ARCHIVED}),
    State.ARCHIVED: frozenset(),
    State.POSTPONED: frozenset({State.PUBLISHED, State.CANCELLED}),
    State.CANCELLED: frozenset(),
}


def may_become(old: State, new: State) -> bool:
    """Answer whether a meeting in state `old` may go to `new`."""
    return new in NEXT[old]


def ensure_may_become(old: State, new: State, reason: str = "") -> None:
    """Refuse a step that the meeting cannot take, and a calling-off without its reason.

    People who have booked a journey are told the reason, so it cannot be left out.
    Raises Conflict for the step and Invalid (field `reason`) for the missing reason.
    """
    if not may_become(old, new):
        raise Conflict(
            "meeting_state",
            N_("会议现在的状态不允许这一步，请刷新页面后再看。"),
            old=old,
            new=new,
        )
    if needs_reason(new) and not reason.strip():
        raise Invalid("reason_missing", N_("请写明延期或取消的原因。"), field="reason")


def needs_reason(new: State) -> bool:
    """Answer whether going to `new` must be explained to those who are invited."""
    return new in CALLED_OFF
