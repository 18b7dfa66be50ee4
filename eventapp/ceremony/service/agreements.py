"""Agreements: drawn up, made ready, signed.

Whoever is needed is engaged through the agenda, so that one who is wanted elsewhere at that hour
is found while the plan can still be mended.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from eventapp.agenda.queries import item_in
from eventapp.agenda.service import release_source
from eventapp.ceremony.models import Agreement
from eventapp.ceremony.queries import agreement_in
from eventapp.ceremony.rules import AgreementState, Check, ensure_may_become, ensure_ready
from eventapp.ceremony.service.checks import tick
from eventapp.ceremony.service.held import engage_all, held, note, source_of, user_of
from eventapp.ceremony.service.parties import PartyIn, set_parties, set_witnesses
from eventapp.ceremony.service.people import NameIn
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.meetings.models import Meeting

FEWEST, MOST = 2, 20
"""Parties of one agreement."""
AnyParty = PartyIn | tuple[int, int | None, str, str]


def add_agreement(
    actor: Actor,
    meeting_id: int,
    *,
    item_id: int,
    title: str,
    parties: Iterable[AnyParty],
    copies: int | None = None,
    witnesses: Iterable[NameIn] = (),
    secret: bool = False,
    after_id: int | None = None,
) -> Agreement:
    """Draw an agreement up for an item; `copies` None: one for each party."""
    wanted = [_party(one) for one in parties]
    _ensure_number(wanted)
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        item_in(meeting_id, item_id)
        agreement = Agreement(
            meeting_id=meeting_id,
            item_id=item_id,
            ordinal=_last(item_id) + 1,
            title=title,
            copies=copies if copies is not None else len(wanted),
            secret=secret,
        )
        session.add(agreement)
        session.flush()
        agreement.after_id = _ensure_after(agreement, after_id)
        set_parties(meeting, agreement, wanted)
        set_witnesses(meeting, agreement, witnesses)
        engage_all(actor, meeting, agreement)
        note(actor, meeting, "agreement.added", agreement, parties=len(wanted))
    return agreement


def change_agreement(
    actor: Actor,
    meeting_id: int,
    agreement_id: int,
    *,
    title: str,
    parties: Iterable[AnyParty],
    copies: int,
    witnesses: Iterable[NameIn] = (),
    secret: bool = False,
    after_id: int | None = None,
) -> Agreement:
    """Draw a draft up anew; a ready one must be taken back to draft first.

    A power of attorney stays with a party whose unit and signatory stay.
    """
    wanted = [_party(one) for one in parties]
    _ensure_number(wanted)
    with transaction():
        meeting = lock(Meeting, meeting_id)
        agreement = held(meeting_id, agreement_id)
        if agreement.state != AgreementState.DRAFT:
            raise Conflict("agreement_not_draft", N_("这份协议已经就绪或签署，请先退回准备中。"))
        agreement.title, agreement.copies, agreement.secret = title, copies, secret
        agreement.after_id = _ensure_after(agreement, after_id)
        set_parties(meeting, agreement, wanted)
        set_witnesses(meeting, agreement, witnesses)
        engage_all(actor, meeting, agreement)
        note(actor, meeting, "agreement.changed", agreement, parties=len(wanted))
    return agreement


def set_ready(
    actor: Actor, meeting_id: int, agreement_id: int, *, papers_checked: bool = True
) -> Agreement:
    """Call an agreement ready once its papers have been compared; the first lack refuses it.

    `papers_checked` ticks that line of the check list along the way.
    """
    with transaction():
        meeting = lock(Meeting, meeting_id)
        agreement = held(meeting_id, agreement_id)
        if papers_checked:
            tick(actor, agreement, Check.TEXTS)
        row = agreement_in(meeting_id, agreement_id)
        ensure_ready(row.facts(papers_checked=Check.TEXTS in row.ticked))
        return _step(actor, meeting, agreement, AgreementState.READY)


def set_draft(actor: Actor, meeting_id: int, agreement_id: int) -> Agreement:
    """Take a ready agreement back: a signatory dropped out, a paper was wrong."""
    with transaction():
        meeting = lock(Meeting, meeting_id)
        return _step(actor, meeting, held(meeting_id, agreement_id), AgreementState.DRAFT)


def mark_signed(actor: Actor, meeting_id: int, agreement_id: int) -> Agreement:
    """Record that an agreement has been signed by all its parties: now, and who saw it."""
    with transaction():
        meeting = lock(Meeting, meeting_id)
        agreement = held(meeting_id, agreement_id)
        agreement.signed_at, agreement.signed_by = clock.now(), user_of(actor)
        return _step(actor, meeting, agreement, AgreementState.SIGNED)


def withdraw_agreement(actor: Actor, meeting_id: int, agreement_id: int) -> Agreement:
    """Take an unsigned agreement off the programme and set its people, papers and table free."""
    with transaction():
        meeting = lock(Meeting, meeting_id)
        agreement = held(meeting_id, agreement_id)
        release_source(actor, meeting_id, source_of(agreement))
        agreement.batch = agreement.table_number = None
        agreement.pinned = False
        return _step(actor, meeting, agreement, AgreementState.WITHDRAWN)


def _party(one: AnyParty) -> PartyIn:
    return one if isinstance(one, PartyIn) else PartyIn(*one)


def _step(actor: Actor, meeting: Meeting, agreement: Agreement, new: AgreementState) -> Agreement:
    old = agreement.state
    ensure_may_become(old, new)
    agreement.state = new
    note(actor, meeting, "agreement.stepped", agreement, old=old, new=new)
    return agreement


def _ensure_number(parties: list[PartyIn]) -> None:
    if not FEWEST <= len(parties) <= MOST:
        raise Invalid(
            "number_of_parties",
            N_("协议应有 %(fewest)s 到 %(most)s 方。"),
            field="parties",
            fewest=FEWEST,
            most=MOST,
        )


def _ensure_after(agreement: Agreement, after_id: int | None) -> int | None:
    """Refuse, with Invalid, to come after itself, in a circle, or after one of another item."""
    seen = {agreement.id}
    step = after_id
    while step is not None:
        other = db.session.get(Agreement, step)
        if other is None or other.item_id != agreement.item_id or other.id in seen:
            raise Invalid("after_unknown", N_("先后要求不能成圈，也不能跨环节。"), field="after_id")
        seen.add(other.id)
        step = other.after_id
    return after_id


def _last(item_id: int) -> int:
    statement = sa.select(sa.func.max(Agreement.ordinal)).where(Agreement.item_id == item_id)
    return db.session.scalar(statement) or 0
