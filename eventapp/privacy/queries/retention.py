"""Reads of what has had its time: how much of each kind is due, and when the next is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from eventapp.accounts.models import PersonalLink, SignIn
from eventapp.alliance.models import Alliance
from eventapp.badges.queries import SHORT_LIVED, prints_past
from eventapp.badges.rules import KEPT as PRINTS_KEPT
from eventapp.checkin.models import DoorSignature
from eventapp.checkin.rules import SIGNATURES_KEPT
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.jobs import Job
from eventapp.core.outbox import DAY, Message
from eventapp.core.scope import ROOT, Scope
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State as MeetingState
from eventapp.privacy.models import Erasure, Retention
from eventapp.privacy.rules import ANSWER_KEPT, MAIL_KEPT, SIGN_IN_KEPT, Term
from eventapp.registration.models import Answer, ContactDeletion, Delegation, Field, Registration
from eventapp.registration.models import Terms as MeetingTerms
from eventapp.registration.queries.contacts import (
    contact_terms,
    meetings_with_overdue_contacts,
    overdue_contacts,
)
from eventapp.registration.rules import SHORT_DAYS
from eventapp.roster.models import Roster
from eventapp.roster.rules import RosterState
from eventapp.roster.service import KEPT as LISTS_KEPT
from eventapp.roster.service.drafts import DRAFT_KEPT


@dataclass(frozen=True, slots=True)
class Reach:
    """What one look goes through: an alliance with its meetings, or the house's own."""

    scope_id: int
    slug: str
    alliance_id: int
    meetings: tuple[int, ...]
    scopes: tuple[int, ...]


def reach_of(alliance_id: int) -> Reach:
    """Gather an alliance's meetings and scopes."""
    own = sa.select(Alliance.scope_id).where(Alliance.id == alliance_id)
    scope_id = db.session.scalars(own).one()
    rows = db.session.execute(
        sa.select(Meeting.id, Meeting.scope_id).where(Meeting.alliance_id == alliance_id)
    ).all()
    meetings = tuple(row[0] for row in rows)
    return Reach(
        scope_id, _slug(scope_id), alliance_id, meetings, (scope_id, *(row[1] for row in rows))
    )


def _slug(scope_id: int) -> str:
    return db.session.scalars(sa.select(Scope.slug).where(Scope.id == scope_id)).one()


HOUSE = Reach(ROOT, "", 0, (), (ROOT,))
"""What belongs to no alliance: the sign-ins and the mails of accounts."""


def every_reach() -> list[Reach]:
    """List the house's own reach and that of each alliance."""
    ids = db.session.scalars(sa.select(Alliance.id).order_by(Alliance.id)).all()
    return [HOUSE, *(reach_of(one) for one in ids)]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A kind of data with its term: how much of a reach is due, and when the next will be."""

    due: Callable[[Reach], int]
    next_at: Callable[[Reach], datetime | None]


def short_terms(reach: Reach) -> dict[int, datetime]:
    """Map the meetings that keep short-lived answers to the end of their term."""
    days = sa.func.coalesce(sa.func.max(MeetingTerms.short_days), SHORT_DAYS)
    rows = db.session.execute(
        sa.select(Meeting.id, Meeting.ends_at, days)
        .join(Registration, Registration.meeting_id == Meeting.id)
        .join(Answer, Answer.registration_id == Registration.id)
        .join(Field, Field.id == Answer.field_id)
        .outerjoin(MeetingTerms, MeetingTerms.meeting_id == Meeting.id)
        .where(
            Meeting.id.in_(reach.meetings),
            Meeting.state != MeetingState.POSTPONED,
            Field.short_lived,
        )
        .group_by(Meeting.id, Meeting.ends_at)
    )
    return {one: ends_at + timedelta(days=days) for one, ends_at, days in rows}


def _due_short_answers(reach: Reach) -> int:
    over = [one for one, end_at in short_terms(reach).items() if end_at <= clock.now()]
    return _count(
        sa.select(Answer.field_id)
        .join(Registration, Registration.id == Answer.registration_id)
        .join(Field, Field.id == Answer.field_id)
        .where(Registration.meeting_id.in_(over), Field.short_lived)
    )


def overdue_meetings(reach: Reach) -> list[int]:
    """List the meetings of a reach whose contacts are due to be deleted."""
    return [one for one in meetings_with_overdue_contacts() if one in reach.meetings]


def _due_contacts(reach: Reach) -> int:
    return sum(len(overdue_contacts(one)) for one in overdue_meetings(reach))


def drafts(reach: Reach) -> Any:
    """Select the lists that units never sent: meeting, delegation, end of the meeting."""
    return (
        sa.select(Roster.meeting_id, Delegation.id, Meeting.ends_at)
        .join(Delegation, Delegation.id == Roster.delegation_id)
        .join(Meeting, Meeting.id == Roster.meeting_id)
        .where(Roster.state == RosterState.OPEN, Roster.meeting_id.in_(reach.meetings))
    )


def old_drafts(reach: Reach) -> Sequence[Any]:
    """List those of them whose time is over."""
    return db.session.execute(drafts(reach).where(Meeting.ends_at < clock.now() - DRAFT_KEPT)).all()


def lists(reach: Reach) -> Any:
    """Select the organisers' lists that are kept: meeting, list, when it was sent."""
    return sa.select(Roster.meeting_id, Roster.id, Roster.created_at).where(
        Roster.delegation_id.is_(None),
        Roster.state != RosterState.DISCARDED,
        Roster.meeting_id.in_(reach.meetings),
    )


