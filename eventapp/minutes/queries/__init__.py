"""Reads: the facts of a meeting, and its minutes from draft to release."""

from eventapp.minutes.queries.facts import facts_of
from eventapp.minutes.queries.minutes import (
    EditionRow,
    StepRow,
    content_of,
    edition_by_code,
    edition_content,
    edition_in,
    editions_of,
    minutes_in,
    minutes_of,
    steps_of,
)

__all__ = [
    "EditionRow",
    "StepRow",
    "content_of",
    "edition_by_code",
    "edition_content",
    "edition_in",
    "editions_of",
    "facts_of",
    "minutes_in",
    "minutes_of",
    "steps_of",
]
