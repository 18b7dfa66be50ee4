"""Agreements and the other acts of a ceremony: their states and what they still lack."""

from enum import StrEnum

from eventapp.core.errors import N_, Conflict


class AgreementState(StrEnum):
    """How far an agreement is from being signed."""

    DRAFT = "draft"
    READY = "ready"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"


AGREEMENT_STATE_LABEL: dict[AgreementState, str] = {
    AgreementState.DRAFT: N_("准备中"),
    AgreementState.READY: N_("已就绪"),
    AgreementState.SIGNED: N_("已签署"),
    AgreementState.WITHDRAWN: N_("已撤回"),
}

# A ready agreement falls back to draft when a tick is taken away: a signatory drops out.
NEXT: dict[AgreementState, frozenset[AgreementState]] = {
    AgreementState.DRAFT: frozenset({AgreementState.READY, AgreementState.WITHDRAWN}),
    AgreementState.READY: frozenset(
        {AgreementState.SIGNED, AgreementState.DRAFT, AgreementState.WITHDRAWN}
    ),
    AgreementState.SIGNED: frozenset(),
    AgreementState.WITHDRAWN: frozenset(),
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


def may_become(old: AgreementState, new: AgreementState) -> bool:
    """Answer whether an agreement in state `old` may go to `new`."""
    return new in NEXT[old]


def ensure_may_become(old: AgreementState, new: AgreementState) -> None:
    """Refuse, with Conflict, a step that an agreement cannot take."""
    if not may_become(old, new):
        raise Conflict(
            "agreement_state",
            N_("这份协议现在的状态不允许这一步，请刷新页面后再看。"),
            old=old,
            new=new,
        )


def ensure_act_may_become(old: ActState, new: ActState) -> None:
    """Refuse, with Conflict, to do an act twice or to take back one that was not done."""
    if new not in ACT_NEXT[old]:
        raise Conflict("act_state", N_("这一步已经记下了，请刷新页面后再看。"), old=old, new=new)
