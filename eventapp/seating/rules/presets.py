"""Protocol as data: a preset says by which custom the places of a row come in rank.

Hands are those of the people who sit and look into the hall; the hall sees them mirrored. The
customs are printed on pages of secretaries and teachers of etiquette, which disagree on even
numbers, so each preset names its source and the hosting office chooses.
"""

from dataclasses import dataclass
from enum import StrEnum

from eventapp.core.errors import N_


class Kind(StrEnum):
    """What a plan is drawn of."""

    PODIUM = "podium"
    SIGNING = "signing"
    PHOTO = "photo"
    AUDIENCE = "audience"


KIND_LABEL: dict[Kind, str] = {
    Kind.PODIUM: N_("主席台座次"),
    Kind.SIGNING: N_("签约台座次"),
    Kind.PHOTO: N_("合影站位"),
    Kind.AUDIENCE: N_("会场分区"),
}


class Hand(StrEnum):
    """Which hand of the people who sit is the better one."""

    LEFT = "left"
    RIGHT = "right"


class Even(StrEnum):
    """Who has the better one of the two middle places of an even row, on the side of the hand."""

    FIRST = "first"
    SECOND = "second"


class Start(StrEnum):
    """Where a row begins."""

    MIDDLE = "middle"
    LEFT = "left"
    """The left of whoever faces the podium."""


class Fill(StrEnum):
    """Whether places run along the rows, or down the columns from the front to the back."""

    ROWS = "rows"
    COLUMNS = "columns"


class Preset(StrEnum):
    """A custom by its word; a stored word never changes its meaning."""

    DOMESTIC = "domestic"
    DOMESTIC_FIRST_LEFT = "domestic_first_left"
    INTERNATIONAL = "international"
    SIGNING = "signing"
    ROWS_MIDDLE = "rows_middle"
    ROWS_LEFT = "rows_left"
    COLUMNS_MIDDLE = "columns_middle"
    COLUMNS_LEFT = "columns_left"


@dataclass(frozen=True, slots=True)
class Custom:
    """What a preset says; `two` is the rule for a row of exactly two."""

    label: str
    note: str
    kinds: tuple[Kind, ...]
    hand: Hand
    even: Even
    two: Even
    source: str
    start: Start = Start.MIDDLE
    fill: Fill = Fill.ROWS


_STAGE = (Kind.PODIUM, Kind.PHOTO)

CUSTOMS: dict[Preset, Custom] = {
    Preset.DOMESTIC: Custom(
        N_("国内惯例，双数时第二位在第一位左手"),
        N_("从台下看，七人：7 5 3 1 2 4 6；八人：7 5 3 1 2 4 6 8；两人：2 1。"),
        _STAGE,
        Hand.LEFT,
        Even.SECOND,
        Even.FIRST,
        "how234.com (7), wendadaohang.com and meipian.cn/50nz5vzx (8), "
        "dybbs8.com doc-217065196 (8; two: first at the left)",
    ),
    Preset.DOMESTIC_FIRST_LEFT: Custom(
        N_("国内惯例，双数时第一位在居中左座"),
        N_("从台下看，七人：7 5 3 1 2 4 6；八人：8 6 4 2 1 3 5 7；两人：2 1。"),
        _STAGE,
        Hand.LEFT,
        Even.FIRST,
        Even.FIRST,
        "laomiw.com tid=27679 (of the two middle seats the left is the first's)",
    ),
    Preset.INTERNATIONAL: Custom(
        N_("国际惯例，以右为尊"),
        N_("从台下看，三人：2 1 3；两人：1 2。"),
        (Kind.PODIUM, Kind.PHOTO, Kind.SIGNING),
        Hand.RIGHT,
        Even.FIRST,
        Even.FIRST,
        "xuewenya.com; sjtang.com.cn/blog/_882902_314259.html (right above left)",
    ),
    Preset.SIGNING: Custom(
        N_("签约台，主方在左、客方在右（就座者自己的左右）"),
        N_("名单第一位是主方。从台下看，两方：2 1；四方：4 2 1 3。"),
        (Kind.SIGNING,),
        Hand.RIGHT,
        Even.SECOND,
        Even.SECOND,
        "jingyanzongjie.com; cdrsksw.com/d/24134 (guest at the host's right hand)",
    ),
    Preset.ROWS_MIDDLE: Custom(
        N_("横排，自前而后，每排由中间向两侧"),
        N_("前排高于后排，居中高于两侧。"),
        (Kind.AUDIENCE,),
        Hand.LEFT,
        Even.SECOND,
        Even.SECOND,
        "laomiw.com tid=27610 (from the middle to both sides); unjs.com/…_1199132.html (front row)",
    ),
    Preset.ROWS_LEFT: Custom(
        N_("横排，自前而后，每排自左而右"),
        N_("面对主席台，从左边数起。"),
        (Kind.AUDIENCE,),
        Hand.LEFT,
        Even.SECOND,
        Even.SECOND,
        "unjs.com/fanwenwang/mishu/20151005000000_1199132.html (rows from the front)",
        start=Start.LEFT,
    ),
    Preset.COLUMNS_MIDDLE: Custom(
        N_("竖排，由中间向两侧，每列自前而后"),
        N_("一个单位的人前后相连。"),
        (Kind.AUDIENCE,),
        Hand.LEFT,
        Even.SECOND,
        Even.SECOND,
        "mingyanjiaju.org/…/112724.html (delegations front to back, from the centre to both sides)",
        fill=Fill.COLUMNS,
    ),
    Preset.COLUMNS_LEFT: Custom(
        N_("竖排，自左而右，每列自前而后"),
        N_("面对主席台，从左边数起；一个单位的人前后相连。"),
        (Kind.AUDIENCE,),
        Hand.LEFT,
        Even.SECOND,
        Even.SECOND,
        "unjs.com/fanwenwang/mishu/20151005000000_1199132.html (columns from the left)",
        start=Start.LEFT,
        fill=Fill.COLUMNS,
    ),
}


def presets_for(kind: Kind) -> list[Preset]:
    """List the presets that a kind of plan may follow, the usual one first."""
    found = [preset for preset in Preset if kind in CUSTOMS[preset].kinds]
    return sorted(found, key=lambda preset: preset.value != kind.value)
