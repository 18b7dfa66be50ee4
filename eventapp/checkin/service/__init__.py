"""Verbs of the door: gates are opened, scans answered, admissions taken back."""

from eventapp.checkin.service.arrivals import Arrival, admit_substitute, admit_walk_in
from eventapp.checkin.service.batches import Upload
from eventapp.checkin.service.conflicts import resolve_conflict
from eventapp.checkin.service.finding import admit_by_hand, admit_found, admit_unit
from eventapp.checkin.service.gates import (
    add_gate,
    add_session,
    change_gate,
    change_session,
    open_door,
    remove_session,
)
from eventapp.checkin.service.records import Answer
from eventapp.checkin.service.rehearsal import MAY_REHEARSE, end_rehearsal, start_rehearsal
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
from eventapp.checkin.service.uploads import Kept, keep_uploads

__all__ = [
    "MAY_REHEARSE",
    "Answer",
    "Arrival",
    "Kept",
    "Upload",
    "add_gate",
    "add_session",
    "admit_by_hand",
    "admit_found",
    "admit_substitute",
    "admit_unit",
    "admit_walk_in",
    "change_gate",
    "change_session",
    "confirm_roll_call",
    "delete_old_signatures",
    "drop_roll_call",
    "end_rehearsal",
    "finish_calling",
    "forget_person",
    "keep_uploads",
    "note_answer",
    "open_door",
    "open_roll_call",
    "record_scan",
    "record_scan_in",
    "remove_session",
    "reopen_calling",
    "resolve_conflict",
    "set_signing",
    "sign_sheet",
    "start_rehearsal",
    "undo_admission",
]
