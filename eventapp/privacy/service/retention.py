"""Delete what has had its time, once a day, and note how much it was."""

from collections.abc import Callable

from eventapp.accounts.service import delete_old_sign_ins
from eventapp.badges.service import delete_old_prints
from eventapp.checkin.service import delete_old_signatures
from eventapp.core import clock
from eventapp.core import db as database
from eventapp.core.access import Actor
from eventapp.core.db import transaction
from eventapp.core.ledger import audit
from eventapp.core.outbox import forget_messages
from eventapp.meetings.queries import meeting_of
from eventapp.privacy.models import Retention
from eventapp.privacy.queries.retention import (
    SHELVES,
    Reach,
    a_meeting_runs,
    browsers_of,
    every_reach,
    old_answers,
    old_drafts,
    old_lists,
    old_mails,
    overdue_meetings,
    ran_at,
    short_terms,
)
from eventapp.privacy.rules import SIGN_IN_KEPT, Term, is_due
from eventapp.registration.service import delete_overdue_contacts
from eventapp.registration.service.answers import delete_answers
from eventapp.roster.service import discard_roster
from eventapp.roster.service.drafts import discard_draft


def retain_daily(actor: Actor) -> int:
    """Look through every reach that was not looked through today; tell how much was deleted."""
    now = clock.now()
    due = [reach for reach in every_reach() if is_due(ran_at(reach.scope_id), now)]
    deleted = sum(sum(retain(actor, reach).values()) for reach in due)
    if due:
        compact(deleted)
    return deleted


def retain_all(actor: Actor) -> dict[str, dict[Term, int]]:
    """Look through everything now; tell by alliance and kind how much was deleted."""
    done = {reach.slug: retain(actor, reach) for reach in every_reach()}
    compact(sum(sum(counts.values()) for counts in done.values()))
    return done


def compact(deleted: int) -> bool:
    """Rewrite the database's file where something was deleted and no meeting would have to wait."""
    return bool(deleted) and not a_meeting_runs() and database.compact()


def retain(actor: Actor, reach: Reach) -> dict[Term, int]:
    """Delete what is due in one reach, and keep for each kind how much it was and when.

    Each kind is a transaction of its own: what fails loses the others nothing.
    """
    return {term: _retain(actor, reach, term) for term in SHELVES}


def _retain(actor: Actor, reach: Reach, term: Term) -> int:
    with transaction() as session:
        due = SHELVES[term].due(reach)
        if due or term is Term.CONTACTS:
            _DELETE[term](actor, reach)
        now = clock.now()
        row = session.get(Retention, (reach.scope_id, term.value)) or Retention(
            scope_id=reach.scope_id, kind=term.value, deleted=0
        )
        row.ran_at = now
        if due:
            row.deleted_at, row.deleted = now, due
            audit(actor, reach.scope_id, "retention.delete", f"kind:{term.value}", deleted=due)
        session.add(row)
    return due


def _short_answers(actor: Actor, reach: Reach) -> None:
    for meeting_id, end_at in short_terms(reach).items():
        if end_at <= clock.now():
            deleted = delete_answers(meeting_id, short_lived_only=True)
            scope_id = meeting_of(meeting_id).scope_id
            audit(actor, scope_id, "answers.delete", f"meeting:{meeting_id}", answers=deleted)


def _contacts(actor: Actor, reach: Reach) -> None:
    for meeting_id in overdue_meetings(reach):
        delete_overdue_contacts(actor, meeting_id)


def _drafts(actor: Actor, reach: Reach) -> None:
    for meeting_id, delegation_id, _ends_at in old_drafts(reach):
        discard_draft(actor, meeting_id, delegation_id)


def _lists(actor: Actor, reach: Reach) -> None:
    for meeting_id, roster_id, _created_at in old_lists(reach):
        discard_roster(actor, meeting_id, roster_id)


def _sign_ins(_actor: Actor, reach: Reach) -> None:
    delete_old_sign_ins(clock.now() - SIGN_IN_KEPT, browsers_of(reach))


_DELETE: dict[Term, Callable[[Actor, Reach], object]] = {
    Term.SHORT_ANSWERS: _short_answers,
    Term.DRAFTS: _drafts,
    Term.PRINTS: lambda actor, reach: delete_old_prints(actor, reach.scopes),
    Term.DOOR_SIGNATURES: lambda actor, reach: delete_old_signatures(actor, reach.meetings),
    Term.LISTS: _lists,
    Term.SIGN_INS: _sign_ins,
    Term.CONTACTS: _contacts,
    Term.MAILS: lambda _actor, reach: forget_messages(old_mails(reach)),
    Term.ANSWERS: lambda _actor, reach: forget_messages(old_answers(reach)),
}
