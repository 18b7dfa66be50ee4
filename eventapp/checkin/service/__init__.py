"""Verbs of the door: gates are opened, scans answered, admissions taken back."""

from eventapp.checkin.service.conflicts import resolve_conflict
from eventapp.checkin.service.finding import admit_by_hand, admit_found, admit_unit
from eventapp.checkin.service.gates import add_gate, change_gate, open_door, set_capacity
from eventapp.checkin.service.records import Answer
from eventapp.checkin.service.scans import record_scan, record_scan_in
from eventapp.checkin.service.undo import undo_admission
from eventapp.checkin.service.uploads import Kept, Upload, keep_uploads

__all__ = [
    "Answer",
    "Kept",
    "Upload",
    "add_gate",
    "admit_by_hand",
    "admit_found",
    "admit_unit",
    "change_gate",
    "keep_uploads",
    "open_door",
    "record_scan",
    "record_scan_in",
    "resolve_conflict",
    "set_capacity",
    "undo_admission",
]
