"""Reads of alliances: their units in order, seats, people and lists.

Every query takes the alliance and filters by it: what belongs to another does not exist.
"""

from eventapp.alliance.queries.alliances import (
    all_alliances,
    alliance_by_slug,
    alliance_of,
    missing,
    slug_of,
)
from eventapp.alliance.queries.duplicates import (
    Alike,
    Duplicates,
    Known,
    duplicates_of,
    known_people,
    known_two,
    likely_same_as,
    phones_in_doubt,
)
from eventapp.alliance.queries.lists import (
    EditionRow,
    Entry,
    ListRow,
    entries_of,
    list_edition_in,
    list_in,
    lists_of,
)
from eventapp.alliance.queries.people import (
    people_of,
    person_by_phone,
    person_in,
)
from eventapp.alliance.queries.search import PersonRow, count_people, found_by, search_people
from eventapp.alliance.queries.units import (
    UNSEATED,
    Member,
    is_shared,
    leads_of,
    member_called,
    member_named,
    member_names,
    members_of,
    membership_in,
    organisation_in,
    organisation_names,
    seat_in,
    seats_of,
    unit_key,
)

__all__ = [
    "UNSEATED",
    "Alike",
    "Duplicates",
    "EditionRow",
    "Entry",
    "Known",
    "ListRow",
    "Member",
    "PersonRow",
    "all_alliances",
    "alliance_by_slug",
    "alliance_of",
    "count_people",
    "duplicates_of",
    "entries_of",
    "found_by",
    "is_shared",
    "known_people",
    "known_two",
    "leads_of",
    "likely_same_as",
    "list_edition_in",
    "list_in",
    "lists_of",
    "member_called",
    "member_named",
    "member_names",
    "members_of",
    "membership_in",
    "missing",
    "organisation_in",
    "organisation_names",
    "people_of",
    "person_by_phone",
    "person_in",
    "phones_in_doubt",
    "search_people",
    "seat_in",
    "seats_of",
    "slug_of",
    "unit_key",
]
