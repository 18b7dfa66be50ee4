"""Doors of the door: its pages for staff, and the desk's pages about who has come."""

from flask import Flask

from eventapp.checkin.routes import (
    arrivals,
    conflicts,
    devices,
    door,
    gates,
    help_desk,
    installed,
    kiosk,
    presence,
    rollcalls,
    units,
)
from eventapp.checkin.routes.blueprint import bp
from eventapp.checkin.routes.blueprint import register as _register

__all__ = [
    "arrivals",
    "bp",
    "conflicts",
    "devices",
    "door",
    "gates",
    "help_desk",
    "installed",
    "kiosk",
    "presence",
    "register",
    "rollcalls",
    "units",
]


def register(app: Flask) -> None:
    """Let features below ask the door, and keep kiosks locked."""
    _register(app)
    app.before_request(kiosk.keep_locked)
