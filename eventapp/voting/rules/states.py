"""The life of one ballot: draft → open → closed → declared, or annulled on the way.

Nothing goes back and nothing is deleted: a repeat is a new ballot that names the old one.
"""

from enum import StrEnum, auto

from eventapp.core.errors import N_, Conflict, Forbidden, Invalid


class BallotState(StrEnum):
    """Where one taking of votes stands."""

    DRAFT = auto()
    OPEN = auto()
    CLOSED = auto()
    DECLARED = auto()
    ANNULLED = auto()


NEXT: dict[BallotState, frozenset[BallotState]] = {
    BallotState.DRAFT: frozenset({BallotState.OPEN}),
    BallotState.OPEN: frozenset({BallotState.CLOSED, BallotState.ANNULLED}),
    BallotState.CLOSED: frozenset({BallotState.DECLARED, BallotState.ANNULLED}),
    BallotState.DECLARED: frozenset({BallotState.ANNULLED}),
    BallotState.ANNULLED: frozenset(),
}

BALLOT_STATE_LABELS = {
    BallotState.DRAFT: N_("待表决"),
    BallotState.OPEN: N_("表决中"),
    BallotState.CLOSED: N_("已结束"),
    BallotState.DECLARED: N_("已宣布"),
    BallotState.ANNULLED: N_("已作废"),
}

WHY_NOT = {
    BallotState.DRAFT: N_("表决尚未开始。"),
    BallotState.OPEN: N_("表决正在进行。"),
    BallotState.CLOSED: N_("表决已经结束。"),
    BallotState.DECLARED: N_("表决结果已经宣布。"),
    BallotState.ANNULLED: N_("这次表决已经作废。"),
}


def may_become(state: BallotState, to: BallotState) -> bool:
    """Answer whether a ballot may go from one state to the other."""
    return to in NEXT[state]


def ensure_may_become(state: BallotState, to: BallotState) -> None:
    """Raise Conflict `ballot_<state>`, naming where the ballot stands, unless it may go on."""
    if not may_become(state, to):
        raise Conflict(f"ballot_{state}", WHY_NOT[state])


def may_edit(state: BallotState) -> bool:
    """Answer whether rule, electorate and mode may still be changed: they freeze at opening."""
    return state is BallotState.DRAFT


def ensure_may_edit(state: BallotState) -> None:
    """Raise Conflict once the ballot has been opened."""
    if not may_edit(state):
        raise Conflict(f"ballot_{state}", WHY_NOT[state])


def may_cast(state: BallotState) -> bool:
    """Answer whether votes are being taken."""
    return state is BallotState.OPEN


def ensure_may_cast(state: BallotState) -> None:
    """Raise Conflict unless votes are being taken."""
    if not may_cast(state):
        raise Conflict(f"ballot_{state}", WHY_NOT[state])


def ensure_may_open(state: BallotState, *, deliberated: bool, override_reason: str = "") -> None:
    """Raise Conflict unless the item was deliberated or the chair gives a reason to go on.

    What has not been discussed is not put to the vote.
    """
    ensure_may_become(state, BallotState.OPEN)
    if not deliberated and not override_reason.strip():
        raise Conflict(
            "not_deliberated",
            N_("这一事项尚未审议，不能表决。确需表决的，请由主持人写明原因。"),
        )


def ensure_may_annul(state: BallotState, *, reason: str, first: int, second: int) -> None:
    """Raise unless a reason is written and two different persons annul together."""
    ensure_may_become(state, BallotState.ANNULLED)
    if not reason.strip():
        raise Invalid("reason_missing", N_("请写明作废的原因。"), field="reason")
    if first == second:
        raise Forbidden("second_person_missing", N_("作废表决须由另一人确认。"))
