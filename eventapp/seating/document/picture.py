"""A plan as a picture: boxes laid out in pixels, drawn as SVG by one template."""

from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext

from eventapp.seating.document.words import name_of, place_words, row_words
from eventapp.seating.queries import Line, Plan
from eventapp.seating.rules import HALL_SIDE, VIEW_LABEL, Kind, Place, View
from eventapp.web.typeset import name_pieces

SEAT_WIDE, SEAT_HIGH = 72, 58
BLOCK_WIDE, BLOCK_HEAD, LINE_HIGH = 188, 26, 28
FEWEST_LINES = 2
GAP, MARGIN, BAR = 6, 10, 30
FITS_A_PHONE = 500
"""Up to this width a picture is drawn smaller on a phone; a wider one is moved sideways."""
LARGEST_NAME, SMALLEST_NAME = 17.0, 9.0
LONGEST_UNIT = 11
"""Characters of a unit's name that a block shows; the whole name is beside the picture."""


@dataclass(frozen=True, slots=True)
class Text:
    """Somebody in a box: the lines of the name, what a screen reader says, and where to press."""

    key: str
    lines: tuple[str, ...]
    label: str
    note: str
    y: int
    high: int
    size: float
    is_pinned: bool


@dataclass(frozen=True, slots=True)
class Box:
    """A place as it is drawn."""

    number: int
    x: int
    y: int
    high: int
    label: str
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A plan as one side sees it."""

    view: View
    wide: int
    high: int
    box_wide: int
    is_blocks: bool
    shrinks: bool
    title: str
    words: tuple[str, ...]
    bar: str
    bar_y: int
    boxes: tuple[Box, ...]


def picture_of(plan: Plan, view: View) -> Picture:
    """Lay a plan out as one side sees it."""
    rows = plan.rows(view)
    blocks = plan.kind is Kind.AUDIENCE
    box_wide = BLOCK_WIDE if blocks else SEAT_WIDE
    widest = max((len(row) for row in rows), default=1)
    inner = widest * box_wide + (widest - 1) * GAP
    # What a plan looks at lies below it from the hall; an audience sees its podium above.
    bar_above = blocks == (view is View.HALL)
    top = MARGIN + (BAR + GAP if bar_above else 0)
    boxes: list[Box] = []
    y = top
    for row in rows:
        x = MARGIN + (inner - len(row) * box_wide - (len(row) - 1) * GAP) // 2
        high = _block_high(plan, row) if blocks else SEAT_HIGH
        for place in row:
            boxes.append(_box(plan, place, x, y, high))
            x += box_wide + GAP
        y += high + GAP
    return Picture(
        view,
        inner + 2 * MARGIN,
        y + MARGIN + (0 if bar_above else BAR),
        box_wide,
        blocks,
        inner + 2 * MARGIN <= FITS_A_PHONE,
        gettext("%(title)s，%(view)s", title=plan.title, view=gettext(VIEW_LABEL[view])),
        tuple(row_words(plan, view)),
        gettext(HALL_SIDE[plan.kind]),
        MARGIN if bar_above else y,
        tuple(boxes),
    )


def _block_high(plan: Plan, row: list[Place]) -> int:
    most = max(len(plan.seated.at.get(place.number, ())) for place in row)
    return BLOCK_HEAD + max(FEWEST_LINES, most) * LINE_HIGH + GAP // 2


def _box(plan: Plan, place: Place, x: int, y: int, high: int) -> Box:
    where = place_words(plan, place)
    sitting = plan.sitting(place.number)
    if plan.kind is Kind.AUDIENCE:
        texts = [
            _unit(line, count, where, y + BLOCK_HEAD + index * LINE_HIGH)
            for index, (line, count) in enumerate(sitting)
        ]
    else:
        texts = [_person(line, where, y) for line, _count in sitting]
    return Box(place.number, x, y, high, where, tuple(texts))


def _label(line: Line, where: str) -> str:
    if line.pin is not None:
        return gettext("%(name)s，%(place)s，手动指定", name=name_of(line), place=where)
    return gettext("%(name)s，%(place)s", name=name_of(line), place=where)


def _person(line: Line, where: str, y: int) -> Text:
    pieces = name_pieces(line.name)
    if len(pieces) > 2:
        middle = (len(pieces) + 1) // 2
        pieces = ["".join(pieces[:middle]), "".join(pieces[middle:])]
    lines = tuple(piece.strip() for piece in pieces)
    widest = max(_wide(piece) for piece in lines)
    size = min(LARGEST_NAME, max(SMALLEST_NAME, (SEAT_WIDE - 8) / max(widest, 1)))
    pinned = line.pin is not None
    rank = str(line.rank)
    return Text(line.key, lines, _label(line, where), rank, y, SEAT_HIGH, size, pinned)


def _unit(line: Line, count: int, where: str, y: int) -> Text:
    name = name_of(line)
    short = name if _wide(name) <= LONGEST_UNIT else f"{_cut(name)}…"
    pinned = line.pin is not None
    return Text(line.key, (short,), _label(line, where), str(count), y, LINE_HIGH, 13.0, pinned)


def _wide(text: str) -> float:
    """Tell the width of a text in full-width characters."""
    return sum(0.55 if char.isascii() else 1.0 for char in text)


def _cut(name: str) -> str:
    while _wide(name) > LONGEST_UNIT - 1:
        name = name[:-1]
    return name


def plan_svg(plan: Plan, view: View) -> str:
    """Draw a plan as an SVG file of its own, for documents; same plan, same bytes."""
    template = current_app.jinja_env.get_template("seating/_picture.html")
    return template.render(picture=picture_of(plan, view), alone=True, live=False)
