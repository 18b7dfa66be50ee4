"""What every verb of a ceremony begins with: its agreement held, its item engaged, its note."""

from eventapp.agenda.queries import item_in
from eventapp.agenda.rules import ResourceKind
from eventapp.agenda.service import engage, release_source
from eventapp.ceremony.models import Agreement
from eventapp.ceremony.queries import agreement_in
from eventapp.ceremony.rules import PART_LABEL, Part
from eventapp.core.access import Actor, ActorKind
from eventapp.core.db import db, lock
from eventapp.core.errors import N_, NotFound
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting

LABEL = 120
"""The most characters of a label in the agenda."""
TABLES_APART = 100
"""Tables of a room are numbered from here on by the room, so that two rooms share none."""


def held(meeting_id: int, agreement_id: int) -> Agreement:
    """Hold an agreement of this meeting; raises NotFound."""
    agreement = lock(Agreement, agreement_id)
    if agreement.meeting_id != meeting_id:
        raise NotFound("agreement_unknown", N_("没有找到这份协议。"))
    return agreement


def note(actor: Actor, meeting: Meeting, verb: str, agreement: Agreement, **data: object) -> None:
    """Record what was done to an agreement, by ids only."""
    audit(actor, meeting.scope_id, verb, f"agreement:{agreement.id}", **data)


def user_of(actor: Actor) -> int | None:
    """Tell which account acts; None for the system and for links."""
    return actor.id if actor.kind is ActorKind.USER else None


def source_of(agreement: Agreement) -> str:
    """Name an agreement as the source of engagements."""
    return f"agreement:{agreement.id}"


def engage_all(actor: Actor, meeting: Meeting, agreement: Agreement) -> None:
    """Tell the agenda anew what an agreement needs: its people, its papers, its table."""
    db.session.flush()
    release_source(actor, meeting.id, source_of(agreement))
    row = agreement_in(meeting.id, agreement.id)
    for party in row.parties:
        if party.signatory_id is not None:
            _engage_person(
                actor, meeting, agreement, party.signatory_id, party.signatory_name, party.role
            )
        helper = party.helper
        if helper is not None and helper.person_id is not None:
            _engage_person(
                actor, meeting, agreement, helper.person_id, helper.name, PART_LABEL[Part.HELPER]
            )
    for one in row.witnesses:
        if one.person_id is not None:
            _engage_person(actor, meeting, agreement, one.person_id, one.name, Part.WITNESS.value)
    _engage(actor, meeting, agreement, ResourceKind.DOCUMENT, agreement.id, row.title)
    if row.place:
        room = item_in(meeting.id, agreement.item_id).room_id or 0
        table = room * TABLES_APART + row.place.table
        _engage(actor, meeting, agreement, ResourceKind.TABLE, table, str(row.place.table))


def _engage_person(
    actor: Actor, meeting: Meeting, agreement: Agreement, person_id: int, name: str, role: str
) -> None:
    _engage(actor, meeting, agreement, ResourceKind.PERSON, person_id, name, role)


def _engage(
    actor: Actor,
    meeting: Meeting,
    agreement: Agreement,
    resource: ResourceKind,
    resource_id: int,
    label: str,
    role: str = "",
) -> None:
    engage(
        actor,
        meeting.id,
        agreement.item_id,
        resource=resource,
        resource_id=resource_id,
        label=label[:LABEL],
        role=role,
        source=source_of(agreement),
    )