def old_lists(reach: Reach) -> Sequence[Any]:
    """List those of them whose time is over."""
    return db.session.execute(
        lists(reach).where(Roster.created_at < clock.now() - LISTS_KEPT)
    ).all()


def _due_prints(reach: Reach) -> int:
    return sum(one.scope_id in reach.scopes for one in prints_past(clock.now()))


def _next_print(reach: Reach) -> datetime | None:
    kept = db.session.scalars(
        sa.select(Job).where(Job.kind.in_(SHORT_LIVED), Job.scope_id.in_(reach.scopes))
    )
    ended = [one.finished_at for one in kept if (one.result or {}).get("digest")]
    return _after(min((at for at in ended if at), default=None), PRINTS_KEPT)


def door_signatures(reach: Reach) -> Any:
    """Select what was signed at doors: registration, end of the meeting."""
    return (
        sa.select(DoorSignature.registration_id, Meeting.ends_at)
        .join(Registration, Registration.id == DoorSignature.registration_id)
        .join(Meeting, Meeting.id == Registration.meeting_id)
        .where(Meeting.id.in_(reach.meetings))
    )


def _due_door_signatures(reach: Reach) -> int:
    past = clock.now() - SIGNATURES_KEPT
    return _count(door_signatures(reach).where(Meeting.ends_at < past))


def _due_sign_ins(reach: Reach) -> int:
    past = clock.now() - SIGN_IN_KEPT
    ended = sa.or_(SignIn.expires_at < past, SignIn.revoked_at < past)
    return _count(sa.select(SignIn.id).where(_holders(reach), ended))


def browsers_of(reach: Reach) -> tuple[int, ...] | None:
    """Tell whose browsers are meant: of links in these scopes, in the house's own of accounts."""
    return reach.scopes if reach.alliance_id else None


def _holders(reach: Reach) -> sa.ColumnElement[bool]:
    if browsers_of(reach) is None:
        return SignIn.user_id.is_not(None)
    links = sa.select(PersonalLink.id).where(PersonalLink.scope_id.in_(reach.scopes))
    return SignIn.link_id.in_(links)


def _next_sign_in(reach: Reach) -> datetime | None:
    ends = sa.select(sa.func.min(SignIn.expires_at), sa.func.min(SignIn.revoked_at))
    found = [at for at in db.session.execute(ends.where(_holders(reach))).one() if at is not None]
    return _after(min(found, default=None), SIGN_IN_KEPT)


_FULL = sa.or_(Message.recipient != "", Message.text != "", Message.subject != "")
_GONE = sa.or_(Message.sent_at.is_not(None), Message.refusal != "")


def mails(reach: Reach) -> Any:
    """Select the messages that still say something and have gone: id, when written."""
    answers = Message.about.startswith("erasure:")  # they have a term of their own
    return sa.select(Message.id, Message.created_at).where(
        Message.scope_id.in_(reach.scopes), _FULL, _GONE, sa.not_(answers)
    )


