"""What every door of voting shares."""

from typing import Any

from flask import Blueprint
from flask_babel import gettext

from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import STATE_LABEL
from eventapp.voting.rules import (
    BALLOT_STATE_LABELS,
    CHOICE_LABELS,
    ELECTORATE_SOURCE_LABELS,
    MODE_LABELS,
    MOTION_KIND_LABELS,
    RESULT_LABELS,
    Sentence,
)
from eventapp.web.filters import long_date

bp = Blueprint("voting", __name__)
LABELS: dict[str, Any] = {
    "state_label": BALLOT_STATE_LABELS,
    "choice_label": CHOICE_LABELS,
    "mode_label": MODE_LABELS,
    "kind_label": MOTION_KIND_LABELS,
    "result_label": RESULT_LABELS,
    "source_label": ELECTORATE_SOURCE_LABELS,
}


def sentence(said: Sentence) -> str:
    """Write a sentence of the domain in the language of the request."""
    return said.render(gettext)


def heading(meeting: Meeting) -> dict[str, Any]:
    """Give a page of the desk its meeting."""
    day = long_date(meeting.starts_at, meeting.zone)
    return {
        "meeting": meeting,
        "meeting_title": meeting.title,
        "meeting_line": f"{day} · {gettext(STATE_LABEL[meeting.state])}",
        **LABELS,
    }
