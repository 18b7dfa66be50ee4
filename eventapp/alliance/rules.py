"""Seats, lists and the order in which units are named."""

from dataclasses import dataclass
from enum import StrEnum

from eventapp.core.errors import N_, Conflict


@dataclass(frozen=True, slots=True)
class SeatDefault:
    """A seat that a new alliance starts with; it may rename, add and reorder them."""

    key: str
    label: str
    votes_in_council: bool


DEFAULT_SEATS: tuple[SeatDefault, ...] = (
    SeatDefault("rotating_chair", N_("轮值理事长单位"), True),
    SeatDefault("chair", N_("理事长单位"), True),
    SeatDefault("executive_vice_chair", N_("常务副理事长单位"), True),
    SeatDefault("vice_chair", N_("副理事长单位"), True),
    SeatDefault("council", N_("理事单位"), True),
    SeatDefault("member", N_("会员单位"), False),
)


class ListState(StrEnum):
    """Where an edition of a list stands between draft and decision."""

    DRAFT = "draft"
    TABLED = "tabled"
    ADOPTED = "adopted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


LIST_STATE_LABEL: dict[ListState, str] = {
    ListState.DRAFT: N_("草案"),
    ListState.TABLED: N_("审议稿"),
    ListState.ADOPTED: N_("通过稿"),
    ListState.REJECTED: N_("未通过"),
    ListState.SUPERSEDED: N_("已被新稿取代"),
}

# An adopted list stays adopted: that it was once decided remains true, and the newest
# adopted one is in force.
NEXT: dict[ListState, frozenset[ListState]] = {
    ListState.DRAFT: frozenset({ListState.TABLED}),
    ListState.TABLED: frozenset({ListState.ADOPTED, ListState.REJECTED, ListState.SUPERSEDED}),
    ListState.ADOPTED: frozenset(),
    ListState.REJECTED: frozenset(),
    ListState.SUPERSEDED: frozenset(),
}


def may_become(old: ListState, new: ListState) -> bool:
    """Answer whether an edition of a list in state `old` may go to `new`."""
    return new in NEXT[old]


def ensure_may_become(old: ListState, new: ListState) -> None:
    """Refuse, with Conflict, a step that an edition of a list cannot take."""
    if not may_become(old, new):
        raise Conflict(
            "list_state",
            N_("名单这一稿现在的状态不允许这一步，请刷新页面后再看。"),
            old=old,
            new=new,
        )


class Ordering(StrEnum):
    """By which custom a list is ordered."""

    PROTOCOL = "protocol"
    STROKES = "strokes"
    PINYIN = "pinyin"


ORDERING_LABEL: dict[Ordering, str] = {
    Ordering.PROTOCOL: N_("按席位"),
    Ordering.STROKES: N_("按笔画"),
    Ordering.PINYIN: N_("按拼音"),
}


class EntryKind(StrEnum):
    """What a line of a list names."""

    UNIT = "unit"
    PERSON = "person"


ENTRY_KIND_LABEL: dict[EntryKind, str] = {
    EntryKind.UNIT: N_("单位"),
    EntryKind.PERSON: N_("人员"),
}
