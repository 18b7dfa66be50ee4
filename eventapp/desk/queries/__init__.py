"""What the desk reads over every feature."""

from eventapp.desk.queries.merging import Clash, Merger, merger_of
from eventapp.desk.queries.today import MeetingPlace, Missing, Place, Today, places_of, today_of

__all__ = [
    "Clash",
    "MeetingPlace",
    "Merger",
    "Missing",
    "Place",
    "Today",
    "merger_of",
    "places_of",
    "today_of",
]
