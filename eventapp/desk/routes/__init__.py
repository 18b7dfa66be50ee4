"""Doors of the organiser's desk."""

from eventapp.desk.routes import duplicates
from eventapp.desk.routes.home import bp, register

__all__ = ["bp", "duplicates", "register"]
