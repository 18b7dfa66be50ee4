"""What may become of a list and of each of its rows."""

from enum import StrEnum


class RosterState(StrEnum):
    """Where a list stands."""

    OPEN = "open"
    TAKEN = "taken"
    DISCARDED = "discarded"


class Fate(StrEnum):
    """What becomes of a row when the list is taken."""

    NEW = "new"
    KNOWN = "known"
    PROBLEM = "problem"
    SKIPPED = "skipped"
    TAKEN = "taken"
