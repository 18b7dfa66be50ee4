"""A notice on paper, laid out as a letter after GB/T 9704-2012 (10.1, 信函格式)."""

from flask import current_app
from flask_babel import force_locale

from eventapp.core import clock, installation
from eventapp.meetings.models import Meeting
from eventapp.notices.models import Notice
from eventapp.notices.rules import chinese_day
from eventapp.registration.document import CHINESE
from eventapp.web.pdf import render_pdf, title_lines

MARK_WIDTH, TITLE_WIDTH = 20, 20


def notice_pdf(meeting: Meeting, issuer: str, notice: Notice) -> bytes:
    """Set a notice as a PDF; a draft says that it is one."""
    at = notice.sent_at or clock.now()
    with force_locale(CHINESE):
        html = current_app.jinja_env.get_template("notices/pdf/notice.html").render(
            lang="zh-CN",
            demo=installation.is_demo(),
            title=notice.title,
            title_lines=title_lines(notice.title, TITLE_WIDTH),
            mark_lines=title_lines(issuer, MARK_WIDTH),
            issuer=issuer,
            date_text=chinese_day(at, meeting.zone),
            paragraphs=[line for line in notice.text.splitlines() if line.strip()],
            matters=notice.matters,
            papers=[one["name"].rsplit(".", 1)[0] for one in notice.papers],
            reply_by=chinese_day(notice.reply_by, meeting.zone, time=True)
            if notice.reply_by
            else "",
            code=notice.digest[:16],
            is_draft=not notice.digest,
        )
    return render_pdf(
        html,
        title=notice.title,
        lang="zh-CN",
        author=issuer,
        stylesheets=("css/print/gongwen.css", "css/print/letter.css"),
        created=at,
    )
