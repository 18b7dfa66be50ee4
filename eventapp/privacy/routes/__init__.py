"""Doors of privacy: the person's own, everybody's with a code, the desk's."""

from eventapp.privacy.routes import desk, own
from eventapp.privacy.routes.blueprint import bp, register

__all__ = ["bp", "desk", "own", "register"]
