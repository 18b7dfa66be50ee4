"""Doors of a unit's liaison: its page, its list, its answer to the notice."""

from eventapp.delegation.routes import programme, replies, rows, unit
from eventapp.delegation.routes.blueprint import bp

__all__ = ["bp", "programme", "replies", "rows", "unit"]
