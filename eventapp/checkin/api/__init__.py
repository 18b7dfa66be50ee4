"""The JSON doors under /api/v1: what a device sends, what it is told, and how they describe it."""

from eventapp.checkin.api import openapi
from eventapp.checkin.api.doors import bp

openapi.add_door(bp)

__all__ = ["bp"]
