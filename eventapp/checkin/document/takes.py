"""What a gate takes, in words: which categories, and when it is open."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_date, gettext

from eventapp.checkin.models import Gate
from eventapp.registration.rules import CATEGORY_LABEL, Category
from eventapp.web.filters import clock_time, local


@dataclass(frozen=True, slots=True)
class Takes:
    """The words of a gate's rules; `when` is empty for a gate that is always open."""

    whom: str
    when: str


def takes_of(gate: Gate, zone: str) -> Takes:
    """Word whom a gate takes and when, in the meeting's own time."""
    labels = [gettext(CATEGORY_LABEL[Category(word)]) for word in gate.categories]
    whom = gettext("、").join(labels) if labels else gettext("所有类别")
    return Takes(whom, _window(gate.opens_at, gate.closes_at, zone))


def gate_with_window(gate: Gate, zone: str) -> str:
    """Name a gate for whoever is to come through it, with its times where it has some."""
    when = _window(gate.opens_at, gate.closes_at, zone)
    return gettext("%(gate)s（%(when)s）", gate=gate.name, when=when) if when else gate.name


def _window(opens: datetime | None, closes: datetime | None, zone: str) -> str:
    if opens and closes:
        same_day = local(opens, zone).date() == local(closes, zone).date()
        until = clock_time(closes, zone) if same_day else _moment(closes, zone)
        return gettext("%(since)s 至 %(until)s 开放", since=_moment(opens, zone), until=until)
    if opens:
        return gettext("%(since)s 起开放", since=_moment(opens, zone))
    return gettext("开放至 %(until)s", until=_moment(closes, zone)) if closes else ""


def _moment(instant: datetime, zone: str) -> str:
    """Write a day of this year with its time: 1月19日 8:00."""
    day = format_date(local(instant, zone).date(), gettext("M月d日"))
    return f"{day} {clock_time(instant, zone)}"
