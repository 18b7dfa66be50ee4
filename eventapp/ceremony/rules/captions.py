"""Who stands or sits where, from left to right as the hall sees it: for captions of pictures."""

from collections.abc import Sequence
from typing import TypeVar

One = TypeVar("One")


def signing_line(parties: Sequence[One]) -> list[One]:
    """Order the parties of an agreement as the hall sees them.

    At a signing table the first party (the host) sits on the left and the guest on the right as
    they themselves sit, the other way round than on a podium; the hall sees it mirrored. More
    parties go on in the agreement's order. Source: docs/glossary.md, 签约台; custom of foreign
    affairs offices, 主左客右.
    """
    return list(reversed(parties))


def standing_line(ranked: Sequence[One]) -> list[One]:
    """Order people of falling rank as the hall sees them: first in the middle, as on a podium.

    The second stands at the first's left hand, which is the hall's right, the third at the right
    hand, and so outward: seven are seen as 7 5 3 1 2 4 6, eight as 7 5 3 1 2 4 6 8.
    """
    return [*reversed(ranked[::2]), *ranked[1::2]]
