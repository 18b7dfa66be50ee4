"""Reads of an agenda: its items with their times, its editions, and what is wrong with the plan."""

from eventapp.agenda.queries.changes import Change, changes_of, meetings_to_copy
from eventapp.agenda.queries.items import (
    Edition,
    EditionItem,
    Item,
    ItemPersonRow,
    MeetingFacts,
    PersonChangeRow,
    editions_of,
    facts_of,
    item_in,
    items_of,
    items_with,
    latest_edition,
    next_item,
    next_of,
    person_changes_of,
    running_item,
    was_deliberated,
)
from eventapp.agenda.queries.plan import findings_of, plan_of

__all__ = [
    "Change",
    "Edition",
    "EditionItem",
    "Item",
    "ItemPersonRow",
    "MeetingFacts",
    "PersonChangeRow",
    "changes_of",
    "editions_of",
    "facts_of",
    "findings_of",
    "item_in",
    "items_of",
    "items_with",
    "latest_edition",
    "meetings_to_copy",
    "next_item",
    "next_of",
    "person_changes_of",
    "plan_of",
    "running_item",
    "was_deliberated",
]
