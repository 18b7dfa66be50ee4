"""Doors of the agenda: the desk where it is planned; it is run from the hall's stage page."""

from eventapp.agenda.routes import editing, editions, papers, planning
from eventapp.agenda.routes.blueprint import bp

__all__ = ["bp", "editing", "editions", "papers", "planning"]
