"""Paper ballots: given out, handed in, valid, invalid."""

from dataclasses import asdict, dataclass

from eventapp.core.errors import N_, Invalid


def paper_is_valid(issued: int, returned: int) -> bool:
    """Answer whether the ballot stands: 收回 ≤ 发出 stands, 收回 > 发出 voids all of it.

    A paper too many means that somebody put in two, and nobody can tell which.
    """
    return returned <= issued


@dataclass(frozen=True)
class PaperCount:
    """What the tellers counted before reading a single choice, in papers.

    Raises Invalid for numbers that contradict each other.
    """

    issued: int
    returned: int
    invalid: int = 0

    def __post_init__(self) -> None:
        if min(self.issued, self.returned, self.invalid) < 0:
            raise Invalid("papers_negative", N_("选票张数不能是负数。"))
        if self.invalid > self.returned:
            raise Invalid("papers_invalid_exceed_returned", N_("无效票不能多于收回的选票。"))

    @property
    def valid(self) -> int:
        """Papers handed in that show a choice."""
        return self.returned - self.invalid

    @property
    def stands(self) -> bool:
        """Whether the ballot counts at all."""
        return paper_is_valid(self.issued, self.returned)

    def to_record(self) -> dict[str, int]:
        """Give the JSON form."""
        return asdict(self) | {"valid": self.valid}
