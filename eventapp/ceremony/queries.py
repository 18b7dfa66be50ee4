"""Reads of a ceremony: agreements with their parties, plaques, unveilings."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventapp.alliance.models import Organisation
from eventapp.ceremony.models import Agreement, Party, PlaqueAward, Unveiling
from eventapp.ceremony.rules import (
    ActState,
    AgreementFacts,
    AgreementState,
    PartyFacts,
    Problem,
    party_role,
    ready_problems,
)
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound

_AGREEMENTS = (
    sa.select(Agreement)
    .where(Agreement.meeting_id == sa.bindparam("meeting_id"))
    .order_by(Agreement.item_id, Agreement.ordinal)
)
_PARTIES = (
    sa.select(Party, Organisation.name)
    .join(Agreement, Agreement.id == Party.agreement_id)
    .join(Organisation, Organisation.id == Party.organisation_id)
    .where(Agreement.meeting_id == sa.bindparam("meeting_id"))
    .order_by(Party.agreement_id, Party.ordinal)
)
_PLAQUES = (
    sa.select(PlaqueAward, Organisation.name)
    .join(Organisation, Organisation.id == PlaqueAward.organisation_id)
    .where(PlaqueAward.meeting_id == sa.bindparam("meeting_id"))
    .order_by(PlaqueAward.item_id, PlaqueAward.ordinal)
)
_UNVEILINGS = (
    sa.select(Unveiling)
    .where(Unveiling.meeting_id == sa.bindparam("meeting_id"))
    .order_by(Unveiling.item_id, Unveiling.ordinal)
)


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party of an agreement; `role` is what the paper calls it: 甲方, 乙方, …"""

    role: str
    organisation_id: int
    name: str
    signatory_name: str
    signatory_title: str
    signatory_id: int | None = None


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """An agreement with its parties in order."""

    id: int
    item_id: int
    ordinal: int
    title: str
    state: AgreementState
    copies: int
    signed_at: datetime | None
    parties: tuple[PartyRow, ...]

    def facts(self, *, papers_checked: bool) -> AgreementFacts:
        """Give what readiness is judged on."""
        parties = tuple(
            PartyFacts(party.organisation_id, party.signatory_id, party.signatory_name)
            for party in self.parties
        )
        return AgreementFacts(parties, self.copies, papers_checked)

    @property
    def problems(self) -> list[Problem]:
        """What is missing apart from the papers, which are ticked when it is called ready."""
        return ready_problems(self.facts(papers_checked=True))


@dataclass(frozen=True, slots=True)
class PlaqueRow:
    """A plaque for a unit."""

    id: int
    item_id: int
    organisation_id: int
    name: str
    plaque: str
    presenters: str
    state: ActState
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnveilingRow:
    """A plate to be unveiled."""

    id: int
    item_id: int
    plate: str
    unveilers: str
    state: ActState
    done_at: datetime | None


def agreements_of(meeting_id: int) -> list[AgreementRow]:
    """List a meeting's agreements by item and order; two statements in all."""
    parties: defaultdict[int, tuple[PartyRow, ...]] = defaultdict(tuple)
    for party, name in db.session.execute(_PARTIES, {"meeting_id": meeting_id}):
        parties[party.agreement_id] += (_party(party, name),)
    rows = db.session.scalars(_AGREEMENTS, {"meeting_id": meeting_id})
    return [
        AgreementRow(
            row.id,
            row.item_id,
            row.ordinal,
            row.title,
            row.state,
            row.copies,
            row.signed_at,
            parties[row.id],
        )
        for row in rows
    ]


def signatures_of(person_id: int) -> list[str]:
    """List the agreements that a person signs, by their titles."""
    query = (
        sa.select(Agreement.title)
        .join(Party, Party.agreement_id == Agreement.id)
        .where(Party.signatory_id == person_id)
        .order_by(Agreement.id)
    )
    return list(db.session.scalars(query))


def _party(party: Party, name: str) -> PartyRow:
    return PartyRow(
        party_role(party.ordinal),
        party.organisation_id,
        name,
        party.signatory_name,
        party.signatory_title,
        party.signatory_id,
    )


def agreement_in(meeting_id: int, agreement_id: int) -> AgreementRow:
    """Find an agreement of this meeting; raises NotFound."""
    for row in agreements_of(meeting_id):
        if row.id == agreement_id:
            return row
    raise NotFound("agreement_unknown", N_("没有找到这份协议。"))


def plaques_of(meeting_id: int) -> list[PlaqueRow]:
    """List a meeting's plaques by item and order."""
    return [
        PlaqueRow(
            row.id,
            row.item_id,
            row.organisation_id,
            name,
            row.plaque,
            row.presenters,
            row.state,
            row.done_at,
        )
        for row, name in db.session.execute(_PLAQUES, {"meeting_id": meeting_id})
    ]


def unveilings_of(meeting_id: int) -> list[UnveilingRow]:
    """List a meeting's unveilings by item and order."""
    return [
        UnveilingRow(row.id, row.item_id, row.plate, row.unveilers, row.state, row.done_at)
        for row in db.session.scalars(_UNVEILINGS, {"meeting_id": meeting_id})
    ]
