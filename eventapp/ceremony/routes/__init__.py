"""Doors of ceremonies: the desk where they are prepared, and the marks made while they run."""

from eventapp.ceremony.routes import agreements, marks, preparing
from eventapp.ceremony.routes.blueprint import bp

__all__ = ["agreements", "bp", "marks", "preparing"]
