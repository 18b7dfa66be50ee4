"""Who counts as present, and who may vote: one unit, one vote, and only from inside.

Units and persons are known here by their ids only; everything is "up to one head" of the ledger
of scans, or as called by name, and can be recomputed from it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto

from eventapp.core.errors import N_, Conflict, Forbidden
from eventapp.voting.rules.states import WHY_NOT, BallotState, may_cast


@dataclass(frozen=True)
class Proxy:
    """One unit (the principal) lets another (the holder) vote for it.

    `valid` says that the paper is in order: not withdrawn, not expired.
    """

    principal: int
    holder: int
    valid: bool = True


@dataclass(frozen=True)
class Attendance:
    """The units with a mandated person inside at one moment, and the proxies of that moment.

    `waiting` are units whose people are inside and were seen by nobody: a kiosk let them in, or
    they did not answer a roll-call. They count once a staffed gate has confirmed them.
    """

    inside: frozenset[int]
    proxies: tuple[Proxy, ...] = ()
    waiting: frozenset[int] = frozenset()

    def in_force(self, proxy: Proxy) -> bool:
        """Answer whether the proxy speaks: its holder is inside and its principal is not."""
        return proxy.valid and proxy.holder in self.inside and proxy.principal not in self.inside


@dataclass(frozen=True)
class Holding:
    """Who cast the vote that a unit holds in this ballot."""

    person: int
    by_proxy: bool = False


@dataclass(frozen=True)
class Voter:
    """A person who asks to vote for a unit; `holder` is the unit whose delegate carries a proxy."""

    unit: int
    person: int
    holder: int | None = None


@dataclass(frozen=True)
class Floor:
    """All that is known when somebody asks to vote.

    `counted` is the attendance at opening or, once the chair has recorded a recount, at the
    latest recount: there is always exactly one count that stands. `now` is this moment.
    """

    state: BallotState
    electorate: frozenset[int]
    counted: Attendance
    now: Attendance
    held: Mapping[int, Holding] = field(default_factory=dict)
    proxy_counts_as_present: bool = True


class Standing(StrEnum):
    """May vote, or the one reason why not."""

    ALLOWED = auto()
    BALLOT_NOT_OPEN = auto()
    NOT_IN_ELECTORATE = auto()
    PROXY_VOTE_STANDS = auto()
    HELD_BY_ANOTHER = auto()
    PROXY_VOID = auto()
    PROXY_MISSING = auto()
    NOT_CONFIRMED = auto()
    NOT_PRESENT = auto()
    CAME_AFTER_COUNT = auto()


STANDING_SENTENCES = {
    Standing.ALLOWED: N_("可以表决。"),
    Standing.BALLOT_NOT_OPEN: N_("现在不能表决。"),
    Standing.NOT_IN_ELECTORATE: N_("本单位不在这次表决的选民名册中。"),
    Standing.PROXY_VOTE_STANDS: N_("受委托人在本单位代表到场前已经投票，这一票有效，不再更改。"),
    Standing.HELD_BY_ANOTHER: N_("本单位的一票已由另一位代表投出。"),
    Standing.PROXY_VOID: N_("委托单位的代表已经到场，委托随即失效。"),
    Standing.PROXY_MISSING: N_("没有有效的委托书，不能代为表决。"),
    Standing.NOT_CONFIRMED: N_("到场还没有经工作人员确认，请到有人值守的入口扫码确认后再表决。"),
    Standing.NOT_PRESENT: N_("尚未签到入场，不能表决。"),
    Standing.CAME_AFTER_COUNT: N_("在清点人数之后到场，须由主持人重新清点人数后才能表决。"),
}


def units_in_person(
    electorate: Collection[int], attendance: Attendance, held: Mapping[int, Holding]
) -> frozenset[int]:
    """Give the units inside; one that voted itself and left stays counted."""
    voted = {unit for unit, holding in held.items() if not holding.by_proxy}
    return frozenset(electorate) & (attendance.inside | voted)


def units_by_proxy(
    electorate: Collection[int], attendance: Attendance, held: Mapping[int, Holding]
) -> frozenset[int]:
    """Give the units represented by a proxy in force, or that have voted by one.

    A unit whose own person is inside is never among them, so none is counted twice.
    """
    speaking = {proxy.principal for proxy in attendance.proxies if attendance.in_force(proxy)}
    voted = {unit for unit, holding in held.items() if holding.by_proxy}
    in_person = units_in_person(electorate, attendance, held)
    return frozenset(electorate) & (speaking | voted) - in_person


def present_units(
    electorate: Collection[int],
    attendance: Attendance,
    held: Mapping[int, Holding],
    *,
    proxy_counts_as_present: bool = True,
) -> frozenset[int]:
    """Give the units that count as present (实到): quorum and the base "present" rest on them."""
    in_person = units_in_person(electorate, attendance, held)
    if not proxy_counts_as_present:
        return in_person
    return in_person | units_by_proxy(electorate, attendance, held)


def decide_may_vote(voter: Voter, floor: Floor) -> Standing:
    """Decide whether this person may vote for this unit now, or say the first reason why not."""
    if not may_cast(floor.state):
        return Standing.BALLOT_NOT_OPEN
    if voter.unit not in floor.electorate:
        return Standing.NOT_IN_ELECTORATE
    obstacle = _why_not_free(voter, floor) or _why_not_represented(voter, floor.now)
    if obstacle is not None:
        return obstacle
    return Standing.ALLOWED if _is_counted(voter, floor) else Standing.CAME_AFTER_COUNT


def ensure_may_vote(voter: Voter, floor: Floor) -> None:
    """Raise Forbidden or Conflict, with the standing as code, unless the person may vote.

    Forbidden is what waiting cannot mend for this person; the rest is Conflict.
    """
    standing = decide_may_vote(voter, floor)
    if standing is Standing.ALLOWED:
        return
    if standing is Standing.BALLOT_NOT_OPEN:
        raise Conflict(f"ballot_{floor.state}", WHY_NOT[floor.state])
    if standing in (Standing.NOT_IN_ELECTORATE, Standing.PROXY_MISSING):
        raise Forbidden(standing, STANDING_SENTENCES[standing])
    raise Conflict(standing, STANDING_SENTENCES[standing])


def _why_not_free(voter: Voter, floor: Floor) -> Standing | None:
    """Say why the unit's one vote is no longer this person's to give or change, if so."""
    holding = floor.held.get(voter.unit)
    if holding is None:
        return None
    if holding.by_proxy and voter.unit in floor.now.inside:
        return Standing.PROXY_VOTE_STANDS
    return None if holding.person == voter.person else Standing.HELD_BY_ANOTHER


def _why_not_represented(voter: Voter, now: Attendance) -> Standing | None:
    """Say why the voter does not represent the unit at this moment, if so."""
    absent = Standing.NOT_CONFIRMED if voter.unit in now.waiting else Standing.NOT_PRESENT
    if voter.holder is None:
        return None if voter.unit in now.inside else absent
    proxy = Proxy(voter.unit, voter.holder)
    if proxy not in now.proxies:
        return Standing.PROXY_MISSING
    if voter.unit in now.inside:
        return Standing.PROXY_VOID
    return None if now.in_force(proxy) else absent


def _is_counted(voter: Voter, floor: Floor) -> bool:
    """Answer whether the count that stands includes this unit, so that its vote has a place.

    A principal who comes after its proxy was counted as present changes no number and needs no
    recount; where proxies do not count as present it does, and must wait for one.
    """
    counted = present_units(
        floor.electorate,
        floor.counted,
        {},
        proxy_counts_as_present=floor.proxy_counts_as_present or voter.holder is not None,
    )
    return voter.unit in counted
