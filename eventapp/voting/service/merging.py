"""Let one person stand where another stood as holder of votes; the records name neither."""

import sqlalchemy as sa

from eventapp.core.db import transaction
from eventapp.voting.models import VoteHolder


def hand_over_person(old_id: int, new_id: int) -> int:
    """Let one person hold the votes that another cast; tell how many. The caller holds them."""
    with transaction() as session:
        moved = session.scalars(
            sa.update(VoteHolder)
            .where(VoteHolder.person_id == old_id)
            .values(person_id=new_id)
            .returning(VoteHolder.ballot_id)
        ).all()
    return len(moved)
