"""Renderings of what is written to people and units."""

from eventapp.notices.document.letters import (
    WITHOUT_LINK,
    Letter,
    letter_to_person,
    letter_to_unit,
)
from eventapp.notices.document.paper import notice_pdf

__all__ = ["WITHOUT_LINK", "Letter", "letter_to_person", "letter_to_unit", "notice_pdf"]
