"""From who was here and what was cast to the counts that a rule decides on."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from eventapp.voting.rules.kinds import Choice
from eventapp.voting.rules.outcome import Counts
from eventapp.voting.rules.standing import (
    Attendance,
    Holding,
    Proxy,
    present_units,
    units_by_proxy,
    units_in_person,
)
from eventapp.voting.rules.threshold import Rule


def carrier(person: int) -> int:
    """Give the id under which a person who carries a proxy stands among the units.

    The person who holds the paper has to be inside, not merely a colleague of the same unit;
    the number is negative, so it is never taken for a unit.
    """
    return -person


def attendance_of(units: Collection[int], carried: Iterable[tuple[int, int]]) -> Attendance:
    """Give the attendance from the units inside and the proxies inside: (principal, person)."""
    papers = tuple(Proxy(principal, carrier(person)) for principal, person in carried)
    return Attendance(frozenset(units) | {paper.holder for paper in papers}, papers)


@dataclass(frozen=True)
class Snapshot:
    """The units of an electorate that were here at one count, and the head it was taken at."""

    in_person: frozenset[int]
    by_proxy: frozenset[int]
    head_seq: int = 0
    head_hash: str = ""

    @classmethod
    def take(
        cls, electorate: Collection[int], attendance: Attendance, head_seq: int, head_hash: str
    ) -> Self:
        """Count the units of the electorate that are here now."""
        return cls(
            units_in_person(electorate, attendance, {}),
            units_by_proxy(electorate, attendance, {}),
            head_seq,
            head_hash,
        )

    @property
    def attendance(self) -> Attendance:
        """The same as an attendance; who carries the proxies is not known any more."""
        nobody = carrier(1)
        proxies = tuple(Proxy(unit, nobody) for unit in sorted(self.by_proxy))
        return Attendance(self.in_person | {nobody}, proxies)

    def to_record(self) -> dict[str, Any]:
        """Give the JSON form; units are in order, so the same count has the same bytes."""
        return {
            "in_person": sorted(self.in_person),
            "by_proxy": sorted(self.by_proxy),
            "door_seq": self.head_seq,
            "door_hash": self.head_hash,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Read what `to_record` writes."""
        return cls(
            frozenset(record["in_person"]),
            frozenset(record["by_proxy"]),
            record["door_seq"],
            record["door_hash"],
        )


@dataclass(frozen=True)
class Cast:
    """The vote that a unit holds: what it said, and who said it."""

    choice: Choice
    person: int
    by_proxy: bool = False

    @property
    def holding(self) -> Holding:
        """The same as a claim."""
        return Holding(self.person, self.by_proxy)


def count_present(
    rule: Rule, electorate: Collection[int], counted: Snapshot, votes: Mapping[int, Cast]
) -> tuple[int, int]:
    """Give how many units count as present, and how many may vote by proxy without counting."""
    held = {unit: cast.holding for unit, cast in votes.items()}
    present = present_units(
        electorate,
        counted.attendance,
        held,
        proxy_counts_as_present=rule.proxy_counts_as_present,
    )
    if rule.proxy_counts_as_present:
        return len(present), 0
    return len(present), len(units_by_proxy(electorate, counted.attendance, held))


def count_votes(
    rule: Rule, electorate: Collection[int], counted: Snapshot, votes: Mapping[int, Cast]
) -> Counts:
    """Give the counts of a named ballot: one unit, one vote, the last one it cast."""
    present, by_proxy_only = count_present(rule, electorate, counted, votes)
    said = [cast.choice for cast in votes.values()]
    return Counts(
        entitled=len(electorate),
        present=present,
        yes=said.count(Choice.YES),
        no=said.count(Choice.NO),
        abstain=said.count(Choice.ABSTAIN),
        by_proxy_only=by_proxy_only,
    )


def count_given(
    rule: Rule, electorate: Collection[int], counted: Snapshot, said: Mapping[Choice, int]
) -> Counts:
    """Give the counts of hands or papers, which were counted without names."""
    present, by_proxy_only = count_present(rule, electorate, counted, {})
    return Counts(
        entitled=len(electorate),
        present=present,
        yes=said.get(Choice.YES, 0),
        no=said.get(Choice.NO, 0),
        abstain=said.get(Choice.ABSTAIN, 0),
        by_proxy_only=by_proxy_only,
    )
