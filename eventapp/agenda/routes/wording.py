"""What the page says of findings, of their repairs, and of two versions of an item."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext

from eventapp.agenda.queries import Item
from eventapp.agenda.rules import (
    KIND_LABEL,
    REPAIR_LABEL,
    SEVERITY_LABEL,
    Finding,
    Repair,
    RepairKind,
    Severity,
)
from eventapp.agenda.service import PersonIn
from eventapp.core.errors import N_
from eventapp.web.filters import clock_time, long_time, worded

TO_THE_FRONT = N_("把“%(item)s”移到最前")


class Way(NamedTuple):
    """A button that mends: what it sends, and its words; without `value` it leads to the form."""

    value: str
    words: str
    item_id: int


class Mark(NamedTuple):
    """A finding as it stands at an item; `ways` only where the finding is told in full.

    Elsewhere `see_id` and `see` are the item to look at instead.
    """

    finding: Finding
    ways: tuple[Way, ...] = ()
    see_id: int = 0
    see: str = ""


def marks_of(
    findings: Sequence[Finding], items: Sequence[Item], rooms: Mapping[int, str], zone: str
) -> dict[int, list[Mark]]:
    """Set each finding at the item that its first repair changes, and a pointer at the others."""
    titles = {item.id: item.title for item in items}
    marks: defaultdict[int, list[Mark]] = defaultdict(list)
    for found in findings:
        concerned = [one.id for one in found.subjects if one.kind == "item"]
        told = found.repairs[0].item_id if found.repairs else concerned[-1]
        told = told if told in concerned else concerned[-1]
        ways = tuple(
            Way(
                "" if repair.kind is RepairKind.FILL_IN else f"{number}:{found.key}",
                _words(repair, titles, rooms, zone),
                repair.item_id,
            )
            for number, repair in enumerate(found.repairs)
        )
        for item_id in concerned:
            full = item_id == told
            marks[item_id].append(
                Mark(found, ways) if full else Mark(found, (), told, titles[told])
            )
    return marks


def _words(repair: Repair, titles: Mapping[int, str], rooms: Mapping[int, str], zone: str) -> str:
    words = REPAIR_LABEL[repair.kind]
    if repair.kind is RepairKind.MOVE_AFTER and not repair.other_id:
        words = TO_THE_FRONT
    return worded(
        words,
        {
            "item": titles[repair.item_id],
            "other": titles.get(repair.other_id, ""),
            "room": rooms.get(repair.other_id, ""),
            "at": clock_time(repair.at, zone) if repair.at else "",
            "minutes": repair.minutes,
        },
    )


def tally(findings: Sequence[Finding]) -> list[tuple[Severity, str, int]]:
    """Count the findings by their severity, the gravest first."""
    count = Counter(found.severity for found in findings)
    return [(one, gettext(SEVERITY_LABEL[one]), count[one]) for one in Severity if count[one]]


def stored(item: Item) -> dict[str, Any]:
    """Give an item as the form's values, as they are kept now."""
    return {
        "kind": item.kind,
        "title": item.title,
        "minutes": item.minutes,
        "fixed_at": item.fixed_at,
        "over_by": item.over_by,
        "room_id": item.room_id,
        "detail": item.detail,
        "people": [PersonIn(one.role, one.name, one.title, one.person_id) for one in item.people],
    }


FIELD_LABEL = {
    "kind": N_("类型"),
    "title": N_("标题"),
    "minutes": N_("时长（分钟）"),
    "fixed_at": N_("固定开始时间"),
    "over_by": N_("最晚结束时间"),
    "room_id": N_("会场"),
    "detail": N_("说明"),
    "people": N_("人员"),
}


def compared(
    mine: Mapping[str, Any], theirs: Mapping[str, Any], rooms: Mapping[int, str], zone: str
) -> list[tuple[str, str, str, str]]:
    """Set side by side what differs: the field, its label, what is kept now, what was typed."""
    return [
        (
            name,
            gettext(label),
            _said(name, theirs[name], rooms, zone),
            _said(name, value, rooms, zone),
        )
        for name, label in FIELD_LABEL.items()
        if (value := mine[name]) != theirs[name]
    ]


def _said(name: str, value: Any, rooms: Mapping[int, str], zone: str) -> str:
    if name == "kind":
        return gettext(KIND_LABEL[value])
    if name == "room_id":
        return rooms.get(value, gettext("主会场"))
    if name == "people":
        return gettext("、").join(" ".join(filter(None, [one.name, one.title])) for one in value)
    return long_time(value, zone) if isinstance(value, datetime) else str(value or "")
