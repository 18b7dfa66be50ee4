"""Doors of the agenda: the desk where it is planned, and the page from which it is run."""

from eventapp.agenda.routes import editions, papers, planning, running
from eventapp.agenda.routes.blueprint import bp

__all__ = ["bp", "editions", "papers", "planning", "running"]
