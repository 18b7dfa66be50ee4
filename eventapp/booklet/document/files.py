"""A booklet as a file: pages of A5, through WeasyPrint or written for Word."""

from collections.abc import Sequence

from flask import current_app
from flask_babel import force_locale

from eventapp.booklet.document.sections import Drawing, sections_of
from eventapp.booklet.document.word import word_file
from eventapp.booklet.queries import Content
from eventapp.booklet.rules import Format, Part
from eventapp.core import installation
from eventapp.core.papers import WORD
from eventapp.registration.document import CHINESE
from eventapp.web.filters import long_time
from eventapp.web.pdf import render_pdf, title_lines

MEDIA_TYPES: dict[Format, str] = {Format.PDF: "application/pdf", Format.WORD: WORD}
TITLE_WIDTH = 14
"""Characters of a line of the cover's title."""


def booklet_file(content: Content, parts: Sequence[Part], notes: int, form: Format) -> bytes:
    """Make the booklet: a cover, its parts, and on every page the meeting and the number."""
    meeting = content.meeting
    with force_locale(CHINESE):  # no request here: a job has none, and paper knows no reader
        sections = sections_of(content, parts, notes)
        cover = {
            "title": meeting.title,
            "title_lines": title_lines(meeting.title, TITLE_WIDTH),
            "alliance": content.alliance,
            "time": long_time(meeting.starts_at, meeting.zone),
            "venue": meeting.venue,
            "demo": installation.is_demo(),
        }
        if form is Format.WORD:
            return word_file(cover, sections)
        html = current_app.jinja_env.get_template("booklet/pdf/booklet.html").render(
            lang="zh-CN", sections=sections, **cover
        )
    return render_pdf(
        html,
        title=f"{meeting.title}会议手册",
        lang="zh-CN",
        author=content.alliance,
        stylesheets=("css/print/booklet.css",),
        assets={
            block.asset: block.svg.encode()
            for section in sections
            for block in section.blocks
            if isinstance(block, Drawing)
        },
        created=content.edition.published_at,
    )
