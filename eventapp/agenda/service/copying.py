"""Taking over the agenda of an earlier meeting."""

from eventapp.agenda.models import AgendaItem
from eventapp.agenda.queries import Item, items_of
from eventapp.agenda.rules import ChangeVerb
from eventapp.agenda.service.held import hold
from eventapp.agenda.service.history import recorded
from eventapp.agenda.service.order import last_ordinal
from eventapp.agenda.service.people import PersonIn, set_people
from eventapp.agenda.service.planning import put_in
from eventapp.core.access import Actor
from eventapp.core.db import transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.ledger import audit
from eventapp.meetings.queries import meeting_in, rooms_of


def copy_agenda(actor: Actor, meeting_id: int, from_id: int, *, people: bool = False) -> int:
    """Put the items of another meeting of the alliance behind those of this one; tell how many.

    Fixed times keep their distance from the meeting's start, rooms are found by their names, and
    what happened is not taken over. With `people`, whoever is named comes along. Raises NotFound
    for a meeting of another alliance, Conflict for one without an agenda.
    """
    with transaction():
        facts = hold(meeting_id)
        source = meeting_in(facts.alliance_id, from_id)
        items = items_of(source.id)
        if not items or source.id == meeting_id:
            raise Conflict("nothing_to_copy", N_("那次会议没有可以复制的议程。"))
        rooms = {room.name: room.id for room in rooms_of(meeting_id)}
        last = last_ordinal(meeting_id)
        shift = facts.starts_at - source.starts_at
        with recorded(actor, facts, ChangeVerb.COPY, source.title):
            for ordinal, item in enumerate(items, start=last + 1):
                row = AgendaItem(
                    meeting_id=meeting_id,
                    ordinal=ordinal,
                    kind=item.kind,
                    title=item.title,
                    detail=item.detail,
                    minutes=item.minutes,
                    fixed_at=item.fixed_at + shift if item.fixed_at else None,
                    over_by=item.over_by + shift if item.over_by else None,
                    room_id=rooms.get(item.room),
                    cue=item.cue,
                    responsible=item.responsible if people else "",
                )
                put_in(row)
                set_people(facts, row, _people(item) if people else ())
        subject = f"meeting:{source.id}"
        audit(actor, facts.scope_id, "agenda.copied", subject, count=len(items), people=people)
    return len(items)


def _people(item: Item) -> list[PersonIn]:
    return [PersonIn(one.role, one.name, one.title, one.person_id) for one in item.people]
