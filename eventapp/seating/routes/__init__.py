"""Doors of seating: the desk where plans are drawn, and their papers."""

from eventapp.seating.routes import paper, planning
from eventapp.seating.routes.blueprint import bp

__all__ = ["bp", "paper", "planning"]
