"""Doors of the hall: what everybody sees, the wall, the stage manager's page, papers of the day."""

from eventapp.hall.routes import papers, projector, public, stage
from eventapp.hall.routes.blueprint import bp

__all__ = ["bp", "papers", "projector", "public", "stage"]
