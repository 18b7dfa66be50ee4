"""Agreements and the other acts of a ceremony: their states and what they still lack."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

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


PARTY_ROLES = (
    *(N_("甲方"), N_("乙方"), N_("丙方"), N_("丁方"), N_("戊方")),
    *(N_("己方"), N_("庚方"), N_("辛方"), N_("壬方"), N_("癸方")),
)
"""What an agreement calls its parties, by the ten heavenly stems."""


def party_role(position: int) -> str:
    """Return what an agreement calls its party at `position`, counted from 1: 甲方, 乙方, …

    The paper has these words; a screen may translate them. After the ten heavenly stems the
    parties are numbered. Raises ValueError below 1.
    """
    if position < 1:
        raise ValueError("parties are counted from 1")
    return PARTY_ROLES[position - 1] if position <= len(PARTY_ROLES) else f"第{position}方"


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """One party as the paper will have it; without id and name nobody is named yet."""

    organisation_id: int
    signatory_id: int | None = None
    signatory_name: str = ""


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """What must be true of an agreement before it is carried to the table."""

    parties: tuple[PartyFacts, ...]
    copies: int
    papers_checked: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is still missing, as a sentence for whoever can mend it."""

    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])


def ready_problems(facts: AgreementFacts) -> list[Problem]:
    """List everything that keeps an agreement from being ready; empty when nothing does.

    All at once, so that the secretariat makes one telephone call and not four. Each party
    takes a copy home, hence at least as many copies as parties.
    """
    return [*_party_problems(facts.parties), *_paper_problems(facts)]


def ensure_ready(facts: AgreementFacts) -> None:
    """Refuse, with Conflict, to call an agreement ready; the first problem is the sentence."""
    for problem in ready_problems(facts):
        raise Conflict(problem.code, problem.message, **problem.params)


def _party_problems(parties: tuple[PartyFacts, ...]) -> Iterator[Problem]:
    if len(parties) < 2:
        yield Problem("too_few_parties", N_("协议至少要有两方。"))
    units = [party.organisation_id for party in parties]
    if len(set(units)) < len(units):
        yield Problem("party_twice", N_("同一个单位不能做两方。"))
    for position, party in enumerate(parties, start=1):
        if party.signatory_id is None and not party.signatory_name:
            yield Problem(
                "no_signatory", N_("%(party)s还没有签署人。"), {"party": party_role(position)}
            )
    people = [party.signatory_id for party in parties if party.signatory_id is not None]
    if len(set(people)) < len(people):
        yield Problem("signatory_twice", N_("同一个人不能代表两方签字。"))


def _paper_problems(facts: AgreementFacts) -> Iterator[Problem]:
    needed = len(facts.parties)
    if facts.copies < needed:
        yield Problem(
            "too_few_copies",
            N_("协议文本有 %(copies)s 份，至少需要 %(needed)s 份。"),
            {"copies": facts.copies, "needed": needed},
        )
    if not facts.papers_checked:
        yield Problem("papers_unchecked", N_("协议文本还没有核对。"))


BETWEEN = re.compile(r"([、，,;；\s]+)")
"""What stands between the names of a typed list."""


def without_name(listed: str, name: str) -> str:
    """Return a typed list of names without one of them; part of a longer word is left alone."""
    pieces = BETWEEN.split(listed)
    kept = [place for place in range(0, len(pieces), 2) if pieces[place] != name]
    if len(kept) * 2 - 1 == len(pieces):
        return listed
    return "".join(
        pieces[place] + (pieces[place + 1] if place != kept[-1] else "") for place in kept
    )
