"""Agreements: drawn up, made ready, signed.

Signatories are engaged through the agenda, so that one who is wanted elsewhere at that hour is
found while the plan can still be mended.
"""

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from eventapp.agenda.queries import item_in
from eventapp.agenda.rules import ResourceKind
from eventapp.agenda.service import engage, release_source
from eventapp.alliance.models import Organisation
from eventapp.alliance.queries import person_in
from eventapp.ceremony.models import Agreement, Party
from eventapp.ceremony.queries import agreement_in
from eventapp.ceremony.rules import (
    AgreementState,
    ensure_may_become,
    ensure_ready,
    party_role,
)
from eventapp.ceremony.service.acts import forget_name
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting

FEWEST, MOST = 2, 20
"""Parties of one agreement."""


class PartyIn(NamedTuple):
    """A party as entered; a plain tuple of the same four does as well."""

    organisation_id: int
    signatory_id: int | None = None
    signatory_name: str = ""
    signatory_title: str = ""


def add_agreement(
    actor: Actor,
    meeting_id: int,
    *,
    item_id: int,
    title: str,
    parties: Iterable[tuple[int, int | None, str, str]],
    copies: int | None = None,
) -> Agreement:
    """Draw an agreement up for an item; `copies` None: one for each party."""
    wanted = [PartyIn(*party) for party in parties]
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
        )
        session.add(agreement)
        session.flush()
        _set_parties(actor, meeting, agreement, wanted)
        _note(actor, meeting, "agreement.added", agreement, parties=len(wanted))
    return agreement


def change_agreement(
    actor: Actor,
    meeting_id: int,
    agreement_id: int,
    *,
    title: str,
    parties: Iterable[tuple[int, int | None, str, str]],
    copies: int,
) -> Agreement:
    """Draw a draft up anew; a ready one must be taken back to draft first."""
    wanted = [PartyIn(*party) for party in parties]
    _ensure_number(wanted)
    with transaction():
        meeting = lock(Meeting, meeting_id)
        agreement = _held(meeting_id, agreement_id)
        if agreement.state != AgreementState.DRAFT:
            raise Conflict("agreement_not_draft", N_("这份协议已经就绪或签署，请先退回准备中。"))
        agreement.title, agreement.copies = title, copies
        _set_parties(actor, meeting, agreement, wanted)
        _note(actor, meeting, "agreement.changed", agreement, parties=len(wanted))
    return agreement


def set_ready(
    actor: Actor, meeting_id: int, agreement_id: int, *, papers_checked: bool = True
) -> Agreement:
    """Call an agreement ready, its papers having been compared; the first lack refuses it."""
    with transaction():
        meeting = lock(Meeting, meeting_id)
        agreement = _held(meeting_id, agreement_id)
        ensure_ready(agreement_in(meeting_id, agreement_id).facts(papers_checked=papers_checked))
        return _step(actor, meeting, agreement, AgreementState.READY)


def set_draft(actor: Actor, meeting_id: int, agreement_id: int) -> Agreement:
    """Take a ready agreement back: a signatory dropped out, a paper was wrong."""
    with transaction():
        meeting = lock(Meeting, meeting_id)
        agreement = _held(meeting_id, agreement_id)
        return _step(actor, meeting, agreement, AgreementState.DRAFT)


def mark_signed(actor: Actor, meeting_id: int, agreement_id: int) -> Agreement:
    """Record that an agreement has been signed by all its parties, now."""
    with transaction():
        meeting = lock(Meeting, meeting_id)
        agreement = _held(meeting_id, agreement_id)
        agreement.signed_at = clock.now()
        return _step(actor, meeting, agreement, AgreementState.SIGNED)


def withdraw_agreement(actor: Actor, meeting_id: int, agreement_id: int) -> Agreement:
    """Take an unsigned agreement off the programme and set its signatories free."""
    with transaction():
        meeting = lock(Meeting, meeting_id)
        agreement = _held(meeting_id, agreement_id)
        release_source(actor, meeting_id, _source(agreement))
        return _step(actor, meeting, agreement, AgreementState.WITHDRAWN)


