"""Which of two registrations stays where one person turns out to have two at a meeting."""

from dataclasses import dataclass
from enum import StrEnum

from eventapp.core.errors import N_


class Stays(StrEnum):
    """Why one of two registrations stays."""

    CAME_IN = "came_in"
    FURTHER = "further"
    OF_KEPT = "of_kept"


STAYS_LABEL: dict[Stays, str] = {
    Stays.CAME_IN: N_("已凭这一份入过场"),
    Stays.FURTHER: N_("这一份办得更靠前"),
    Stays.OF_KEPT: N_("两份办到同一步，留下保留者的一份"),
}
FURTHEST = ("approved", "invited", "submitted", "waitlisted", "declined")
"""States of a living registration, from the one in which most has been done for it."""


@dataclass(frozen=True, slots=True)
class Twin:
    """One of two living registrations of what is one person."""

    registration_id: int
    state: str
    came_in: bool = False


def decide_stays(kept: Twin, gone: Twin) -> tuple[int, Stays]:
    """Return the id of the registration that stays, and why.

    Who came in did so with it; else the one that was taken further, else that of the person who
    is kept. That both came in is not decided here: they are two people then.
    """
    if kept.came_in != gone.came_in:
        return (kept if kept.came_in else gone).registration_id, Stays.CAME_IN
    places = FURTHEST.index(kept.state), FURTHEST.index(gone.state)
    if places[0] != places[1]:
        return (kept if places[0] < places[1] else gone).registration_id, Stays.FURTHER
    return kept.registration_id, Stays.OF_KEPT
