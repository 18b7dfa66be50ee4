"""Reads of what somebody may read of the meeting's papers."""

from eventapp.agenda.rules import Readers
from eventapp.alliance.queries import members_of
from eventapp.meetings.models import Meeting
from eventapp.registration.queries.registrations import Row
from eventapp.registration.queries.units import mandates_of
from eventapp.registration.rules import State


def council_units(meeting: Meeting) -> set[int]:
    """Tell which units' seats vote in council."""
    members = members_of(meeting.alliance_id)
    return {one.organisation_id for one in members if one.votes_in_council}


def reader_of(meeting: Meeting, row: Row) -> Readers:
    """Tell as whom the person of a registration reads papers; whoever is not approved, as all."""
    if row.state is not State.APPROVED:
        return Readers.PUBLIC
    council = council_units(meeting)
    speaks = any(
        one.person_id == row.person_id and one.organisation_id in council
        for one in mandates_of(meeting.id)
    )
    return Readers.COUNCIL if speaks else Readers.REGISTERED
