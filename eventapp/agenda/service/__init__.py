"""Verbs of an agenda: plan it, publish it, run it.

The meeting's row is what the writers of one agenda queue at: positions are dense, one item runs
at a time in a room, and editions have no gap.
"""

from eventapp.agenda.service.copying import copy_agenda
from eventapp.agenda.service.history import undo_change
from eventapp.agenda.service.mending import mend_finding
from eventapp.agenda.service.papers import (
    add_paper,
    change_paper,
    note_reading,
    remove_paper,
)
from eventapp.agenda.service.people import (
    PersonIn,
    engage,
    forget_person,
    hand_over_person,
    release_source,
)
from eventapp.agenda.service.planning import (
    add_item,
    change_item,
    move_item,
    move_item_after,
    remove_item,
)
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
    "add_paper",
    "advance",
    "change_item",
    "change_paper",
    "copy_agenda",
    "engage",
    "finish_item",
    "forget_person",
    "hand_over_person",
    "mend_finding",
    "move_item",
    "move_item_after",
    "note_reading",
    "publish_agenda",
    "release_source",
    "remove_item",
    "remove_paper",
    "set_cue",
    "skip_item",
    "start_item",
    "substitute_person",
    "undo_change",
    "undo_item",
]
