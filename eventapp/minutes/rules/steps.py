"""The steps that minutes pass before anybody may rely on them."""

from collections.abc import Collection, Iterable
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
    State.SIGNED: N_("已签发"),
    State.RELEASED: N_("正式发布"),
}


class Step(StrEnum):
    """One thing that somebody did to the minutes, under their name."""

    SUBMIT = "submit"
    CHECK = "check"
    COMMENT = "comment"
    END_COMMENTS = "end_comments"
    SIGN = "sign"
    RELEASE = "release"
    SEND_BACK = "send_back"


STEP_LABEL: dict[Step, str] = {
    Step.SUBMIT: N_("已提交核稿"),
    Step.CHECK: N_("核稿通过"),
    Step.COMMENT: N_("意见"),
    Step.END_COMMENTS: N_("征求意见结束"),
    Step.SIGN: N_("已签发"),
    Step.RELEASE: N_("正式发布"),
    Step.SEND_BACK: N_("已退回"),
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
        raise Invalid("word_missing", N_("请写一句退回的原因。"), field="word")


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


def ensure_did_not_write(writers: Collection[int], user_id: int) -> None:
    """Refuse, with Conflict, that somebody who wrote in the text checks or signs it.

    The drafter is whoever submits; but whoever typed a sentence of it cannot vouch for it either.
    """
    if user_id in writers:
        raise Conflict("same_person", N_("起草、核稿、签发必须由不同的人完成。"))


def comments_ended(steps: Iterable[str]) -> bool:
    """Answer whether the round of comments of the present draft is over; steps oldest first."""
    ended = False
    for step in steps:
        ended = step == Step.END_COMMENTS or (ended and step != Step.SUBMIT)
    return ended


def ensure_comments_ended(steps: Iterable[str]) -> None:
    """Refuse, with Conflict, a signature while comments are still being gathered."""
    if not comments_ended(steps):
        raise Conflict("comments_open", N_("征求意见还没有结束，请先由核稿人结束。"))


def ensure_word(word: str) -> str:
    """Give the trimmed word of explanation back; raises Invalid (field `word`) for none."""
    if not word.strip():
        raise Invalid("word_missing", N_("请写一句说明。"), field="word")
    return word.strip()


def number_text(year: int, number: int) -> str:
    """Return a document's number as it is printed: 〔2024〕1号.

    The brackets are the six-cornered ones and the number has no leading zero
    (GB/T 9704-2012, 7.2.5). Raises ValueError for a year without four digits or a number
    below 1.
    """
    if not 1000 <= year <= 9999 or number < 1:
        raise ValueError("a year has four digits and numbers begin at 1")
    return f"〔{year}〕{number}号"
