"""Reads of agreements: who signs and by what right, who stands by, what has been checked."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventapp.accounts.models import User
from eventapp.alliance.models import Organisation
from eventapp.ceremony.models import (
    Agreement,
    PaperCheck,
    Party,
    SignatoryChange,
    StagePerson,
)
from eventapp.ceremony.rules import (
    AgreementFacts,
    AgreementState,
    Capacity,
    Check,
    Part,
    PartyFacts,
    Place,
    Problem,
    Somebody,
    party_role,
    ready_problems,
)
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound

HIDDEN_TITLE = N_("协议（名称暂不公开）")
"""What a secret agreement is called wherever the public or the press may look."""

_IN_MEETING = Agreement.meeting_id == sa.bindparam("meeting_id")
_AGREEMENTS = (
    sa.select(Agreement, User.name)
    .outerjoin(User, User.id == Agreement.signed_by)
    .where(_IN_MEETING)
    .order_by(Agreement.item_id, Agreement.ordinal)
)
_PARTIES = (
    sa.select(Party, Organisation.name)
    .join(Agreement, Agreement.id == Party.agreement_id)
    .join(Organisation, Organisation.id == Party.organisation_id)
    .where(_IN_MEETING)
    .order_by(Party.agreement_id, Party.ordinal)
)
_PEOPLE = (
    sa.select(StagePerson, Organisation.name)
    .join(Agreement, Agreement.id == StagePerson.agreement_id)
    .outerjoin(Organisation, Organisation.id == StagePerson.organisation_id)
    .where(_IN_MEETING)
    .order_by(StagePerson.agreement_id, StagePerson.ordinal, StagePerson.id)
)
_CHECKS = (
    sa.select(PaperCheck, User.name)
    .join(Agreement, Agreement.id == PaperCheck.agreement_id)
    .outerjoin(User, User.id == PaperCheck.ticked_by)
    .where(_IN_MEETING)
)
_CHANGES = (
    sa.select(SignatoryChange, Organisation.name, User.name.label("by"))
    .join(Agreement, Agreement.id == SignatoryChange.agreement_id)
    .join(Organisation, Organisation.id == SignatoryChange.organisation_id)
    .outerjoin(User, User.id == SignatoryChange.changed_by)
    .where(_IN_MEETING)
    .order_by(SignatoryChange.id)
)


@dataclass(frozen=True, slots=True)
class StageName:
    """Somebody on the stage as a paper names them; a unit's name where nobody of it is told."""

    part: Part
    ordinal: int
    name: str
    title: str = ""
    person_id: int | None = None
    organisation_id: int | None = None
    unit: str = ""

    @property
    def line(self) -> str:
        """Give name and title in one line."""
        return f"{self.name}\u3000{self.title}" if self.title else self.name

    @property
    def somebody(self) -> Somebody:
        """Give what tells this person apart."""
        return Somebody(self.name, self.person_id)


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party of an agreement; `role` is what the paper calls it: 甲方, 乙方, …"""

    role: str
    organisation_id: int
    name: str
    signatory_name: str
    signatory_title: str
    signatory_id: int | None = None
    ordinal: int = 0
    capacity: Capacity | None = None
    authority_note: str = ""
    authority_name: str = ""
    authority_digest: str = ""
    stand_in: StageName | None = None
    helper: StageName | None = None

    @property
    def has_authority(self) -> bool:
        """Tell whether a power of attorney was uploaded, or one on paper noted."""
        return bool(self.authority_note or self.authority_digest)

    @property
    def signatory(self) -> Somebody | None:
        """Give who signs; None where nobody is named yet."""
        if self.signatory_id is None and not self.signatory_name:
            return None
        return Somebody(self.signatory_name, self.signatory_id)


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A ticked line of the check list: when, and by whom."""

    line: Check
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Somebody came in a signatory's stead."""

    organisation_id: int
    unit: str
    gone_name: str
    come_name: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """An agreement with its parties in order, and all that has to do with it."""

    id: int
    item_id: int
    ordinal: int
    title: str
    state: AgreementState
    copies: int
    signed_at: datetime | None
    parties: tuple[PartyRow, ...]
    signed_by: str = ""
    secret: bool = False
    place: Place | None = None
    pinned: bool = False
    after_id: int | None = None
    witnesses: tuple[StageName, ...] = ()
    checks: tuple[CheckRow, ...] = ()
    changes: tuple[ChangeRow, ...] = ()

    def facts(self, *, papers_checked: bool) -> AgreementFacts:
        """Give what readiness is judged on."""
        parties = tuple(
            PartyFacts(
                party.organisation_id,
                party.signatory_id,
                party.signatory_name,
                party.capacity,
                party.has_authority,
            )
            for party in self.parties
        )
        witnesses = tuple(one.somebody for one in self.witnesses)
        return AgreementFacts(parties, self.copies, papers_checked, witnesses)

    @property
    def problems(self) -> list[Problem]:
        """What is missing apart from the papers, which are ticked when it is called ready."""
        return ready_problems(self.facts(papers_checked=True))

    @property
    def shown_title(self) -> str:
        """The title where the public, the press or the hall may look; a message id if hidden."""
        return HIDDEN_TITLE if self.secret else self.title

    @property
    def signatories(self) -> tuple[Somebody, ...]:
        """Give those who sign, as far as they are named."""
        return tuple(party.signatory for party in self.parties if party.signatory)

    @property
    def ticked(self) -> frozenset[Check]:
        """Give the lines of the check list that are ticked."""
        return frozenset(one.line for one in self.checks)


