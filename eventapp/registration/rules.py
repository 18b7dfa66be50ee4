"""Who may register as what, and what becomes of a registration."""

from collections.abc import Collection
from enum import StrEnum

from eventapp.core.errors import N_, Conflict, Invalid


class Category(StrEnum):
    """In which capacity a person attends."""

    LEADER = "leader"
    GUEST = "guest"
    DELEGATE = "delegate"
    OBSERVER = "observer"
    PRESS = "press"
    STAFF = "staff"


CATEGORY_LABEL: dict[Category, str] = {
    Category.LEADER: N_("领导"),
    Category.GUEST: N_("嘉宾"),
    Category.DELEGATE: N_("正式代表"),
    Category.OBSERVER: N_("列席"),
    Category.PRESS: N_("媒体"),
    Category.STAFF: N_("工作人员"),
}

# What the public form offers unless the organiser opens more; the rest is given, not chosen.
PUBLIC_CATEGORIES: frozenset[Category] = frozenset({Category.DELEGATE, Category.OBSERVER})


class State(StrEnum):
    """What has been decided about a registration."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


STATE_LABEL: dict[State, str] = {
    State.SUBMITTED: N_("待审核"),
    State.APPROVED: N_("已通过"),
    State.WAITLISTED: N_("候补"),
    State.DECLINED: N_("未通过"),
    State.CANCELLED: N_("已取消"),
    State.REPLACED: N_("已由他人代替"),
}

NEXT: dict[State, frozenset[State]] = {
    State.SUBMITTED: frozenset({State.APPROVED, State.WAITLISTED, State.DECLINED, State.CANCELLED}),
    State.WAITLISTED: frozenset({State.APPROVED, State.CANCELLED}),
    State.DECLINED: frozenset({State.APPROVED, State.CANCELLED}),
    State.APPROVED: frozenset({State.CANCELLED, State.REPLACED}),
    State.CANCELLED: frozenset(),
    State.REPLACED: frozenset(),
}


def may_become(old: State, new: State) -> bool:
    """Answer whether a registration in state `old` may go to `new`."""
    return new in NEXT[old]


def ensure_may_become(old: State, new: State) -> None:
    """Refuse, with Conflict, a step that a registration cannot take."""
    if not may_become(old, new):
        raise Conflict(
            "registration_state",
            N_("这份报名现在的状态不允许这一步，请刷新页面后再看。"),
            old=old,
            new=new,
        )


def decide_registration(
    category: Category,
    open_categories: Collection[Category],
    quota_left: int | None,
    auto_approve: bool,
) -> State:
    """Say what a new registration becomes.

    `quota_left` counts the free places of the category; None means without limit. A full
    category puts the person on the waiting list even where somebody would have looked at
    the request first: a place that does not exist cannot be approved.
    Raises Invalid (field `category`) when the category is not open to whoever asks.
    """
    if category not in open_categories:
        raise Invalid(
            "category_not_open", N_("这个类别由主办方安排，不能自行报名。"), field="category"
        )
    if quota_left is not None and quota_left <= 0:
        return State.WAITLISTED
    return State.APPROVED if auto_approve else State.SUBMITTED
