"""What may become of a list and its rows, and how a list is read: pure, without a database."""

from eventapp.roster.rules.columns import (
    COLUMN_LABEL,
    Column,
    Heading,
    SheetRow,
    find_heading,
    guess_columns,
    meaning_of,
)
from eventapp.roster.rules.states import Fate, RosterState

__all__ = [
    "COLUMN_LABEL",
    "Column",
    "Fate",
    "Heading",
    "RosterState",
    "SheetRow",
    "find_heading",
    "guess_columns",
    "meaning_of",
]