def agreements_of(meeting_id: int) -> list[AgreementRow]:
    """List a meeting's agreements by item and rank; five statements in all."""
    bound = {"meeting_id": meeting_id}
    people: defaultdict[int | None, list[StageName]] = defaultdict(list)
    for row, unit in db.session.execute(_PEOPLE, bound):
        people[row.agreement_id].append(stage_name(row, unit))
    parties: defaultdict[int, tuple[PartyRow, ...]] = defaultdict(tuple)
    for party, name in db.session.execute(_PARTIES, bound):
        parties[party.agreement_id] += (_party(party, name, people[party.agreement_id]),)
    checks: defaultdict[int, tuple[CheckRow, ...]] = defaultdict(tuple)
    for check, by in db.session.execute(_CHECKS, bound):
        checks[check.agreement_id] += (CheckRow(check.line, check.ticked_at, by or ""),)
    changes: defaultdict[int, tuple[ChangeRow, ...]] = defaultdict(tuple)
    for change, unit, by in db.session.execute(_CHANGES, bound):
        changes[change.agreement_id] += (_change(change, unit, by or ""),)
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
            signed_by=by or "",
            secret=row.secret,
            place=_place(row),
            pinned=row.pinned,
            after_id=row.after_id,
            witnesses=tuple(one for one in people[row.id] if one.part is Part.WITNESS),
            checks=checks[row.id],
            changes=changes[row.id],
        )
        for row, by in db.session.execute(_AGREEMENTS, bound)
    ]


def agreement_in(meeting_id: int, agreement_id: int) -> AgreementRow:
    """Find an agreement of this meeting; raises NotFound."""
    for row in agreements_of(meeting_id):
        if row.id == agreement_id:
            return row
    raise NotFound("agreement_unknown", N_("没有找到这份协议。"))


def signatures_of(person_id: int) -> list[str]:
    """List the agreements that a person signs, by their titles."""
    query = (
        sa.select(Agreement.title)
        .join(Party, Party.agreement_id == Agreement.id)
        .where(Party.signatory_id == person_id)
        .order_by(Agreement.id)
    )
    return list(db.session.scalars(query))


def stage_name(row: StagePerson, unit: str | None) -> StageName:
    """Read somebody on the stage."""
    return StageName(
        row.part,
        row.ordinal,
        row.name,
        row.title,
        row.person_id,
        row.organisation_id,
        unit or "",
    )


def _place(row: Agreement) -> Place | None:
    if row.batch is None or row.table_number is None:
        return None
    return Place(row.batch, row.table_number)


def _party(party: Party, name: str, people: list[StageName]) -> PartyRow:
    beside = {one.part: one for one in people if one.ordinal == party.ordinal}
    return PartyRow(
        party_role(party.ordinal),
        party.organisation_id,
        name,
        party.signatory_name,
        party.signatory_title,
        party.signatory_id,
        party.ordinal,
        party.capacity,
        party.authority_note,
        party.authority_name,
        party.authority_digest,
        beside.get(Part.STAND_IN),
        beside.get(Part.HELPER),
    )


def _change(row: SignatoryChange, unit: str, by: str) -> ChangeRow:
    return ChangeRow(
        row.organisation_id, unit, row.gone_name, row.come_name, row.reason, row.changed_at, by
    )
