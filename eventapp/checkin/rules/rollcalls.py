"""Where a roll-call stands, and that two persons stand for it."""

from enum import StrEnum

from eventapp.core.errors import N_, Conflict, Forbidden


class CallState(StrEnum):
    """Where a roll-call stands: units are being called; called, a second person is asked; ended."""

    CALLING = "calling"
    CALLED = "called"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"


CALL_STATE_LABEL: dict[CallState, str] = {
    CallState.CALLING: N_("正在点名"),
    CallState.CALLED: N_("待另一人确认"),
    CallState.CONFIRMED: N_("已确认"),
    CallState.DROPPED: N_("已放弃"),
}
_WHY_NOT_CALLING: dict[CallState, str] = {
    CallState.CALLED: N_("点名已经点完，正等另一人确认；要改就先退回。"),
    CallState.CONFIRMED: N_("这次点名已经确认，不再更改；有误请重新点名。"),
    CallState.DROPPED: N_("这次点名已经放弃，请重新点名。"),
}


def ensure_calling(state: CallState) -> None:
    """Raise Conflict unless answers may still be noted."""
    if state is not CallState.CALLING:
        raise Conflict(f"roll_call_{state}", _WHY_NOT_CALLING[state])


def ensure_may_confirm(state: CallState, called_by: int | None, user_id: int) -> None:
    """Raise Conflict unless the calling is over, Forbidden for who called: two persons confirm."""
    if state is CallState.CALLING:
        raise Conflict("roll_call_calling", N_("点名还没有点完，请先点完。"))
    if state is not CallState.CALLED:
        raise Conflict(f"roll_call_{state}", _WHY_NOT_CALLING[state])
    if called_by == user_id:
        raise Forbidden("second_person", N_("点名的人不能自己确认，请另一位工作人员核对后确认。"))
