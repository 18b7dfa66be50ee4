"""主持词: what the host reads, as a Word document from a template that the office may edit.

A template is a .docx with marks of docxtpl. `standard_template` writes ours, with every mark in
its place, to be taken, changed and sent back. Templates come from outside: they run in Jinja's
sandbox, are tried on a small programme before they are kept, and whatever is wrong with one is
said in a sentence.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from docxtpl import DocxTemplate
from flask_babel import gettext
from jinja2 import StrictUndefined
from jinja2.exceptions import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from eventapp.agenda.queries import Item
from eventapp.agenda.rules import KIND_LABEL, Kind
from eventapp.core.errors import N_, Invalid
from eventapp.hall.document.run_sheet import lines_of
from eventapp.hall.queries import Acts
from eventapp.meetings.models import Meeting
from eventapp.web.filters import long_time

LARGEST = 2 * 2**20
"""Bytes of a template as it is sent."""
LARGEST_UNPACKED = 30 * 2**20
"""Bytes of its parts when unpacked: a small file may hold a very large one."""

CALLS: dict[Kind, str] = {
    Kind.ADDRESS: N_("下面，请%(people)s致辞，大家欢迎！"),
    Kind.SPEECH: N_("下面，请%(people)s发言，大家欢迎！"),
    Kind.REPORT: N_("下面，请%(people)s作%(title)s。"),
    Kind.DELIBERATION: N_("下面，审议%(title)s。"),
    Kind.BALLOT: N_("下面，进行表决：%(title)s。"),
    Kind.ELECTION: N_("下面，进行选举：%(title)s。"),
    Kind.LAUNCH: N_("下面进行：%(title)s。请%(people)s上台。"),
    Kind.PLAQUE: N_("下面进行：%(title)s。请%(people)s上台。"),
    Kind.APPOINTMENT: N_("下面进行：%(title)s。请%(people)s上台。"),
    Kind.SIGNING: N_("下面进行：%(title)s。请各方签署人上台。"),
    Kind.UNVEILING: N_("下面进行：%(title)s。请%(people)s上台。"),
    Kind.GROUP_PHOTO: N_("请各位移步合影。"),
    Kind.BREAK: N_("会议休息%(minutes)s分钟。"),
}
"""How a host calls an item; the office edits the words in Word."""
OTHERWISE = N_("下面进行：%(title)s。")
NOBODY = N_("有关领导和嘉宾")


def script_docx(
    meeting: Meeting, items: Sequence[Item], acts: Mapping[int, Acts], template: bytes | None
) -> bytes:
    """Fill a template, ours where None, with the day's programme; raises Invalid."""
    return _filled(template or standard_template(), _programme(meeting, items, acts))


def read_template(data: bytes) -> bytes:
    """Give a template back that can be filled; raises Invalid with what is wrong with it."""
    if len(data) > LARGEST:
        raise Invalid("template_large", N_("模板超过 2 MB，请去掉其中的大图片。"), field="template")
    try:
        with ZipFile(BytesIO(data)) as packed:
            size = sum(part.file_size for part in packed.infolist())
            is_word = "word/document.xml" in packed.namelist()
    except BadZipFile:
        size, is_word = 0, False
    if not is_word or size > LARGEST_UNPACKED:
        raise Invalid(
            "template_unreadable",
            N_("这不是 Word 的 DOCX 文件，请在 Word 里另存为 DOCX 再上传。"),
            field="template",
        )
    _filled(data, _example())
    return data


def _filled(template: bytes, programme: dict[str, Any]) -> bytes:
    buffer = BytesIO()
    try:
        document = DocxTemplate(BytesIO(template))
        environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
        document.render(programme, jinja_env=environment, autoescape=True)
        document.save(buffer)
    except TemplateError as error:
        raise Invalid(
            "template_wrong",
            N_("模板里的标记有误：%(problem)s。请对照下载的标准模板改正。"),
            field="template",
            problem=str(error.message or type(error).__name__)[:200],
        ) from error
    except Exception as error:  # whatever a stranger's file makes the libraries do
        raise Invalid(
            "template_broken",
            N_("模板打不开或填不进去，请以下载的标准模板为底稿重新编辑。"),
            field="template",
        ) from error
    return buffer.getvalue()


def _programme(meeting: Meeting, items: Sequence[Item], acts: Mapping[int, Acts]) -> dict[str, Any]:
    """Give a template its words; their names are part of what offices have in their files."""
    lines = lines_of(meeting, items, acts)
    introduced: set[tuple[str, str]] = set()
    return {
        "meeting": meeting.title,
        "time": long_time(meeting.starts_at, meeting.zone),
        "venue": meeting.venue,
        "host": meeting.host_name,
        "items": [
            {
                "number": line.number,
                "time": line.time,
                "kind": gettext(KIND_LABEL[item.kind]),
                "title": item.title,
                "words": _call(item, introduced),
                "people": list(line.people),
                "detail": item.detail,
                "cue": item.cue,
            }
            for item, line in zip(items, lines, strict=True)
        ],
    }


def _call(item: Item, introduced: set[tuple[str, str]]) -> str:
    """Word how an item is called; a person's title is read where the name comes first."""
    names = []
    for one in item.people:
        is_new = (one.title, one.name) not in introduced
        names.append(f"{one.title}{one.name}" if is_new else one.name)
        introduced.add((one.title, one.name))
    return gettext(
        CALLS.get(item.kind, OTHERWISE),
        people=gettext("、").join(names) or gettext(NOBODY),
        title=item.title,
        minutes=item.minutes,
    )


def _example() -> dict[str, Any]:
    one = {
        "number": 1,
        "time": "9:00–9:10",
        "kind": "致辞",
        "title": "领导致辞",
        "words": "下面，请领导致辞。",
        "people": ["致辞：张三"],
        "detail": "",
        "cue": "",
    }
    return {
        "meeting": "会议",
        "time": "9:00",
        "venue": "会场",
        "host": "主持人",
        "items": [one, one],
    }


def standard_template() -> bytes:
    """Write our template: the meeting, the opening words, and for each item what is read."""
    document = Document()
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = "FangSong", Pt(16)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    for text, size in (("{{ meeting }}", 22), ("主　持　词", 18)):
        heading = document.add_paragraph()
        heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = heading.add_run(text)
        run.bold, run.font.size = True, Pt(size)
    for text in (
        "时间：{{ time }}",
        "地点：{{ venue }}",
        "主持人：{{ host }}",
        "各位领导、各位来宾：大家好！现在，{{ meeting }}开始。",
        "{%p for item in items %}",
    ):
        document.add_paragraph(text)
    title = document.add_paragraph()
    title.add_run("{{ item.number }}．{{ item.title }}（{{ item.time }}）").bold = True
    for text in (
        "{{ item.words }}",
        "{%p for one in item.people %}",
        "　　{{ one }}",
        "{%p endfor %}",
        "{%p if item.cue %}",
        "（提示：{{ item.cue }}）",
        "{%p endif %}",
        "{%p endfor %}",
        "{{ meeting }}到此结束，谢谢大家！",
    ):
        document.add_paragraph(text)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()
