"""Arrivals over time as a picture; its numbers stand in a table beside it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext
from markupsafe import Markup, escape

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 16, 32


def arrivals_svg(line: list[tuple[datetime, int]], zone: str) -> Markup:
    """Draw the running total as steps; empty while nobody has come."""
    if len(line) < 2:
        return Markup("")
    first, last = line[0][0], line[-1][0]
    span = (last - first).total_seconds() or 1
    most = max(total for _, total in line) or 1

    def x(when: datetime) -> float:
        share = (when - first).total_seconds() / span
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(total: float) -> float:
        return round(HEIGHT - BOTTOM - total / most * (HEIGHT - TOP - BOTTOM), 1)

    points = " ".join(f"L{x(when)} {y(total)}" for when, total in line)
    shape = f"M{x(first)} {y(0)} {points}"
    rules = "".join(_rule(y(value), value) for value in sorted({most // 2, most} - {0}))
    hours = _hour(x(first), first, zone, "start") + _hour(x(last), last, zone, "end")
    label = gettext(
        "%(first)s 到 %(last)s 共到 %(total)s 人",
        first=_clock(first, zone),
        last=_clock(last, zone),
        total=line[-1][1],
    )
    return Markup(  # noqa: S704 - numbers, and a label that is escaped
        f'<svg class="arrivals" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' fill="currentColor" aria-label="{escape(label)}">{rules}'
        f'<path fill-opacity="0.12" d="{shape} L{x(last)} {y(0)} Z"/>'
        f'<path fill="none" stroke="currentColor" stroke-width="2" d="{shape}"/>{hours}</svg>'
    )


def _rule(y: float, value: int) -> str:
    return (
        f'<line stroke="currentColor" stroke-opacity="0.2" x1="{LEFT}" x2="{WIDTH - RIGHT}"'
        f' y1="{y}" y2="{y}"/>'
        f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{value}</text>'
    )


def _hour(x: float, when: datetime, zone: str, anchor: str) -> str:
    return f'<text x="{x}" y="{HEIGHT - 8}" text-anchor="{anchor}">{_clock(when, zone)}</text>'


def _clock(when: datetime, zone: str) -> str:
    local = when.astimezone(ZoneInfo(zone))
    return f"{local.hour}:{local.minute:02d}"
