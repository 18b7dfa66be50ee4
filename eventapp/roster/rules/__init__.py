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
from eventapp.roster.rules.notes import SENTENCES, Note, Severity, note_of
from eventapp.roster.rules.reading import ReadRow, read_rows
from eventapp.roster.rules.states import Fate, RosterState

__all__ = [
    "COLUMN_LABEL",
    "SENTENCES",
    "Column",
    "Fate",
    "Heading",
    "Note",
    "ReadRow",
    "RosterState",
    "Severity",
    "SheetRow",
    "find_heading",
    "guess_columns",
    "meaning_of",
    "note_of",
    "read_rows",
]
