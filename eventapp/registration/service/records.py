"""Verbs that leave a trace of who looked at personal data, or asked for paper full of it."""

from eventapp.core.access import Actor
from eventapp.core.db import transaction
from eventapp.core.jobs import enqueue
from eventapp.core.ledger import audit
from eventapp.meetings.queries import meeting_of
from eventapp.registration.queries import registration_in


def note_contact_shown(actor: Actor, meeting_id: int, registration_id: int) -> None:
    """Record that somebody looked at a person's telephone number and address in full."""
    with transaction():
        registration_in(meeting_id, registration_id)
        scope_id = meeting_of(meeting_id).scope_id
        audit(actor, scope_id, "contact.show", f"registration:{registration_id}")


def note_answer_file_opened(
    actor: Actor, meeting_id: int, registration_id: int, field_id: int
) -> None:
    """Record that the organiser opened the file that somebody sent with a registration."""
    with transaction():
        scope_id = meeting_of(meeting_id).scope_id
        about = f"registration:{registration_id}"
        audit(actor, scope_id, "answer_file.open", about, field=field_id)


def note_export(actor: Actor, meeting_id: int, *, rows: int, contacts: bool) -> None:
    """Record that somebody took a list of people away, and whether whole contacts were in it."""
    with transaction():
        scope_id = meeting_of(meeting_id).scope_id
        taken = {"rows": rows, "contacts": contacts}
        audit(actor, scope_id, "registration.export", f"meeting:{meeting_id}", **taken)


def ask_for_slips(actor: Actor, meeting_id: int) -> int:
    """Ask for printed slips of everybody who is approved; tell the job's number."""
    with transaction():
        scope_id = meeting_of(meeting_id).scope_id
        job_id = enqueue("print_slips", scope_id, actor, meeting=meeting_id)
        audit(actor, scope_id, "slips.ask", f"job:{job_id}")
    return job_id
