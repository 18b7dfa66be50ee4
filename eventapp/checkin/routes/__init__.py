"""Doors of the door: its pages for staff, and the desk's pages about who has come."""

from flask import Flask

from eventapp.checkin.routes import door, gates, kiosk, presence, rollcalls
from eventapp.checkin.routes.blueprint import bp
from eventapp.checkin.routes.blueprint import register as _register

__all__ = ["bp", "door", "gates", "kiosk", "presence", "register", "rollcalls"]


def register(app: Flask) -> None:
    """Let features below ask the door, and keep kiosks locked."""
    _register(app)
    app.before_request(kiosk.keep_locked)
