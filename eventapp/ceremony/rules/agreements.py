"""Agreements: their states, who signs for a party and by what right, and what is still missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from eventapp.agenda.rules import Severity
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


class Capacity(StrEnum):
    """By what right somebody signs for a unit."""

    LEGAL = "legal"
    AUTHORISED = "authorised"


CAPACITY_LABEL: dict[Capacity, str] = {
    Capacity.LEGAL: N_("法定代表人"),
    Capacity.AUTHORISED: N_("授权代表"),
}


class Check(StrEnum):
    """One line of the list that is gone through before the papers are carried to the table."""

    TEXTS = "texts"
    SEALS = "seals"
    OWN_FIRST = "own_first"
    FOLDERS = "folders"
    PENS = "pens"


CHECK_LABEL: dict[Check, str] = {
    Check.TEXTS: N_("各方文本已核对，份数无误"),
    Check.SEALS: N_("印章、骑缝章已盖"),
    Check.OWN_FIRST: N_("各方留存的一份，本方在前"),
    Check.FOLDERS: N_("签约夹已备"),
    Check.PENS: N_("签字笔已备"),
}
"""本方在前 (倒本): in the copy that a party keeps, its own name and signature come first."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person as a paper names them; `id` where the alliance knows who it is."""

    name: str
    id: int | None = None

    @property
    def key(self) -> int | str:
        """Tell people apart: by who they are, else by their name."""
        return self.name if self.id is None else self.id


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """One party as the paper will have it; without id and name nobody is named yet."""

    organisation_id: int
    signatory_id: int | None = None
    signatory_name: str = ""
    capacity: Capacity | None = None
    has_authority: bool = False


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """What must be true of an agreement before it is carried to the table."""

    parties: tuple[PartyFacts, ...]
    copies: int
    papers_checked: bool
    witnesses: tuple[Somebody, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong or missing, as a sentence, and what would mend it."""

    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    fix: str = ""
    severity: Severity = Severity.BLOCK


def ready_problems(facts: AgreementFacts) -> list[Problem]:
    """List everything that keeps an agreement from being ready; empty when nothing does.

    All at once, so that the secretariat makes one telephone call and not four. Each party
    takes a copy home, hence at least as many copies as parties.
    """
    return [*_party_problems(facts), *_paper_problems(facts)]


def ensure_ready(facts: AgreementFacts) -> None:
    """Refuse, with Conflict, to call an agreement ready; the first problem is the sentence."""
    for problem in ready_problems(facts):
        raise Conflict(problem.code, problem.message, **problem.params)


def _party_problems(facts: AgreementFacts) -> Iterator[Problem]:
    parties = facts.parties
    if len(parties) < 2:
        yield Problem("too_few_parties", N_("协议至少要有两方。"), fix=N_("请补上另一方。"))
    units = [party.organisation_id for party in parties]
    if len(set(units)) < len(units):
        yield Problem("party_twice", N_("同一个单位不能做两方。"), fix=N_("请改掉重复的一方。"))
    for position, party in enumerate(parties, start=1):
        yield from _signatory_problems(party_role(position), party)
    people = [party.signatory_id for party in parties if party.signatory_id is not None]
    if len(set(people)) < len(people):
        yield Problem(
            "signatory_twice",
            N_("同一个人不能代表两方签字。"),
            fix=N_("请其中一方另派签署人。"),
        )
    yield from _witness_problems(facts)


def _signatory_problems(role: str, party: PartyFacts) -> Iterator[Problem]:
    if party.signatory_id is None and not party.signatory_name:
        yield Problem(
            "no_signatory",
            N_("%(party)s还没有签署人。"),
            {"party": role},
            N_("请向该单位问明由谁签署。"),
        )
    elif party.capacity is Capacity.AUTHORISED and not party.has_authority:
        yield Problem(
            "authority_missing",
            N_("%(party)s由授权代表签署，还没有授权委托书。"),
            {"party": role},
            N_("请上传委托书，或记下收到的纸质件。"),
        )


def _witness_problems(facts: AgreementFacts) -> Iterator[Problem]:
    signing = {Somebody(party.signatory_name, party.signatory_id).key for party in facts.parties}
    for witness in facts.witnesses:
        if witness.key in signing:
            yield Problem(
                "witness_signs",
                N_("%(who)s既见证又签署同一份协议。"),
                {"who": witness.name},
                N_("请另请见证人，或改由他人签署。"),
            )


def _paper_problems(facts: AgreementFacts) -> Iterator[Problem]:
    needed = len(facts.parties)
    if facts.copies < needed:
        yield Problem(
            "too_few_copies",
            N_("协议文本有 %(copies)s 份，至少需要 %(needed)s 份。"),
            {"copies": facts.copies, "needed": needed},
            N_("请加印文本，并改正份数。"),
        )
    if not facts.papers_checked:
        yield Problem(
            "papers_unchecked", N_("协议文本还没有核对。"), fix=N_("请对照核对单逐项打勾。")
        )
