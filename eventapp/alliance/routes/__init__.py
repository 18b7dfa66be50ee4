"""Doors of alliances."""

from eventapp.alliance.routes import alliances, lists, people, units
from eventapp.alliance.routes.base import bp

__all__ = ["alliances", "bp", "lists", "people", "units"]
