"""流程单: what the crew follows, on paper and as a workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask import render_template
from flask_babel import gettext

from eventapp.agenda.queries import Item
from eventapp.agenda.rules import KIND_LABEL, ROLE_LABEL
from eventapp.core import installation
from eventapp.core.errors import N_
from eventapp.hall.queries import Acts
from eventapp.meetings.models import Meeting
from eventapp.web.filters import clock_time, long_time
from eventapp.web.language import html_lang
from eventapp.web.pdf import render_pdf, title_lines
from eventapp.web.sheets import workbook

TITLE_CHARACTERS = 40
HEADS = (
    N_("序号"),
    N_("计划时间"),
    N_("时长"),
    N_("环节"),
    N_("地点"),
    N_("人员"),
    N_("物料与提示"),
    N_("负责人"),
)
WIDTHS = (6, 14, 8, 32, 14, 44, 44, 14)


class Size(StrEnum):
    """The paper that a run sheet is printed on."""

    A4 = "a4"
    A3 = "a3"


@dataclass(frozen=True, slots=True)
class Line:
    """An item as the run sheet words it."""

    number: int
    time: str
    minutes: str
    kind: str
    title: str
    room: str
    people: tuple[str, ...]
    cue: str
    responsible: str


def lines_of(meeting: Meeting, items: Sequence[Item], acts: Mapping[int, Acts]) -> list[Line]:
    """Word the items of a day for the crew: who, where, with what, and who sees to it."""
    return [_line(meeting, item, acts.get(item.id, Acts())) for item in items]


def _line(meeting: Meeting, item: Item, acts: Acts) -> Line:
    begins, ends = (clock_time(at, meeting.zone) for at in (item.starts_at, item.ends_at))
    kind = gettext(KIND_LABEL[item.kind])
    return Line(
        item.number,
        f"{begins}–{ends}",
        gettext("%(minutes)s 分", minutes=item.minutes),
        "" if kind == item.title else kind,
        item.title,
        item.room or meeting.venue,
        (*_people(item), *_on_stage(acts)),
        item.cue,
        item.responsible,
    )


def _people(item: Item) -> list[str]:
    return [
        gettext(
            "%(role)s：%(who)s",
            role=gettext(ROLE_LABEL[one.role]) if one.role in ROLE_LABEL else one.role,
            who=f"{one.title} {one.name}".strip(),
        )
        for one in item.people
    ]


def _on_stage(acts: Acts) -> list[str]:
    signed = [
        f"{row.title}："
        + gettext("、").join(f"{one.name} {one.signatory_name}".strip() for one in row.parties)
        for row in acts.agreements
    ]
    awarded = [f"{row.plaque}：{row.name}" for row in acts.plaques]
    return [*signed, *awarded, *(f"{row.plate}：{row.unveilers}" for row in acts.unveilings)]


def run_sheet_pdf(
    meeting: Meeting, items: Sequence[Item], acts: Mapping[int, Acts], size: Size
) -> bytes:
    """Print the run sheet, across the paper."""
    title = gettext("%(meeting)s流程单", meeting=meeting.title)
    html = render_template(
        "hall/pdf/run_sheet.html",
        lang=html_lang(),
        title=title,
        title_lines=title_lines(meeting.title, TITLE_CHARACTERS),
        when=long_time(meeting.starts_at, meeting.zone),
        where=meeting.venue,
        heads=[gettext(head) for head in HEADS],
        lines=lines_of(meeting, items, acts),
        demo=installation.is_demo(),
    )
    sheets = ("css/print/run-sheet.css", f"css/print/run-sheet-{size}.css")
    return render_pdf(html, title=title, lang=html_lang(), stylesheets=sheets)


def run_sheet_xlsx(meeting: Meeting, items: Sequence[Item], acts: Mapping[int, Acts]) -> bytes:
    """Write the run sheet as a workbook."""
    rows = [
        (
            line.number,
            line.time,
            line.minutes,
            f"{line.kind} {line.title}".strip(),
            line.room,
            gettext("；").join(line.people),
            line.cue,
            line.responsible,
        )
        for line in lines_of(meeting, items, acts)
    ]
    return workbook(
        gettext("流程单"),
        [gettext(head) for head in HEADS],
        rows,
        widths=WIDTHS,
        above=(meeting.title, long_time(meeting.starts_at, meeting.zone)),
    )
