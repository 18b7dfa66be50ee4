"""Verbs on alliances, their seats, units, people and lists."""

from eventapp.alliance.service.alliances import (
    SeatIn,
    add_seat,
    arrange_seats,
    change_alliance,
    create_alliance,
    remove_seat,
)
from eventapp.alliance.service.lists import (
    add_list_edition,
    create_list,
    reject_list,
    seat_council,
    set_entries,
    table_list,
)
from eventapp.alliance.service.people import (
    PersonRowIn,
    add_people,
    add_person,
    change_person,
    ensure_person,
    note_contact_shown,
    note_export,
)
from eventapp.alliance.service.spelling import SpellingIn
from eventapp.alliance.service.units import (
    UnitIn,
    add_unit,
    add_units,
    change_unit,
    place_unit,
    remove_unit,
    rename_unit,
)

__all__ = [
    "PersonRowIn",
    "SeatIn",
    "SpellingIn",
    "UnitIn",
    "add_list_edition",
    "add_people",
    "add_person",
    "add_seat",
    "add_unit",
    "add_units",
    "arrange_seats",
    "change_alliance",
    "change_person",
    "change_unit",
    "create_alliance",
    "create_list",
    "ensure_person",
    "note_contact_shown",
    "note_export",
    "place_unit",
    "reject_list",
    "remove_seat",
    "remove_unit",
    "rename_unit",
    "seat_council",
    "set_entries",
    "table_list",
]
