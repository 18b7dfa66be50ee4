"""Elections: marks on papers, and who is elected to how many seats."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from eventapp.core.errors import N_, Invalid
from eventapp.voting.rules.kinds import Result
from eventapp.voting.rules.outcome import Counts, decide_outcome
from eventapp.voting.rules.threshold import Rule


class ElectionKind(StrEnum):
    """等额: as many candidates as seats; 差额: more candidates than seats."""

    EQUAL = auto()
    COMPETITIVE = auto()


ELECTION_KIND_LABELS = {
    ElectionKind.EQUAL: N_("等额选举"),
    ElectionKind.COMPETITIVE: N_("差额选举"),
}


@dataclass(frozen=True)
class Election:
    """The candidates, by id in the order of the paper, and the number of seats.

    Raises Invalid without a seat, with a candidate twice, or with fewer candidates than seats.
    """

    candidates: tuple[int, ...]
    seats: int

    def __post_init__(self) -> None:
        if self.seats < 1:
            raise Invalid("seats_missing", N_("应选名额至少为一。"))
        if len(set(self.candidates)) != len(self.candidates):
            raise Invalid("candidate_twice", N_("同一候选人只能列一次。"))
        if len(self.candidates) < self.seats:
            raise Invalid("candidates_missing", N_("候选人不能少于应选名额。"))

    @property
    def kind(self) -> ElectionKind:
        """Whether the voters have a choice between persons."""
        if len(self.candidates) == self.seats:
            return ElectionKind.EQUAL
        return ElectionKind.COMPETITIVE

    def paper_is_valid(self, marked: Collection[int]) -> bool:
        """Answer whether one paper counts: more marks than seats void it, fewer do not.

        A mark for somebody who is no candidate, or two for the same one, voids it as well.
        """
        return (
            len(marked) <= self.seats
            and len(set(marked)) == len(marked)
            and set(marked) <= set(self.candidates)
        )


@dataclass(frozen=True)
class ElectionOutcome:
    """Who is elected, most votes first; who is tied for what is left; how many seats are left.

    The tied stand in another ballot: no lot and no order of names decides between them.
    """

    elected: tuple[int, ...]
    tied: tuple[int, ...]
    seats_left: int


def decide_election(
    election: Election, rule: Rule, counts: Mapping[int, Counts]
) -> ElectionOutcome:
    """Decide who is elected: each must pass under the rule, then the most votes go first.

    `counts` has one entry for each candidate. Candidates with equal votes are elected together
    when there are seats for all of them, else they are tied.
    """
    if set(counts) != set(election.candidates):
        raise Invalid("candidates_not_all_counted", N_("每位候选人都须有计票结果。"))
    passed = [
        candidate
        for candidate in election.candidates
        if decide_outcome(rule, counts[candidate]).result is Result.PASSED
    ]
    elected: list[int] = []
    for votes in sorted({counts[candidate].yes for candidate in passed}, reverse=True):
        level = [candidate for candidate in passed if counts[candidate].yes == votes]
        if len(elected) + len(level) > election.seats:
            return ElectionOutcome(tuple(elected), tuple(level), election.seats - len(elected))
        elected += level
        if len(elected) == election.seats:
            break
    return ElectionOutcome(tuple(elected), (), election.seats - len(elected))
