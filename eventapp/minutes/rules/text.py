"""What people write around the facts, and the whole that is signed."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from eventapp.minutes.rules.facts import Facts, facts_from, record_of


class Format(StrEnum):
    """As what the press takes released minutes away."""

    PDF = "pdf"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Prose:
    """Text around the facts: before them, one for each agenda item (by its id), after them."""

    introduction: str = ""
    items: dict[str, str] = field(default_factory=dict[str, str])
    closing: str = ""


@dataclass(frozen=True, slots=True)
class Byline:
    """Who wrote 供稿, edited 责编 and approved 审签, as it is printed."""

    writer: str = ""
    editor: str = ""
    approver: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """The minutes as a whole: what a step of the sign-off vouches for."""

    title: str
    facts: Facts
    prose: Prose
    byline: Byline
    demo: bool = False

    def record(self) -> dict[str, Any]:
        """Give the JSON that is hashed and frozen."""
        return record_of(self)


def content_from(record: dict[str, Any]) -> Content:
    """Read frozen content back."""
    return Content(
        record["title"],
        facts_from(record["facts"]),
        Prose(**record["prose"]),
        Byline(**record["byline"]),
        record["demo"],
    )


def paragraphs_of(text: str) -> list[str]:
    """Split what was typed into paragraphs; empty lines and the indent are layout, not text."""
    return [line for line in (raw.strip().strip("\u3000") for raw in text.splitlines()) if line]
