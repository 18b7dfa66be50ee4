"""Verbs on lists of people: read, check, take."""

from eventapp.roster.service.lists import (
    KEPT,
    NEW_PERSON,
    STEPS,
    ask_for_check,
    check_roster,
    discard_old_rosters,
    discard_roster,
    forget_person,
    open_roster,
    set_columns,
    set_people,
    set_units,
)
from eventapp.roster.service.sheets import Sheet, ensure_readable, read_pasted, read_sheet
from eventapp.roster.service.taking import Terms, ask_to_take, take_roster

__all__ = [
    "KEPT",
    "NEW_PERSON",
    "STEPS",
    "Sheet",
    "Terms",
    "ask_for_check",
    "ask_to_take",
    "check_roster",
    "discard_old_rosters",
    "discard_roster",
    "ensure_readable",
    "forget_person",
    "open_roster",
    "read_pasted",
    "read_sheet",
    "set_columns",
    "set_people",
    "set_units",
    "take_roster",
]
