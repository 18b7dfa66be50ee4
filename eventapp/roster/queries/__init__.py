"""Reads of lists of people, and of what is known beside them."""

from eventapp.roster.queries.lists import fates_of, read_back, roster_in, rosters_of, rows_of
from eventapp.roster.queries.standing import standing_of

__all__ = ["fates_of", "read_back", "roster_in", "rosters_of", "rows_of", "standing_of"]
