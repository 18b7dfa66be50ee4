"""The steps that minutes pass before anybody may rely on them."""

from enum import StrEnum

from eventapp.core.errors import N_, Conflict, Invalid


class State(StrEnum):
    """Through whose hands the minutes have gone."""

    DRAFTING = "drafting"
    CHECKING = "checking"
    COMMENTS = "comments"
    SIGNED = "signed"
    RELEASED = "released"


STATE_LABEL: dict[State, str] = {
    State.DRAFTING: N_("起草"),
    State.CHECKING: N_("核稿"),
    State.COMMENTS: N_("征求意见"),
    State.SIGNED: N_("签发"),
    State.RELEASED: N_("发布"),
}

FORWARD: dict[State, State] = {
    State.DRAFTING: State.CHECKING,
    State.CHECKING: State.COMMENTS,
    State.COMMENTS: State.SIGNED,
    State.SIGNED: State.RELEASED,
}

# What is sent back goes to the drafter, whoever sent it: there is one place where text is made.
BACK: dict[State, State] = {
    State.CHECKING: State.DRAFTING,
    State.COMMENTS: State.DRAFTING,
    State.SIGNED: State.DRAFTING,
}

NEXT: dict[State, frozenset[State]] = {
    state: frozenset(steps[state] for steps in (FORWARD, BACK) if state in steps) for state in State
}


def may_become(old: State, new: State) -> bool:
    """Answer whether minutes in state `old` may go to `new`, onward or back."""
    return new in NEXT[old]


def ensure_may_become(old: State, new: State, word: str = "") -> None:
    """Refuse a step that minutes cannot take, and a return without a word of explanation.

    Raises Conflict for the step and Invalid (field `word`) for the missing word. Released
    minutes go nowhere: a correction is a new edition.
    """
    if not may_become(old, new):
        raise Conflict(
            "minutes_state",
            N_("纪要现在的状态不允许这一步，请刷新页面后再看。"),
            old=old,
            new=new,
        )
    if is_return(old, new) and not word.strip():
        raise Invalid("word_missing", N_("请写一句退回的理由。"), field="word")


def is_return(old: State, new: State) -> bool:
    """Answer whether the step sends the minutes back (退回)."""
    return BACK.get(old) == new


def ensure_different_person(
    drafter_id: int | None, checker_id: int | None, signer_id: int | None
) -> None:
    """Refuse, with Conflict, that one person takes two of the three steps.

    Whoever wrote a text reads what he meant, not what stands there; and a signature under
    one's own check vouches for nothing. None: the step has not been taken yet.
    """
    taken = [one for one in (drafter_id, checker_id, signer_id) if one is not None]
    if len(set(taken)) < len(taken):
        raise Conflict("same_person", N_("起草、核稿、签发必须由不同的人完成。"))


def number_text(year: int, number: int) -> str:
    """Return a document's number as it is printed: 〔2024〕1号.

    The brackets are the six-cornered ones and the number has no leading zero
    (GB/T 9704-2012, 7.2.5). Raises ValueError for a year without four digits or a number
    below 1.
    """
    if not 1000 <= year <= 9999 or number < 1:
        raise ValueError("a year has four digits and numbers begin at 1")
    return f"〔{year}〕{number}号"