def old_mails(reach: Reach) -> list[int]:
    """List the messages whose time is over, or whose meeting's contacts were deleted."""
    over = (
        sa.select(Meeting.scope_id)
        .join(ContactDeletion, ContactDeletion.meeting_id == Meeting.id)
        .where(Meeting.id.in_(reach.meetings))
    )
    now = clock.now()
    old = sa.or_(
        Message.created_at < now - MAIL_KEPT,
        sa.and_(Message.scope_id.in_(over), Message.created_at < now - DAY),
    )
    return [row[0] for row in db.session.execute(mails(reach).where(old))]


def answers(reach: Reach) -> Any:
    """Select the answers to wishes that still say something: id of the message, when done."""
    about = sa.literal("erasure:").concat(sa.cast(Erasure.id, sa.String))
    return (
        sa.select(Message.id, Erasure.done_at)
        .join(Erasure, about == Message.about)
        .where(Message.scope_id.in_(reach.scopes), _FULL)
    )


def old_answers(reach: Reach) -> list[int]:
    """List those of them whose time is over."""
    past = answers(reach).where(Erasure.done_at < clock.now() - ANSWER_KEPT)
    return [row[0] for row in db.session.execute(past)]


def _count(query: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


def _first(query: Any, term: timedelta) -> datetime | None:
    return _after(min((row[-1] for row in db.session.execute(query)), default=None), term)


def _after(at: datetime | None, term: timedelta) -> datetime | None:
    return None if at is None else at + term


SHELVES: dict[Term, Shelf] = {
    Term.SHORT_ANSWERS: Shelf(
        _due_short_answers, lambda reach: min(short_terms(reach).values(), default=None)
    ),
    Term.DRAFTS: Shelf(
        lambda reach: len(old_drafts(reach)), lambda reach: _first(drafts(reach), DRAFT_KEPT)
    ),
    Term.PRINTS: Shelf(_due_prints, _next_print),
    Term.DOOR_SIGNATURES: Shelf(
        _due_door_signatures, lambda reach: _first(door_signatures(reach), SIGNATURES_KEPT)
    ),
    Term.LISTS: Shelf(
        lambda reach: len(old_lists(reach)), lambda reach: _first(lists(reach), LISTS_KEPT)
    ),
    Term.SIGN_INS: Shelf(_due_sign_ins, _next_sign_in),
    Term.CONTACTS: Shelf(
        _due_contacts, lambda reach: min(contact_terms(reach.meetings).values(), default=None)
    ),
    Term.MAILS: Shelf(
        lambda reach: len(old_mails(reach)), lambda reach: _first(mails(reach), MAIL_KEPT)
    ),
    Term.ANSWERS: Shelf(
        lambda reach: len(old_answers(reach)), lambda reach: _first(answers(reach), ANSWER_KEPT)
    ),
}
"""Every kind, in the order in which it is deleted: contacts before the mails that follow them."""


def due_everywhere() -> dict[str, dict[Term, int]]:
    """Tell by alliance and kind how much is due now; the mails of contacts that go follow then."""
    return {
        reach.slug: {term: shelf.due(reach) for term, shelf in SHELVES.items()}
        for reach in every_reach()
    }


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """A kind of data as the desk lists it."""

    term: Term
    due: int
    next_at: datetime | None
    deleted_at: datetime | None
    deleted: int


def shelves_of(reach: Reach) -> list[ShelfRow]:
    """List every kind with how much is due, when the next is, and what was deleted last."""
    last = {
        row.kind: row
        for row in db.session.scalars(
            sa.select(Retention).where(Retention.scope_id == reach.scope_id)
        )
    }
    rows: list[ShelfRow] = []
    for term, shelf in SHELVES.items():
        ran = last.get(term.value)
        rows.append(
            ShelfRow(
                term,
                shelf.due(reach),
                shelf.next_at(reach),
                ran.deleted_at if ran else None,
                ran.deleted if ran else 0,
            )
        )
    return rows


def ran_at(scope_id: int) -> datetime | None:
    """Tell when a scope was last looked through."""
    query = sa.select(sa.func.max(Retention.ran_at)).where(Retention.scope_id == scope_id)
    return db.session.scalar(query)


def a_meeting_runs() -> bool:
    """Tell whether any meeting of the house is in session."""
    running = sa.select(Meeting.id).where(Meeting.state == MeetingState.IN_SESSION).limit(1)
    return db.session.scalar(running) is not None
