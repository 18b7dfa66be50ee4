"""Keeping what the consent text promises: contacts are deleted when their term has passed."""

from eventapp.alliance.service.people import delete_contacts_of
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import lock, transaction
from eventapp.core.ledger import audit
from eventapp.core.outbox import delete_recipients
from eventapp.meetings.models import Meeting
from eventapp.registration.models import ContactDeletion
from eventapp.registration.queries import meetings_with_overdue_contacts, overdue_contacts
from eventapp.registration.service.answers import delete_answers


def delete_overdue_contacts(actor: Actor, meeting_id: int) -> int:
    """Delete the contacts of a meeting's people once, when the promised term has passed.

    Telephone numbers and addresses go, those that mails of the meeting went to as well, and what
    was answered to the meeting's own questions; names, units, attendance and votes stay. Returns
    how many people it concerned; before the term, or a second time, nothing happens.
    """
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        if meeting_id not in meetings_with_overdue_contacts():
            return 0
        people = overdue_contacts(meeting_id)
        delete_contacts_of(actor, meeting.alliance_id, people)
        delete_recipients(meeting.scope_id)
        answers = delete_answers(meeting_id)
        session.add(ContactDeletion(meeting_id=meeting_id, deleted_at=clock.now()))
        audit(
            actor,
            meeting.scope_id,
            "contacts.delete",
            f"meeting:{meeting_id}",
            people=len(people),
            answers=answers,
        )
    return len(people)
