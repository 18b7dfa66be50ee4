"""Renderings of an agenda: as calendars, and its changes in words."""

from eventapp.agenda.document.calendar import agenda_file, calendar_file, own_file
from eventapp.agenda.document.changes import told

__all__ = ["agenda_file", "calendar_file", "own_file", "told"]
