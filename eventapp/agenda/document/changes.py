"""What is different between two editions, in the words of whoever reads it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from flask_babel import gettext

from eventapp.agenda.rules import KIND_LABEL, ROLE_LABEL, SENTENCE, Difference, Kind, What
from eventapp.core.errors import N_
from eventapp.web.filters import local, long_date


def told(
    differences: Iterable[Difference], zone: str, *, items: Collection[int] | None = None
) -> list[str]:
    """Say each difference in a sentence, of these items alone where any are named.

    Times are the clocks' of the zone; the day is said where it is another one.
    """
    return [
        gettext(SENTENCE[one.what]) % _values(one, zone)
        for one in differences
        if items is None or one.item_id in items
    ]


def _values(one: Difference, zone: str) -> dict[str, Any]:
    before, after = one.before, one.after
    values: dict[str, Any] = {
        "number": one.number,
        "title": one.title,
        "role": gettext(ROLE_LABEL.get(one.role, one.role)) if one.role else "",
        "before": before,
        "after": after,
    }
    if one.what is What.RETITLED and isinstance(before, tuple) and isinstance(after, tuple):
        none = gettext(N_("（无）"))
        return {**values, "name": after[0], "before": before[1] or none, "after": after[1] or none}
    days = _days(one, zone)
    return {
        **values,
        "before": _worded(one.what, before, zone, with_day=days),
        "after": _worded(one.what, after, zone, with_day=days),
    }


def _days(one: Difference, zone: str) -> bool:
    """Tell whether an instant moves to another day, so that the clock alone would mislead."""
    return (
        isinstance(one.before, datetime)
        and isinstance(one.after, datetime)
        and local(one.before, zone).date() != local(one.after, zone).date()
    )


def _worded(what: What, value: Any, zone: str, *, with_day: bool) -> Any:
    if isinstance(value, datetime):
        time = f"{local(value, zone):%H:%M}"
        return f"{long_date(value, zone)} {time}" if with_day else time
    if isinstance(value, tuple):
        return gettext("、").join(value)
    if what is What.KIND:
        return gettext(KIND_LABEL[Kind(value)])
    if what is What.ROOM:
        return value or gettext(N_("主会场"))
    return value
