"""Verbs of an agenda: plan it, publish it, run it.

The meeting's row is what the writers of one agenda queue at: positions are dense, one item runs
at a time in a room, and editions have no gap.
"""

from eventapp.agenda.service.people import (
    PersonIn,
    engage,
    forget_person,
    hand_over_person,
    release_source,
)
from eventapp.agenda.service.planning import add_item, change_item, move_item, remove_item
from eventapp.agenda.service.publishing import publish_agenda
from eventapp.agenda.service.running import (
    advance,
    finish_item,
    set_cue,
    skip_item,
    start_item,
    substitute_person,
    undo_item,
)

__all__ = [
    "PersonIn",
    "add_item",
    "advance",
    "change_item",
    "engage",
    "finish_item",
    "forget_person",
    "hand_over_person",
    "move_item",
    "publish_agenda",
    "release_source",
    "remove_item",
    "set_cue",
    "skip_item",
    "start_item",
    "substitute_person",
    "undo_item",
]
