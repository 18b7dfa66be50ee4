"""Who signs for a party and by what right, who stands by, and who comes in whose stead."""

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from eventapp.ceremony.models import Agreement, Party, SignatoryChange, StagePerson
from eventapp.ceremony.queries import agreement_in
from eventapp.ceremony.rules import AgreementState, Capacity, Check, Part, ensure_ready
from eventapp.ceremony.service.held import engage_all, held, note, user_of
from eventapp.ceremony.service.people import (
    NameIn,
    drop_authority,
    ensure_unit,
    known_person,
    put_on_stage,
)
from eventapp.core import clock, files
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict, NotFound
from eventapp.core.papers import media_type_of, own_copy, paper_name
from eventapp.meetings.models import Meeting

LONGEST_NOTE = 160


class PartyIn(NamedTuple):
    """A party as entered; a plain tuple of the first four does as well."""

    organisation_id: int
    signatory_id: int | None = None
    signatory_name: str = ""
    signatory_title: str = ""
    capacity: Capacity | None = None
    stand_in: NameIn | None = None
    helper: NameIn | None = None


def set_parties(meeting: Meeting, agreement: Agreement, parties: list[PartyIn]) -> None:
    """Write an agreement's parties anew; powers of attorney stay with whom they were given."""
    kept = _powers(agreement)
    _clear(agreement, Part.STAND_IN, Part.HELPER)
    for ordinal, one in enumerate(parties, start=1):
        ensure_unit(one.organisation_id, "parties")
        signatory_id, name = known_person(meeting, one.signatory_id, one.signatory_name)
        note_, digest, file_name = kept.pop((one.organisation_id, signatory_id, name), ("", "", ""))
        db.session.add(
            Party(
                agreement_id=agreement.id,
                organisation_id=one.organisation_id,
                ordinal=ordinal,
                signatory_id=signatory_id,
                signatory_name=name,
                signatory_title=one.signatory_title,
                capacity=one.capacity,
                authority_note=note_,
                authority_digest=digest,
                authority_name=file_name,
            )
        )
        for part, person in ((Part.STAND_IN, one.stand_in), (Part.HELPER, one.helper)):
            if person is not None:
                put_on_stage(meeting, part, [(ordinal, person)], agreement_id=agreement.id)
    db.session.flush()
    for _note, digest, _name in kept.values():
        if digest:
            files.discard(digest)


def _powers(agreement: Agreement) -> dict[tuple[int, int | None, str], tuple[str, str, str]]:
    """Take the parties out, and give their powers of attorney by unit and signatory."""
    old = db.session.scalars(sa.select(Party).where(Party.agreement_id == agreement.id)).all()
    kept = {
        (one.organisation_id, one.signatory_id, one.signatory_name): (
            one.authority_note,
            one.authority_digest,
            one.authority_name,
        )
        for one in old
    }
    for one in old:
        db.session.delete(one)
    db.session.flush()
    return kept


def set_witnesses(meeting: Meeting, agreement: Agreement, witnesses: Iterable[NameIn]) -> None:
    """Write an agreement's witnesses anew, in order of rank."""
    _clear(agreement, Part.WITNESS)
    put_on_stage(meeting, Part.WITNESS, enumerate(witnesses, 1), agreement_id=agreement.id)


def _clear(agreement: Agreement, *parts: Part) -> None:
    db.session.execute(
        sa.delete(StagePerson).where(
            StagePerson.agreement_id == agreement.id, StagePerson.part.in_(parts)
        )
    )


def set_authority(
    actor: Actor,
    meeting_id: int,
    agreement_id: int,
    ordinal: int,
    *,
    text: str = "",
    paper: tuple[str, bytes] | None = None,
) -> None:
    """Note a party's power of attorney: what is known of the paper, or the paper itself.

    `paper` is its file's name and content; the file of before goes. Raises Invalid where it is
    too large or nothing that is taken.
    """
    with transaction():
        meeting = lock(Meeting, meeting_id)
        agreement = held(meeting_id, agreement_id)
        party = _party(agreement, ordinal)
        party.authority_note = text
        if paper is not None:
            kind = media_type_of(paper[1])
            if party.authority_digest:
                files.discard(party.authority_digest)
            party.authority_digest = files.store(own_copy(paper[1]), kind).digest
            party.authority_name = paper_name(paper[0], kind)
        note(
            actor,
            meeting,
            "agreement.authority",
            agreement,
            party=ordinal,
            digest=party.authority_digest,
        )


def substitute_signatory(
    actor: Actor,
    meeting_id: int,
    agreement_id: int,
    ordinal: int,
    *,
    reason: str,
    authority: str = "",
) -> SignatoryChange:
    """Let a party's stand-in sign in the signatory's stead: a record, which minutes state.

    The stand-in signs by a power of attorney, which is noted. Raises Conflict where there is no
    stand-in, the agreement is signed, or a ready one would no longer be.
    """
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        agreement = held(meeting_id, agreement_id)
        if agreement.state in {AgreementState.SIGNED, AgreementState.WITHDRAWN}:
            raise Conflict("agreement_over", N_("这份协议已经签署或撤回，不能再换签署人。"))
        party = _party(agreement, ordinal)
        change = _exchange(actor, party, reason)
        party.capacity, party.authority_note = Capacity.AUTHORISED, authority
        session.add(change)
        engage_all(actor, meeting, agreement)
        if agreement.state is AgreementState.READY:
            row = agreement_in(meeting_id, agreement_id)
            ensure_ready(row.facts(papers_checked=Check.TEXTS in row.ticked))
        note(actor, meeting, "agreement.substituted", agreement, party=ordinal, change=change.id)
    return change


def _exchange(actor: Actor, party: Party, reason: str) -> SignatoryChange:
    """Put the stand-in in the signatory's place, and say who went and who came."""
    stand_in = db.session.scalars(
        sa.select(StagePerson).where(
            StagePerson.agreement_id == party.agreement_id,
            StagePerson.part == Part.STAND_IN,
            StagePerson.ordinal == party.ordinal,
        )
    ).first()
    if stand_in is None:
        raise Conflict("no_stand_in", N_("这一方没有登记替签人，请先登记。"))
    change = SignatoryChange(
        agreement_id=party.agreement_id,
        organisation_id=party.organisation_id,
        gone_id=party.signatory_id,
        gone_name=party.signatory_name,
        come_id=stand_in.person_id,
        come_name=stand_in.name,
        reason=reason,
        changed_at=clock.now(),
        changed_by=user_of(actor),
    )
    drop_authority(party)
    party.signatory_id, party.signatory_name = stand_in.person_id, stand_in.name
    party.signatory_title = stand_in.title
    db.session.delete(stand_in)
    return change


def _party(agreement: Agreement, ordinal: int) -> Party:
    found = db.session.scalars(
        sa.select(Party).where(Party.agreement_id == agreement.id, Party.ordinal == ordinal)
    ).first()
    if found is None:
        raise NotFound("party_unknown", N_("没有找到这一方。"))
    return found
