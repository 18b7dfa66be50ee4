"""Verbs of the door: gates are opened, scans answered, admissions taken back."""

from eventapp.checkin.service.gates import add_gate, open_door, rename_gate
from eventapp.checkin.service.records import Answer
from eventapp.checkin.service.scans import record_scan, record_scan_in
from eventapp.checkin.service.undo import undo_admission

__all__ = [
    "Answer",
    "add_gate",
    "open_door",
    "record_scan",
    "record_scan_in",
    "rename_gate",
    "undo_admission",
]
