"""Doors of the agenda: the desk where it is planned, and the page from which it is run."""

from eventapp.agenda.routes import editing, editions, papers, planning, running
from eventapp.agenda.routes.blueprint import bp

__all__ = ["bp", "editing", "editions", "papers", "planning", "running"]
