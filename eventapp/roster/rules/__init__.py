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
from eventapp.roster.rules.notes import REFUSED, SENTENCES, Note, Severity, note_of, sentence_of
from eventapp.roster.rules.reading import ReadRow, read_rows
from eventapp.roster.rules.standing import (
    Someone,
    Standing,
    count_rows,
    judge_row,
    judge_rows,
    suggest_units,
    unknown_units,
    who_may_be,
    with_units_meant,
)
from eventapp.roster.rules.states import Fate, RosterState

__all__ = [
    "COLUMN_LABEL",
    "REFUSED",
    "SENTENCES",
    "Column",
    "Fate",
    "Heading",
    "Note",
    "ReadRow",
    "RosterState",
    "Severity",
    "SheetRow",
    "Someone",
    "Standing",
    "count_rows",
    "find_heading",
    "guess_columns",
    "judge_row",
    "judge_rows",
    "meaning_of",
    "note_of",
    "read_rows",
    "sentence_of",
    "suggest_units",
    "unknown_units",
    "who_may_be",
    "with_units_meant",
]
