"""The booklet as sections of paragraphs, tables and blank lines, whatever sets them.

The words here are the paper's own: a booklet is written in the language of the meeting, whatever
language the reader's screen has.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from eventapp.agenda.queries import EditionItem, ItemPersonRow
from eventapp.agenda.rules import KIND_LABEL
from eventapp.badges.queries import Holder
from eventapp.booklet.queries import CharterOnPaper, Content, UnitOnPaper
from eventapp.booklet.rules import Part
from eventapp.charter.rules import EDITION_STATE_LABEL, ClauseKind
from eventapp.core.names import pad_name
from eventapp.seating.document import name_of, plan_svg
from eventapp.seating.queries import Line, Plan
from eventapp.seating.rules import Kind as SeatingKind
from eventapp.seating.rules import View
from eventapp.web.filters import clock_time, local, long_date

LINES_ON_A_PAGE = 18
"""Ruled lines of a page for notes, at the height of handwriting."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of text; `kind` is heading, article, remark or text."""

    text: str
    kind: str = "text"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads, with the share of the width that each column takes."""

    heads: Sequence[str]
    shares: Sequence[int]
    rows: Sequence[Sequence[str]]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture in SVG; `rows` says the same to whoever cannot show it."""

    svg: str
    label: str
    rows: Table

    @property
    def asset(self) -> str:
        """Name the picture among the files of a page."""
        return f"{hashlib.sha256(self.svg.encode()).hexdigest()[:16]}.svg"


@dataclass(frozen=True, slots=True)
class Lines:
    """A page with blank lines to write on."""

    count: int = LINES_ON_A_PAGE


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the booklet under its heading."""

    key: str
    title: str
    blocks: Sequence[Paragraph | Table | Drawing | Lines]


def sections_of(content: Content, parts: Sequence[Part], notes: int) -> list[Section]:
    """Lay the chosen parts out in the order in which they are bound; empty ones are left out."""
    made = {
        Part.AGENDA: ("会议议程", lambda: _agenda(content)),
        Part.GUESTS: ("领导和嘉宾", lambda: _guests(content.guests)),
        Part.UNITS: ("参会单位和人员", lambda: _units(content.units)),
        Part.SEATING: ("座次图", lambda: _seating(content.plans)),
        Part.CHARTER: (_charter_title(content.charter), lambda: _charter(content.charter)),
        Part.NOTES: ("记事", lambda: [Lines() for _ in range(notes)]),
    }
    found = [
        Section(part.value, made[part][0], list(made[part][1]())) for part in Part if part in parts
    ]
    return [section for section in found if section.blocks]


def _agenda(content: Content) -> Iterator[Paragraph | Table]:
    zone, edition = content.meeting.zone, content.edition
    days: dict[date, list[EditionItem]] = {}
    for item in edition.items:
        days.setdefault(local(item.starts_at, zone).date(), []).append(item)
    rooms, introduced = {item.room for item in edition.items}, set[tuple[str, str]]()
    for items in days.values():
        if len(days) > 1:
            yield Paragraph(long_date(items[0].starts_at, zone), "heading")
        rows = [
            [
                f"{clock_time(one.starts_at, zone)}–{clock_time(one.ends_at, zone)}",
                _what(one, with_room=len(rooms) > 1),
                "\n".join(_called(person, introduced) for person in one.people),
            ]
            for one in items
        ]
        yield Table(("时间", "环节", "人员"), (21, 36, 43), rows, "agenda")
    day = long_date(edition.published_at, zone)
    yield Paragraph(f"第 {edition.number} 版，{day}发布，校验码 {edition.code}", "remark")


def _what(item: EditionItem, *, with_room: bool) -> str:
    kind = KIND_LABEL[item.kind]
    title = item.title if item.title == kind else f"{kind}　{item.title}"
    return f"{title}（{item.room}）" if item.room and with_room else title


def _called(one: ItemPersonRow, introduced: set[tuple[str, str]]) -> str:
    """Read a person's titles where the name comes first, as a host does."""
    if not one.title or (one.title, one.name) in introduced:
        return one.name
    introduced.add((one.title, one.name))
    return f"{one.title}　{one.name}"


def _seating(plans: Sequence[Plan]) -> Iterator[Paragraph | Table | Drawing]:
    """Draw who sits where as the hall sees it; of an audience list the blocks of units."""
    for plan in plans:
        if not plan.places:
            continue
        yield Paragraph(plan.title, "heading")
        rows = [
            [str(place), "　".join(name_of(line) for line in across)]
            for place, across in enumerate(_across(plan), start=1)
        ]
        table = Table(("排", "从左到右，面向主席台"), (10, 90), rows, "people")
        is_audience = plan.kind is SeatingKind.AUDIENCE
        yield table if is_audience else Drawing(plan_svg(plan, View.HALL), plan.title, table)


def _across(plan: Plan) -> Iterator[list[Line]]:
    for row in plan.rows(View.HALL):
        yield [line for place in row for line, _count in plan.sitting(place.number)]


def _guests(guests: Sequence[Holder]) -> Iterator[Table]:
    if not guests:
        return
    rows = [
        [str(n), pad_name(one.name), _joined(one.unit, one.titles), one.place]
        for n, one in enumerate(guests, start=1)
    ]
    if any(one.place for one in guests):
        yield Table(("序号", "姓名", "单位及职务", "座位"), (10, 18, 56, 16), rows, "people")
    else:
        rows = [row[:3] for row in rows]
        yield Table(("序号", "姓名", "单位及职务"), (10, 18, 72), rows, "people")


def _units(units: Sequence[UnitOnPaper]) -> Iterator[Table]:
    if units:
        rows = [
            [
                str(n),
                f"{unit.name}\n{unit.seat}" if unit.seat else unit.name,
                "\n".join(_joined(pad_name(one.name), one.titles) for one in unit.people),
            ]
            for n, unit in enumerate(units, start=1)
        ]
        yield Table(("序号", "单位", "参会人员"), (10, 45, 45), rows, "people")


def _joined(*words: str) -> str:
    return "　".join(word for word in words if word)


def _charter_title(charter: CharterOnPaper | None) -> str:
    if charter is None:
        return "章程"
    return f"{charter.edition.title}（{EDITION_STATE_LABEL[charter.edition.state]}）"


def _charter(charter: CharterOnPaper | None) -> Iterator[Paragraph]:
    """Set an article's number before its first paragraph, as charters are printed."""
    if charter is None:
        return
    label = ""
    for row in charter.clauses:
        if row.kind is ClauseKind.CHAPTER:
            yield Paragraph(f"{row.label}　{row.text}", "heading")
        elif row.kind is ClauseKind.ARTICLE and not row.text:
            label = row.label
        else:
            yield Paragraph(row.text, "article", label)
            label = ""
    if charter.edition.code:
        yield Paragraph(f"第 {charter.edition.number} 稿，文本码 {charter.edition.code}", "remark")
