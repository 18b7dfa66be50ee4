"""Renderings of minutes: the page beside the draft, the paper, and plain text."""

from eventapp.minutes.document.paper import (
    Dress,
    dress_of,
    paper_of,
    plain_text,
    render_edition,
    render_paper,
)
from eventapp.minutes.document.sections import sections_of

__all__ = [
    "Dress",
    "dress_of",
    "paper_of",
    "plain_text",
    "render_edition",
    "render_paper",
    "sections_of",
]
