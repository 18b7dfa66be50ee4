"""Acts on the stage beside signing: plaques, unveilings, letters of appointment, a launch."""

from enum import StrEnum

from eventapp.core.errors import N_, Conflict


class ActKind(StrEnum):
    """What is done on the stage."""

    PLAQUE = "plaque"
    UNVEILING = "unveiling"
    APPOINTMENT = "appointment"
    LAUNCH = "launch"


ACT_KIND_LABEL: dict[ActKind, str] = {
    ActKind.PLAQUE: N_("授牌"),
    ActKind.UNVEILING: N_("揭牌"),
    ActKind.APPOINTMENT: N_("颁发聘书"),
    ActKind.LAUNCH: N_("启动"),
}
GIVEN = frozenset({ActKind.PLAQUE, ActKind.APPOINTMENT})
"""What is given by somebody to somebody; the others have no recipient."""


class Part(StrEnum):
    """Why somebody is on the stage, beside those who sign."""

    STAND_IN = "stand_in"
    HELPER = "helper"
    WITNESS = "witness"
    PRESENTER = "presenter"
    RECIPIENT = "recipient"


PART_LABEL: dict[Part, str] = {
    Part.STAND_IN: N_("替签人"),
    Part.HELPER: N_("助签人"),
    Part.WITNESS: N_("见证人"),
    Part.PRESENTER: N_("颁授"),
    Part.RECIPIENT: N_("领受"),
}


class ActState(StrEnum):
    """Whether a plaque was handed over, a plate unveiled, an appointment given."""

    PLANNED = "planned"
    DONE = "done"


ACT_STATE_LABEL: dict[ActState, str] = {
    ActState.PLANNED: N_("待进行"),
    ActState.DONE: N_("已完成"),
}

# A slip of the finger on the stage manager's phone can be taken back.
ACT_NEXT: dict[ActState, frozenset[ActState]] = {
    ActState.PLANNED: frozenset({ActState.DONE}),
    ActState.DONE: frozenset({ActState.PLANNED}),
}


def ensure_act_may_become(old: ActState, new: ActState) -> None:
    """Refuse, with Conflict, to do an act twice or to take back one that was not done."""
    if new not in ACT_NEXT[old]:
        raise Conflict("act_state", N_("这一步已经记下了，请刷新页面后再看。"), old=old, new=new)
