"""Filters of templates: times in the meeting's zone, names as formal lists want them."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import format_date, get_locale, gettext
from markupsafe import Markup, escape

from eventapp.core.errors import N_
from eventapp.core.names import pad_name, short_joints

WEEKDAYS = "一二三四五六日"
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
NUMBER = re.compile(r"\+?\d(?:[\s-]?\d){6,}")
"""Seven digits and more, as numbers of telephones are written."""
ERASED = N_("已删除")
ROW_OR_CELL = re.compile(r"<(tr|t[dh])\b")


def local(instant: datetime, zone: str = "Asia/Shanghai") -> datetime:
    """Give the zone's clock time of an instant."""
    return instant.astimezone(ZoneInfo(zone))


def _chinese() -> bool:
    found = get_locale()
    return found is None or found.language == "zh"


def long_date(instant: datetime, zone: str = "Asia/Shanghai") -> str:
    """Write a day in full: 2024年1月19日（星期五）."""
    day = local(instant, zone)
    if _chinese():
        return f"{day.year}年{day.month}月{day.day}日（星期{WEEKDAYS[day.weekday()]}）"
    return format_date(day, "EEEE, d MMMM y", rebase=False)


def clock_time(instant: datetime, zone: str = "Asia/Shanghai") -> str:
    """Write a time of day: 9:05."""
    when = local(instant, zone)
    return f"{when.hour}:{when.minute:02d}"


def long_time(instant: datetime, zone: str = "Asia/Shanghai") -> str:
    """Write day and time in full: 2024年1月19日（星期五）上午9:00."""
    when = local(instant, zone)
    if not _chinese():
        return f"{long_date(instant, zone)}, {when.hour:02d}:{when.minute:02d}"
    half = "上午" if when.hour < 12 else "下午"
    hour = when.hour if when.hour <= 12 else when.hour - 12
    return f"{long_date(instant, zone)}{half}{hour}:{when.minute:02d}"


def joints(text: str) -> Markup:
    """Let a long name break only at its joints."""
    return Markup("<wbr>").join(escape(part) for part in short_joints(text))


def masked(contact: str) -> str:
    """Show a phone number without its middle, 138****1234, or an address without its name."""
    name, at, domain = contact.partition("@")
    if at:
        return f"{name[:2] if len(name) > 2 else ''}***@{domain}"
    return f"{contact[:-8]}****{contact[-4:]}" if len(contact) >= 11 else "****" if contact else ""


def hushed(text: str) -> str:
    """Show a text that somebody typed freely without the numbers and addresses in it."""
    return ADDRESS.sub(lambda found: masked(found[0]), NUMBER.sub("****", text))


def named(name: str) -> str:
    """Show a person's name; who was erased has none any more."""
    return name or gettext(ERASED)


def padded(name: str) -> str:
    """Show a name as formal lists do: two characters are set apart."""
    return pad_name(name) if name else named(name)


def icon_reader(folder: Path) -> object:
    """Make the function that inlines an icon of the vendored set."""

    @lru_cache(maxsize=128)
    def icon_svg(name: str, title: str = "") -> Markup:
        path = folder / f"{name}.svg"
        if not path.is_file():
            return Markup("")
        svg = path.read_text("utf-8")
        start = svg.index("<svg")
        attributes = f' role="img" aria-label="{escape(title)}"' if title else ' aria-hidden="true"'
        return Markup(svg[start:].replace("<svg", f'<svg focusable="false"{attributes}', 1))  # noqa: S704 - our own vendored file

    return icon_svg


def label(text: str) -> str:
    """Translate a label that the domain marked."""
    return gettext(text) if text else ""


def worded(message: str, params: Mapping[str, object]) -> str:
    """Say a sentence of the domain in the language of the request, our own words in it too."""
    if not params:
        return gettext(message)
    said = {key: label(value) if isinstance(value, str) else value for key, value in params.items()}
    return gettext(message) % said


def labelled(rows: Markup, heads: Sequence[str | tuple[str, str]]) -> Markup:
    """Write into each cell what stands above it, so that a phone can set each row as a card."""
    words = [head if isinstance(head, str) else head[0] for head in heads]
    above = iter(words)

    def write(found: re.Match[str]) -> str:
        nonlocal above
        if found[1] == "tr":
            above = iter(words)
            return found[0]
        return f'{found[0]} data-label="{escape(next(above, ""))}"'

    return Markup(ROW_OR_CELL.sub(write, rows))  # noqa: S704 - it was Markup, and words are escaped


def register(app: Flask) -> None:
    """Give the filters to every template."""
    app.jinja_env.filters.update(
        local=local,
        long_date=long_date,
        long_time=long_time,
        clock_time=clock_time,
        joints=joints,
        pad_name=padded,
        hushed=hushed,
        named=named,
        masked=masked,
        label=label,
        worded=worded,
        labelled=labelled,
    )
    static = Path(app.static_folder or "static")
    icons = static / "vendor" / "lucide-static" / "icons"
    app.jinja_env.globals.update(icon_svg=icon_reader(icons))
