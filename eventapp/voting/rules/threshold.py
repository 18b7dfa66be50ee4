"""The rule under which a motion passes: exact fractions, never decimals.

"Two thirds" of 80 is 53⅓; whether 53 votes suffice must not depend on how a machine rounds.
以上 includes the number, 超过 and 过半数 do not (Civil Code of the PRC, article 1259).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any, Self

from eventapp.core.errors import N_, Invalid
from eventapp.voting.rules.kinds import Base, Bound, CountedAt

FRACTION = re.compile(r"[1-9][0-9]{0,3}/[1-9][0-9]{0,3}")


@dataclass(frozen=True)
class Threshold:
    """A fraction of some number, and whether reaching it exactly is enough.

    Raises Invalid for a fraction that nobody or everybody could always reach.
    """

    fraction: Fraction
    bound: Bound

    def __post_init__(self) -> None:
        if not 0 < self.fraction <= 1:
            raise Invalid("fraction_out_of_range", N_("比例须大于零，且不大于一。"))
        if self.fraction == 1 and self.bound is Bound.MORE_THAN:
            raise Invalid("fraction_unreachable", N_("不可能超过全部，请改为“以上”。"))

    def to_record(self) -> dict[str, str]:
        """Give the JSON form, the fraction in lowest terms: {"fraction": "2/3", …}."""
        part, whole = self.fraction.numerator, self.fraction.denominator
        return {"fraction": f"{part}/{whole}", "bound": str(self.bound)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Read exactly what `to_record` writes; anything else raises Invalid."""
        try:
            written = record["fraction"]
            if not FRACTION.fullmatch(written):
                raise ValueError(written)
            threshold = cls(Fraction(written), Bound(record["bound"]))
        except (KeyError, TypeError, ValueError) as error:
            raise _unreadable() from error
        if threshold.to_record() != record:
            raise _unreadable()
        return threshold


@dataclass(frozen=True)
class Rule:
    """Quorum (of all), threshold, base, and how presence is counted.

    `quorum` None means that any number present may vote.
    """

    quorum: Threshold | None
    threshold: Threshold
    base: Base
    counted_at: CountedAt = CountedAt.OPENING
    proxy_counts_as_present: bool = True

    def to_record(self) -> dict[str, Any]:
        """Give the JSON form that is frozen, hashed and published with the ballot."""
        return {
            "quorum": None if self.quorum is None else self.quorum.to_record(),
            "threshold": self.threshold.to_record(),
            "base": str(self.base),
            "counted_at": str(self.counted_at),
            "proxy_counts_as_present": self.proxy_counts_as_present,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Read exactly what `to_record` writes; anything else raises Invalid."""
        try:
            quorum, proxy = record["quorum"], record["proxy_counts_as_present"]
            if not isinstance(proxy, bool):
                raise TypeError(proxy)
            rule = cls(
                quorum=None if quorum is None else Threshold.from_record(quorum),
                threshold=Threshold.from_record(record["threshold"]),
                base=Base(record["base"]),
                counted_at=CountedAt(record["counted_at"]),
                proxy_counts_as_present=proxy,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _unreadable() from error
        if rule.to_record() != record:
            raise _unreadable()
        return rule


def needed_votes(threshold: Threshold, base_number: int) -> int:
    """Give the least whole number of votes that reaches the threshold.

    At least f of n is ⌈f·n⌉, more than f of n is ⌊f·n⌋ + 1. Of an empty base one vote is still
    needed: nothing passes without a single yes.
    """
    share = threshold.fraction * base_number
    if threshold.bound is Bound.MORE_THAN:
        return floor(share) + 1
    return max(1, ceil(share))


def quorum_needed(rule: Rule, entitled: int) -> int:
    """Give how many of the entitled units must be present; 0 when the rule asks for none."""
    return 0 if rule.quorum is None else needed_votes(rule.quorum, entitled)


def _unreadable() -> Invalid:
    return Invalid("rule_unreadable", N_("通过规则的写法无法识别。"))
