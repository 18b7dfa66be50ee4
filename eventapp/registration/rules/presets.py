"""Questions that nearly every meeting asks: meals, rooms, cars."""

from enum import StrEnum

from eventapp.core.errors import N_
from eventapp.registration.rules.fields import FieldDraft, FieldKind


class Preset(StrEnum):
    """What nearly every meeting asks, put into its form by one button."""

    MEALS = "meals"
    ROOMS = "rooms"
    CARS = "cars"


PRESET_LABEL: dict[Preset, str] = {
    Preset.MEALS: N_("用餐"),
    Preset.ROOMS: N_("住宿"),
    Preset.CARS: N_("车辆"),
}
_MEALS = N_("用于会务组安排用餐")
_ROOMS = N_("用于会务组预订房间")
_CARS = N_("用于会场车辆放行和停车")
# The first of a preset steers the rest: they are asked of whoever says yes.
PRESETS: dict[Preset, tuple[FieldDraft, ...]] = {
    Preset.MEALS: (
        FieldDraft(FieldKind.YES_NO, "是否用餐", _MEALS, "Will you have the meals?"),
        FieldDraft(
            FieldKind.CHOICES,
            "饮食要求",
            _MEALS,
            "Diet",
            options=(N_("清真"), N_("素食"), N_("不吃辣"), N_("过敏，另行说明")),
        ),
    ),
    Preset.ROOMS: (
        FieldDraft(FieldKind.YES_NO, "是否住宿", _ROOMS, "Do you need a room?"),
        FieldDraft(FieldKind.DATE, "入住日期", _ROOMS, "Arrival", required=True),
        FieldDraft(FieldKind.DATE, "离店日期", _ROOMS, "Departure", required=True),
        FieldDraft(
            FieldKind.CHOICE,
            "房型",
            _ROOMS,
            "Room",
            options=(N_("单人间"), N_("双人间（合住）")),
            required=True,
        ),
    ),
    Preset.CARS: (
        FieldDraft(FieldKind.YES_NO, "是否自驾车", _CARS, "Will you come by car?"),
        FieldDraft(FieldKind.TEXT, "车牌号", _CARS, "Licence plate", required=True),
    ),
}
