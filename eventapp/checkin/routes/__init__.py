"""Doors of the door: its pages for staff, and the desk's pages about who has come."""

from eventapp.checkin.routes import conflicts, devices, door, gates, installed, presence
from eventapp.checkin.routes.blueprint import bp, register

__all__ = ["bp", "conflicts", "devices", "door", "gates", "installed", "presence", "register"]
