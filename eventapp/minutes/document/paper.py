"""Minutes as a page: sections on screen and on paper, and as plain text.

The words here are the paper's own: minutes are written in the language of the meeting, whatever
language the reader's screen has. Each fact is a run of its own, so that a draft can show what was
read from records and what somebody wrote. The layout is templates/minutes/pdf/minutes.html.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import current_app
from flask_babel import force_locale

from eventapp.minutes.document.annexes import (
    TITLE_WIDTH,
    attendance_annex,
    attendance_of,
    vote_annexes,
)
from eventapp.minutes.document.sections import sections_of
from eventapp.minutes.document.words import Json, day, words_of
from eventapp.minutes.queries import EditionRow
from eventapp.minutes.rules import Content, public_facts
from eventapp.web.pdf import render_pdf, title_lines
from eventapp.web.qr import qr_data_uri

LANGUAGE = "zh_Hans_CN"
MARK_WIDTH = 20


@dataclass(frozen=True, slots=True)
class Dress:
    """What stands on the paper around the content: number, date, code, and for whom it is."""

    press: bool
    number: str
    dated_at: datetime
    code: str = ""
    url: str = ""
    draft: bool = False


def paper_of(content: Content, dress: Dress) -> Json:
    """Give all that the template of the minutes asks for; the press's copy names units only."""
    if dress.press:
        content = replace(content, facts=public_facts(content.facts))
    facts = content.facts
    zone = facts.overview.zone
    verify = {"code": dress.code, "url": dress.url, "qr": qr_data_uri(dress.url)}
    with force_locale(LANGUAGE):
        return {
            "lang": "zh-CN",
            "title": content.title,
            "title_lines": title_lines(content.title, TITLE_WIDTH),
            "mark_lines": title_lines(f"{facts.overview.alliance}会议纪要", MARK_WIDTH),
            "number": dress.number
            if dress.press or dress.draft
            else f"{dress.number}（内部存档本）",
            "issuer": facts.overview.issuer,
            "date_text": day(dress.dated_at, zone),
            "sections": sections_of(content),
            "attendance": attendance_of(facts),
            "annexes": [] if dress.press else [attendance_annex(facts), *vote_annexes(facts)],
            "colophon": {
                "copies": None,
                "printer": facts.overview.issuer,
                "printed_text": f"{day(dress.dated_at, zone)}印发",
            },
            "verify": verify if dress.code else None,
            "demo": content.demo,
        }


def render_edition(edition: EditionRow, content: Content, base_url: str) -> tuple[bytes, bytes]:
    """Set released minutes twice: for the press, and for the files of the alliance."""
    press, internal = (
        render_paper(content, dress_of(edition, base_url, press=press)) for press in (True, False)
    )
    return press, internal


def dress_of(edition: EditionRow, base_url: str, *, press: bool = True) -> Dress:
    """Tell what a released edition wears: its number, date, code and where to verify it."""
    url = f"{base_url}/verify/{edition.code}"
    return Dress(press, edition.number, edition.released_at, edition.code, url)


def render_paper(content: Content, dress: Dress) -> bytes:
    """Set the minutes as a PDF; a draft says on every page that it is one."""
    paper = paper_of(content, dress)
    sheets = ["css/print/gongwen.css", *(["css/minutes-draft.css"] if dress.draft else [])]
    with force_locale(LANGUAGE):  # no request here: a job has none, and paper knows no reader
        html = current_app.jinja_env.get_template("minutes/pdf/minutes.html").render(paper)
    return render_pdf(
        html,
        title=content.title,
        lang="zh-CN",
        author=content.facts.overview.issuer,
        stylesheets=sheets,
        created=dress.dated_at,
    )


def plain_text(content: Content, dress: Dress) -> str:
    """Write the press's copy as text that can be pasted into a news story."""
    paper = paper_of(content, dress)
    lines = ["".join(paper["mark_lines"]), paper["number"], paper["date_text"], "", content.title]
    lines += ["（演示数据）"] if content.demo else []
    for section in paper["sections"]:
        lines += ["", section["heading"]] if section["heading"] else [""]
        lines += [words_of(paragraph) for paragraph in section["paragraphs"]]
    for label, key in (("出席", "present"), ("请假", "leave"), ("列席", "observers")):
        units = "；".join(group["unit"] for group in paper["attendance"][key])
        lines += ["", f"{label}：{units}"] if units else []
    return "\r\n".join([*lines, "", f"内容校验码 {dress.code}", dress.url, ""])
