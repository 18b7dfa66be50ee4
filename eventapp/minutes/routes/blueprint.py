"""What every door of minutes shares: the blueprint, the desk's heading, the papers."""

from typing import Any

from flask import Blueprint, current_app
from flask_babel import gettext

from eventapp.core import files
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import STATE_LABEL
from eventapp.minutes.document import render_edition
from eventapp.minutes.queries import EditionRow, edition_content, edition_in
from eventapp.minutes.service import keep_papers
from eventapp.web.filters import long_date

bp = Blueprint("minutes", __name__)


def heading(meeting: Meeting) -> dict[str, Any]:
    """Give a page of the desk its meeting."""
    day = long_date(meeting.starts_at, meeting.zone)
    return {
        "meeting": meeting,
        "meeting_title": meeting.title,
        "meeting_line": f"{day} · {gettext(STATE_LABEL[meeting.state])}",
    }


def base_url() -> str:
    """Tell under which address this installation is known outside."""
    return current_app.extensions["config"].base_url


def press_paper(edition: EditionRow) -> bytes:
    """Give the press's PDF; where the job has not come to it yet, set it now."""
    if not edition.pdf_digest:
        press, internal = render_edition(edition, edition_content(edition.id), base_url())
        keep_papers(edition.id, press=press, internal=internal)
        edition = edition_in(edition.meeting_id, edition.id)
    return files.read(edition.pdf_digest)
