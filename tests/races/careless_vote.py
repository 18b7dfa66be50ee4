"""The application with the vote's safeguards patched out: it looks, and only then takes its turn.

The control of the races among votes: who may vote is decided before the ledger's head is held,
so two representatives, or a vote and the close, can pass each other unseen.
"""

import time
from typing import Any

from eventapp.core.db import db, transaction
from eventapp.voting import service
from eventapp.voting.service import casting

PAUSE_SECONDS = 0.02


def cast_vote(actor: Any, meeting_id: int, ballot_id: int, *, choice: Any, client_key: str) -> Any:
    """Look first and write later."""
    vote = casting._Vote(meeting_id, ballot_id, actor.subject_id, choice, client_key)
    values = {
        "meeting_id": meeting_id,
        "ballot_id": ballot_id,
        "mandate_id": vote.mandate_id,
        "client_key": client_key,
    }
    facts = db.session().execute(casting._FACTS, values).one()
    casting._ensure_may_cast(facts)
    time.sleep(PAUSE_SECONDS)
    with transaction() as session:
        connection = session.connection()
        head = connection.execute(casting._HEAD, {"meeting_id": meeting_id}).one()
        return casting._record(connection, actor, vote, head, facts)


casting.cast_vote = cast_vote
service.cast_vote = cast_vote

from wsgi import app  # noqa: E402 - the routes must find the careless verb

__all__ = ["app"]
