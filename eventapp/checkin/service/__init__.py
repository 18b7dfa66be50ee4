"""Verbs of the door: gates are opened, scans answered, admissions taken back."""

from eventapp.checkin.service.arrivals import Arrival, admit_substitute, admit_walk_in
from eventapp.checkin.service.finding import admit_by_hand, admit_found, admit_unit
from eventapp.checkin.service.gates import add_gate, change_gate, open_door, set_capacity
from eventapp.checkin.service.records import Answer
from eventapp.checkin.service.scans import record_scan, record_scan_in
from eventapp.checkin.service.undo import undo_admission

__all__ = [
    "Answer",
    "Arrival",
    "add_gate",
    "admit_by_hand",
    "admit_found",
    "admit_substitute",
    "admit_unit",
    "admit_walk_in",
    "change_gate",
    "open_door",
    "record_scan",
    "record_scan_in",
    "set_capacity",
    "undo_admission",
]
