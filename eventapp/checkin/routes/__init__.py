"""Doors of the door: its pages for staff, and the desk's pages about who has come."""

from eventapp.checkin.routes import door, gates, presence, rollcalls
from eventapp.checkin.routes.blueprint import bp, register

__all__ = ["bp", "door", "gates", "presence", "register", "rollcalls"]
