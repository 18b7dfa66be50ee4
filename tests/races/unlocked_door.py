"""The application whose door waits for nobody: only the database's constraints are left.

The lock before SQLite's one writer is gone, and on PostgreSQL nobody waits at the ledger's head:
two scans may then think that the same place in the ledger is theirs. UNIQUE refuses the second,
which decides afresh, as often as it takes.
"""

from typing import Any

from sqlalchemy.exc import IntegrityError

from eventapp.checkin.queries.books import OWN
from eventapp.checkin.service import scans
from eventapp.core import db
from wsgi import app

__all__ = ["app"]


class Open:
    """A lock that anybody may pass at any time."""

    def acquire(self, **_wish: Any) -> bool:
        """Let everybody in."""
        return True

    def release(self) -> None:
        """Keep nobody out."""


def answer_knock(knock: Any) -> Any:
    """Answer as the door does, and try again as long as somebody else was quicker."""
    while True:
        try:
            return scans._answer(knock)
        except IntegrityError:
            continue


db._sqlite_writers = Open()
OWN.knock._for_update_arg = None
scans.answer_knock = answer_knock
