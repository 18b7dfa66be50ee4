"""Doors of ceremonies: the desk where they are prepared, and the marks made while they run."""

from eventapp.ceremony.routes import acts, agreements, marks, preparing, signing
from eventapp.ceremony.routes.blueprint import bp

__all__ = ["acts", "agreements", "bp", "marks", "preparing", "signing"]
