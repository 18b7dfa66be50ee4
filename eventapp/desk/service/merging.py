"""Make one person of two, by a person's word: features hand over what is theirs, from below up."""

from eventapp.agenda.service import hand_over_person as hand_over_plans
from eventapp.alliance.queries import person_in
from eventapp.alliance.service.merging import absorb_person, hold_two
from eventapp.ceremony.service import hand_over_person as hand_over_signatures
from eventapp.core.access import Actor
from eventapp.core.db import transaction
from eventapp.core.errors import Conflict
from eventapp.desk.queries import Merger, merger_of
from eventapp.registration.queries.merging import mandates_held
from eventapp.registration.service.merging import hand_over_person as hand_over_registrations
from eventapp.registration.service.merging import hold_people
from eventapp.voting.service.merging import hand_over_person as hand_over_votes
from eventapp.voting.service.opening import hold_votes

STAYING = frozenset({"people.merged_into_id", "erasures.person_id"})
"""Columns that go on pointing at whom they point at: sign-posts, and what an erased person asked.

All others must be handed over by somebody below; a test walks through the tables.
"""


def merge_people(actor: Actor, alliance_id: int, keep_id: int, gone_id: int) -> Merger:
    """Make one person of two; tell what was done.

    All that points at the gone one points at the kept one afterwards, but for records, which are
    never changed: the id in them leads to the kept one by the sign-post that is left. Raises
    Conflict where both came to one meeting, both may vote in an open ballot, or one asked to be
    erased; and for somebody who is gone already.
    """
    with transaction():
        _hold_votes(alliance_id, keep_id, gone_id)
        hold_two(alliance_id, keep_id, gone_id)
        hold_people((keep_id, gone_id))
        merger = merger_of(alliance_id, keep_id, gone_id)
        if merger.obstacle is not None:
            found = merger.obstacle
            raise Conflict(found.code, found.message, **found.params)
        ending = [
            (clash.meeting_id, clash.ends.registration_id, clash.stays.registration_id)
            for clash in merger.clashes
        ]
        moved = hand_over_registrations(actor, gone_id, keep_id, ending=ending)
        moved["item_people"] = hand_over_plans(gone_id, keep_id)
        moved["parties"] = hand_over_signatures(gone_id, keep_id)
        moved["vote_holders"] = hand_over_votes(gone_id, keep_id)
        absorb_person(actor, alliance_id, keep_id, gone_id, moved)
    return merger


def _hold_votes(alliance_id: int, *person_ids: int) -> None:
    """Queue where either may vote, before people are held: who votes holds that queue first."""
    for person_id in person_ids:
        person_in(alliance_id, person_id)
    for meeting_id in sorted({one.meeting_id for one in mandates_held(person_ids, ended=True)}):
        hold_votes(meeting_id)
