"""Doors of the door: its pages for staff, and the desk's pages about who has come."""

from eventapp.checkin.routes import (
    arrivals,
    conflicts,
    devices,
    door,
    gates,
    help_desk,
    installed,
    presence,
    units,
)
from eventapp.checkin.routes.blueprint import bp, register

__all__ = [
    "arrivals",
    "bp",
    "conflicts",
    "devices",
    "door",
    "gates",
    "help_desk",
    "installed",
    "presence",
    "register",
    "units",
]
