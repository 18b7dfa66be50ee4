"""Doors of minutes: the desk's pages, the press room, and the page that verifies."""

from eventapp.minutes.routes import desk, press
from eventapp.minutes.routes.blueprint import bp

__all__ = ["bp", "desk", "press"]
