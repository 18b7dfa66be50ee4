"""Doors of notices: composing and sending, a unit's own page, letters and their log."""

from eventapp.notices.routes import desk, letters, links, unit
from eventapp.notices.routes.blueprint import bp

__all__ = ["bp", "desk", "letters", "links", "unit"]
