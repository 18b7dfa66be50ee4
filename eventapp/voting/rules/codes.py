"""Digests of what is voted on, and codes short enough to read aloud."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

from eventapp.core.errors import N_, Invalid

HEX = re.compile(r"[0-9A-Fa-f]{12,}")


@dataclass(frozen=True)
class Unit:
    """One unit as it stands in the electorate: its id, its name and its seat at that moment."""

    organisation: int
    name: str
    seat: str = ""


def text_digest(text: str) -> str:
    """Give the SHA-256 of exactly this text in UTF-8, in hex."""
    return sha256(text.encode()).hexdigest()


def short_code(digest: str) -> str:
    """Give the first eight hex digits in two groups, "7F3A-91C2": compare it with the screen."""
    return _grouped(digest, 8)


def record_code(digest: str) -> str:
    """Give the first twelve hex digits in three groups, to be printed in the minutes."""
    return _grouped(digest, 12)


def electorate_record(units: Iterable[Unit]) -> dict[str, Any]:
    """Give the electorate as a JSON object that depends on its units only, not on their order.

    Who freezes the electorate hashes this in canonical JSON. Raises Invalid for a unit that is
    in it twice: it would have two votes.
    """
    ordered = sorted(units, key=lambda unit: unit.organisation)
    for one, other in pairwise(ordered):
        if one.organisation == other.organisation:
            raise Invalid("unit_twice", N_("“%(name)s”在选民名册中出现了两次。"), name=one.name)
    return {
        "units": [
            {"organisation": unit.organisation, "name": unit.name, "seat": unit.seat}
            for unit in ordered
        ]
    }


def _grouped(digest: str, length: int) -> str:
    if not HEX.fullmatch(digest):
        raise Invalid("digest_unreadable", N_("校验值的写法无法识别。"))
    digits = digest[:length].upper()
    return "-".join(digits[start : start + 4] for start in range(0, length, 4))