def hand_over_person(old_id: int, new_id: int) -> int:
    """Let one person stand as signatory where another stood; tell how often. The names stay."""
    with transaction() as session:
        moved = session.scalars(
            sa.update(Party)
            .where(Party.signatory_id == old_id)
            .values(signatory_id=new_id)
            .returning(Party.id)
        ).all()
    return len(moved)


def forget_person(actor: Actor, meeting_id: int, person_id: int, *, typed: str = "") -> int:
    """Take a signatory's name off a meeting's agreements, and off its acts; tell of how many.

    `typed` is a name that means this person also where nobody said who of the alliance it is.
    """
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        agreements = sa.select(Agreement.id).where(Agreement.meeting_id == meeting_id)
        gone = session.scalars(
            sa.update(Party)
            .where(
                Party.agreement_id.in_(agreements),
                sa.or_(
                    Party.signatory_id == person_id,
                    sa.and_(Party.signatory_id.is_(None), Party.signatory_name == (typed or None)),
                ),
            )
            .values(signatory_id=None, signatory_name="", signatory_title="")
            .returning(Party.agreement_id)
        ).all()
        acts = forget_name(meeting_id, typed) if typed else 0
        if gone or acts:
            audit(actor, meeting.scope_id, "ceremony.forget", f"person:{person_id}", acts=acts)
    return len(set(gone)) + acts


def _held(meeting_id: int, agreement_id: int) -> Agreement:
    agreement = lock(Agreement, agreement_id)
    if agreement.meeting_id != meeting_id:
        raise NotFound("agreement_unknown", N_("没有找到这份协议。"))
    return agreement


def _step(actor: Actor, meeting: Meeting, agreement: Agreement, new: AgreementState) -> Agreement:
    old = agreement.state
    ensure_may_become(old, new)
    agreement.state = new
    _note(actor, meeting, "agreement.stepped", agreement, old=old, new=new)
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


def _set_parties(
    actor: Actor, meeting: Meeting, agreement: Agreement, parties: list[PartyIn]
) -> None:
    session = db.session
    session.execute(sa.delete(Party).where(Party.agreement_id == agreement.id))
    release_source(actor, meeting.id, _source(agreement))
    for ordinal, one in enumerate(parties, start=1):
        if session.get(Organisation, one.organisation_id) is None:
            raise Invalid("unit_unknown", N_("没有找到这个单位。"), field="parties")
        signatory_id, name = _signatory(meeting, one)
        session.add(
            Party(
                agreement_id=agreement.id,
                organisation_id=one.organisation_id,
                ordinal=ordinal,
                signatory_id=signatory_id,
                signatory_name=name,
                signatory_title=one.signatory_title,
            )
        )
        if signatory_id is not None:
            engage(
                actor,
                meeting.id,
                agreement.item_id,
                resource=ResourceKind.PERSON,
                resource_id=signatory_id,
                label=name,
                role=party_role(ordinal),
                source=_source(agreement),
            )
    session.flush()


def _signatory(meeting: Meeting, one: PartyIn) -> tuple[int | None, str]:
    """Tell who signs, and the name to print; a person of another alliance does not exist here."""
    if one.signatory_id is None:
        return None, one.signatory_name
    try:
        person = person_in(meeting.alliance_id, one.signatory_id)
    except NotFound as error:
        raise Invalid("person_unknown", N_("没有找到这位人员。"), field="parties") from error
    return person.id, one.signatory_name or person.name


def _source(agreement: Agreement) -> str:
    return f"agreement:{agreement.id}"


def _last(item_id: int) -> int:
    statement = sa.select(sa.func.max(Agreement.ordinal)).where(Agreement.item_id == item_id)
    return db.session.scalar(statement) or 0


def _note(actor: Actor, meeting: Meeting, verb: str, agreement: Agreement, **data: object) -> None:
    audit(actor, meeting.scope_id, verb, f"agreement:{agreement.id}", **data)
