"""Verbs of the door: gates are opened, scans answered, admissions taken back."""

from eventapp.checkin.service.finding import admit_by_hand, admit_found, admit_unit
from eventapp.checkin.service.gates import add_gate, change_gate, open_door, set_capacity
from eventapp.checkin.service.records import Answer
from eventapp.checkin.service.rollcalls import (
    confirm_roll_call,
    drop_roll_call,
    finish_calling,
    note_answer,
    open_roll_call,
    reopen_calling,
)
from eventapp.checkin.service.scans import record_scan, record_scan_in
from eventapp.checkin.service.signing import (
    delete_old_signatures,
    forget_person,
    set_signing,
    sign_sheet,
)
from eventapp.checkin.service.undo import undo_admission

__all__ = [
    "Answer",
    "add_gate",
    "admit_by_hand",
    "admit_found",
    "admit_unit",
    "change_gate",
    "confirm_roll_call",
    "delete_old_signatures",
    "drop_roll_call",
    "finish_calling",
    "forget_person",
    "note_answer",
    "open_door",
    "open_roll_call",
    "record_scan",
    "record_scan_in",
    "reopen_calling",
    "set_capacity",
    "set_signing",
    "sign_sheet",
    "undo_admission",
]
