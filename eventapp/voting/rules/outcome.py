"""From counts to a result: the one sum that decides, with every number that went into it."""

from dataclasses import asdict, dataclass
from typing import Any

from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.voting.rules.kinds import Base, Result
from eventapp.voting.rules.paper import PaperCount
from eventapp.voting.rules.threshold import Rule, needed_votes, quorum_needed


@dataclass(frozen=True)
class Counts:
    """What was counted, in units.

    `by_proxy_only` are units that may vote through a proxy although the rule does not count
    them as present; it is 0 wherever a proxy counts as present.
    Raises Invalid for numbers that contradict each other.
    """

    entitled: int
    present: int
    yes: int = 0
    no: int = 0
    abstain: int = 0
    by_proxy_only: int = 0

    def __post_init__(self) -> None:
        numbers = (
            self.entitled,
            self.present,
            self.yes,
            self.no,
            self.abstain,
            self.by_proxy_only,
        )
        if min(numbers) < 0:
            raise Invalid("counts_negative", N_("票数和到会数不能是负数。"))
        if self.may_vote > self.entitled:
            raise Invalid(
                "counts_present_exceed_entitled",
                N_("实到%(present)s不能多于应到%(entitled)s。"),
                present=self.may_vote,
                entitled=self.entitled,
            )
        if self.cast > self.may_vote:
            raise Invalid(
                "counts_cast_exceed_present",
                N_("赞成、反对和弃权合计%(cast)s票，不能多于实到%(present)s。"),
                cast=self.cast,
                present=self.may_vote,
            )

    @property
    def may_vote(self) -> int:
        """Units that are here, themselves or by proxy."""
        return self.present + self.by_proxy_only

    @property
    def cast(self) -> int:
        """Units that said anything: yes, no or abstain."""
        return self.yes + self.no + self.abstain

    @property
    def valid(self) -> int:
        """Units that decided: yes or no."""
        return self.yes + self.no

    @property
    def raised_none(self) -> int:
        """Units that may vote and did not; at a show of hands, those who raised none of three."""
        return self.may_vote - self.cast

    def to_record(self) -> dict[str, int]:
        """Give the JSON form."""
        return asdict(self)


@dataclass(frozen=True)
class Outcome:
    """The result and the sum behind it; anybody can do it again from the same numbers.

    `got` is the yes votes, `missing` how many more were needed (0 when enough), and
    `quorum_missing` how many more should have been present.
    """

    result: Result
    rule: Rule
    counts: Counts
    quorum_needed: int
    base_number: int
    needed: int
    paper: PaperCount | None = None

    @property
    def got(self) -> int:
        """The yes votes."""
        return self.counts.yes

    @property
    def missing(self) -> int:
        """Yes votes short of what was needed."""
        return max(0, self.needed - self.got)

    @property
    def quorum_missing(self) -> int:
        """Units short of the quorum."""
        return max(0, self.quorum_needed - self.counts.present)

    def to_record(self) -> dict[str, Any]:
        """Give the JSON form that is signed into the ballot's record."""
        return {
            "result": str(self.result),
            "rule": self.rule.to_record(),
            "counts": self.counts.to_record(),
            "quorum_needed": self.quorum_needed,
            "base_number": self.base_number,
            "needed": self.needed,
            "got": self.got,
            "missing": self.missing,
            "paper": None if self.paper is None else self.paper.to_record(),
        }


def base_number(base: Base, counts: Counts) -> int:
    """Give the number that the threshold is a fraction of."""
    if base is Base.ALL:
        return counts.entitled
    if base is Base.PRESENT:
        return counts.present
    return counts.cast if base is Base.CAST else counts.valid


def decide_outcome(rule: Rule, counts: Counts, paper: PaperCount | None = None) -> Outcome:
    """Decide what became of the motion.

    Quorum comes first: without it there was no vote. A paper ballot with a paper too many is
    void whatever the papers say; its counts may stay at zero. Raises Invalid when papers and
    counts contradict each other.
    """
    base = base_number(rule.base, counts)
    needed = needed_votes(rule.threshold, base)
    quorum = quorum_needed(rule, counts.entitled)
    if paper is not None:
        ensure_papers_match(paper, counts)
    if counts.present < quorum:
        result = Result.NO_QUORUM
    elif paper is not None and not paper.stands:
        result = Result.VOID
    elif counts.yes >= needed:
        result = Result.PASSED
    else:
        result = Result.FAILED
    return Outcome(result, rule, counts, quorum, base, needed, paper)


def ensure_papers_match(paper: PaperCount, counts: Counts) -> None:
    """Raise Invalid unless papers were for those here and each valid one was counted once."""
    if paper.issued > counts.may_vote:
        raise Invalid(
            "papers_exceed_present",
            N_("发出%(issued)s张选票，不能多于实到%(present)s。"),
            issued=paper.issued,
            present=counts.may_vote,
        )
    if paper.stands and paper.valid != counts.cast:
        raise Invalid(
            "papers_not_all_counted",
            N_("有效票%(valid)s张，与赞成、反对和弃权合计%(cast)s票不符。"),
            valid=paper.valid,
            cast=counts.cast,
        )


def ensure_quorum(rule: Rule, entitled: int, present: int) -> None:
    """Raise Conflict while too few are present for a vote to be taken."""
    needed = quorum_needed(rule, entitled)
    if present < needed:
        raise Conflict(
            "no_quorum",
            N_("应到%(entitled)s，实到%(present)s，须到会%(needed)s方可表决。"),
            entitled=entitled,
            present=present,
            needed=needed,
        )


def acclaimed_counts(entitled: int, present: int, objections: int) -> Counts:
    """Count an adoption by applause: objections were called for, and silence is a yes.

    Nobody is counted, so a single objection raises Conflict and another mode must be used.
    """
    if objections:
        raise Conflict("acclamation_objected", N_("有单位提出异议，请改用其他方式表决。"))
    return Counts(entitled, present, yes=present)
