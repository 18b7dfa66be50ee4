"""What two people have to do with ballots, who may be one person."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eventapp.core.db import db
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Mandate
from eventapp.voting.models import Ballot, ElectorateUnit, VoteHolder
from eventapp.voting.rules import BallotState

_one, _other = aliased(Mandate), aliased(Mandate)


def ballots_of_both(one_id: int, other_id: int) -> list[str]:
    """List the meetings in which two people may vote in one open ballot, by their titles."""
    query = sa.select(Meeting.title).join(Ballot, Ballot.meeting_id == Meeting.id)
    for mandate, person_id in ((_one, one_id), (_other, other_id)):
        may_vote = (
            sa.select(ElectorateUnit.organisation_id)
            .where(
                ElectorateUnit.electorate_id == Ballot.electorate_id,
                ElectorateUnit.organisation_id == mandate.organisation_id,
            )
            .correlate(Ballot, mandate)
            .exists()
        )
        query = query.join(
            mandate,
            sa.and_(
                mandate.meeting_id == Meeting.id,
                mandate.person_id == person_id,
                mandate.revoked_at.is_(None),
                may_vote,
            ),
        )
    query = query.where(Ballot.state == BallotState.OPEN).distinct().order_by(Meeting.title)
    return list(db.session.scalars(query))


def votes_held(person_ids: Collection[int]) -> dict[int, int]:
    """Count the votes that these people hold for their units, by person."""
    rows = db.session.execute(
        sa.select(VoteHolder.person_id, sa.func.count().label("number"))
        .where(VoteHolder.person_id.in_(person_ids))
        .group_by(VoteHolder.person_id)
    )
    return {row.person_id: row.number for row in rows}
