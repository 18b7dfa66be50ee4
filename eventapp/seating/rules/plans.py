"""What a plan is of: whom a line means, usual sizes, and what lies at the open side."""

from enum import StrEnum

from eventapp.core.errors import N_
from eventapp.seating.rules.places import Shape
from eventapp.seating.rules.presets import Kind

OVER = frozenset({"archived", "cancelled"})
"""States of a meeting in which plans are not changed any more."""
STEPS_KEPT = 30
"""How many steps can be undone."""
LARGEST = 60
"""Places in a row, rows, or seats in a block, at most."""
USUAL: dict[Kind, Shape] = {
    Kind.PODIUM: Shape(15),
    Kind.SIGNING: Shape(12),
    Kind.PHOTO: Shape(12),
    Kind.AUDIENCE: Shape(5, rows=6, capacity=8),
}
"""How large a new plan is."""
HALL_SIDE: dict[Kind, str] = {
    Kind.PODIUM: N_("会场"),
    Kind.SIGNING: N_("会场"),
    Kind.PHOTO: N_("镜头"),
    Kind.AUDIENCE: N_("主席台"),
}
"""What the people of a plan look at."""


class Whom(StrEnum):
    """Whom a line of a plan means: a registration, a unit, or a category without units."""

    PERSON = "r"
    UNIT = "o"
    CATEGORY = "c"


def key_of(which: Whom, value: object) -> str:
    """Name whom a line means, in one word: r12, o5, cpress."""
    return f"{which}{value}"


def whom(key: str) -> tuple[Whom, str]:
    """Read such a word; raises ValueError for any other."""
    which, value = Whom(key[:1]), key[1:]
    if which is not Whom.CATEGORY and not (value.isascii() and value.isdecimal()):
        raise ValueError(key)
    return which, value
