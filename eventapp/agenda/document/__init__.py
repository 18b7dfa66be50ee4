"""Renderings of an agenda: as a calendar, and its changes in words."""

from eventapp.agenda.document.calendar import calendar_file
from eventapp.agenda.document.changes import told

__all__ = ["calendar_file", "told"]
