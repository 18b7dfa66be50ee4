"""Who may register as what, and what becomes of a registration."""

from calendar import monthrange
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.registration.rules.fields import (
    FIELD_LABEL,
    SHORT_DAYS,
    STEERING,
    YES_NO_LABEL,
    FieldDraft,
    FieldKind,
    FieldRow,
    annex_of,
    ensure_draft,
    field_name,
    is_asked,
    label_of,
    left_open,
    not_required,
    read_answer,
    read_answers,
    steering_values,
    term_of,
)
from eventapp.registration.rules.passes import (
    CODE_ALPHABET,
    CODE_LENGTH,
    PASS_VERSION,
    REISSUE_LABEL,
    PassClaims,
    Reissue,
    clean_code,
    code_is_plausible,
    decode_claims,
    encode_claims,
    format_code,
    from_text,
    make_code,
    proof_from_text,
    proof_to_text,
    prove,
    to_text,
)
from eventapp.registration.rules.presets import PRESET_LABEL, PRESETS, Preset

__all__ = [
    "CATEGORY_LABEL",
    "CODE_ALPHABET",
    "CODE_LENGTH",
    "CONTACT_MONTHS",
    "DEFAULT_CONSENT",
    "FIELD_LABEL",
    "INVITATION",
    "LIAISON_LINK",
    "NEXT",
    "PASS_VERSION",
    "PRESETS",
    "PRESET_LABEL",
    "PUBLIC_CATEGORIES",
    "REISSUE_LABEL",
    "SHORT_DAYS",
    "STATE_LABEL",
    "STEERING",
    "WAITING_LABEL",
    "WALK_IN",
    "YES_NO_LABEL",
    "Category",
    "FieldDraft",
    "FieldKind",
    "FieldRow",
    "PassClaims",
    "Preset",
    "Reissue",
    "State",
    "Waiting",
    "annex_of",
    "clean_code",
    "code_is_plausible",
    "contacts_end_at",
    "decide_registration",
    "decode_claims",
    "encode_claims",
    "ensure_draft",
    "ensure_may_become",
    "ensure_place_left",
    "ensure_welcome",
    "field_name",
    "format_code",
    "from_text",
    "is_asked",
    "label_of",
    "left_open",
    "make_code",
    "may_become",
    "not_required",
    "places_left",
    "proof_from_text",
    "proof_to_text",
    "prove",
    "read_answer",
    "read_answers",
    "standing_of",
    "steering_values",
    "term_of",
    "to_text",
    "why_waits",
]


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

    INVITED = "invited"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


STATE_LABEL: dict[State, str] = {
    State.INVITED: N_("已邀请，待答复"),
    State.SUBMITTED: N_("待审核"),
    State.APPROVED: N_("已通过"),
    State.WAITLISTED: N_("候补"),
    State.DECLINED: N_("未通过"),
    State.CANCELLED: N_("已取消"),
    State.REPLACED: N_("已由他人代替"),
}

NEXT: dict[State, frozenset[State]] = {
    State.INVITED: frozenset({State.APPROVED, State.DECLINED, State.CANCELLED}),
    State.SUBMITTED: frozenset({State.APPROVED, State.WAITLISTED, State.DECLINED, State.CANCELLED}),
    State.WAITLISTED: frozenset({State.APPROVED, State.CANCELLED}),
    State.DECLINED: frozenset({State.APPROVED, State.CANCELLED}),
    State.APPROVED: frozenset({State.CANCELLED, State.REPLACED}),
    State.CANCELLED: frozenset(),
    State.REPLACED: frozenset(),
}


INVITATION = "invitation"
"""The way in which an invited person comes; such a one answers, and is not examined."""


LIAISON_LINK = "liaison_link"
"""The mail that brings a unit's liaison its link, as the list of letters names it."""


WALK_IN = "walk_in"
"""The way in which somebody comes who stands at the door and was not expected."""


CHANNEL_LABEL: dict[str, str] = {
    "public": N_("自行报名"),
    "liaison": N_("单位联络员"),
    "desk": N_("会务组添加"),
    INVITATION: N_("邀请"),
    WALK_IN: N_("现场报名"),
}


def standing_of(state: State, channel: str) -> str:
    """Say how a registration stands: a declined invitation is a refusal, not a verdict."""
    if state is State.DECLINED and channel == INVITATION:
        return N_("不能出席")
    return STATE_LABEL[state]


class Waiting(StrEnum):
    """Whose word or which place a registration waits for."""

    ORGANISER = "organiser"
    PLACE = "place"
    PERSON = "person"


WAITING_LABEL: dict[Waiting, str] = {
    Waiting.ORGANISER: N_("等会务组审核"),
    Waiting.PLACE: N_("等名额"),
    Waiting.PERSON: N_("等本人答复"),
}


def why_waits(
    *,
    to_check: bool,
    by_rule: bool,
    meeting: int | None,
    category: int | None,
    unit: int | None,
) -> str:
    """Say why somebody on the waiting list has no place yet; the numbers are places left."""
    if meeting is not None and meeting <= 0:
        return N_("会议名额已满")
    if category is not None and category <= 0:
        return N_("类别名额已满")
    if unit is not None and unit <= 0:
        return N_("单位名额已满")
    if to_check or not by_rule:
        return N_("有名额，等会务组审核")
    return N_("有名额，即将递补")


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


def places_left(*allowances: tuple[int | None, int]) -> int | None:
    """Return the free places under several allowances of (quota, taken); None is without limit."""
    left = [quota - taken for quota, taken in allowances if quota is not None]
    return min(left) if left else None


def ensure_welcome(*, by_rule: bool, word: str) -> None:
    """Refuse somebody who was not expected: neither a rule nor a supervisor's word lets them in.

    Raises Invalid at `word`, which is why the supervisor agrees.
    """
    if not by_rule and not word.strip():
        raise Invalid(
            "word_missing",
            N_("按会议的规则，这个类别不能自动通过。由您同意的，请写明原因。"),
            field="word",
        )


def ensure_place_left(left: int | None) -> None:
    """Refuse, with Conflict, an approval for which there is no place."""
    if left is not None and left <= 0:
        raise Conflict("quota_full", N_("名额已满，请先调整名额，或取消其他报名。"))


# What people agree to until the organiser writes their own; it is kept as version 1 when the
# first person agrees to it.
DEFAULT_CONSENT = N_(
    "我们收集您的姓名、单位、职务、手机号和邮箱（选填），只用于本次会议的报名、签到、座次、"
    "会议通知和会议记录，由主办方会务组使用，不向无关的人提供。闭会后，手机号和邮箱保存六个月即删除；"
    "姓名、单位和职务随会议记录存档。您可以随时在个人页面取消报名，也可以联系会务组查看、更正或删除自己的信息。"
)


CONTACT_MONTHS = 6
"""Months after the meeting for which the usual text promises to keep contacts."""


def contacts_end_at(ended_at: datetime, months: int) -> datetime:
    """Return when contacts are due to be deleted: the same day some months after a meeting's end.

    Where that month is shorter, it is its last day.
    """
    year, month = divmod(ended_at.year * 12 + ended_at.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return ended_at.replace(year=year, month=month + 1, day=min(ended_at.day, last))
