"""Doors of notices: composing and sending, a unit's own page, letters and their log."""

from eventapp.notices.routes import announcements, desk, editions, letters, links, unit
from eventapp.notices.routes.blueprint import bp

__all__ = ["announcements", "bp", "desk", "editions", "letters", "links", "unit"]
