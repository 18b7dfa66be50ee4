"""The version of a meeting, which rises with every change to it.

Every change is recorded in one of the scope's ledgers; so the sum of their lengths is a version
that needs no counter of its own. A rehearsal's ledger is not counted: it can be dropped, and a
version never falls.
"""

import sqlalchemy as sa

from eventapp.core.db import db
from eventapp.core.ledger import LEDGERS, LedgerHead

_VERSION = sa.select(sa.func.coalesce(sa.func.sum(LedgerHead.seq), 0)).where(
    LedgerHead.scope_id.in_(sa.bindparam("ids", expanding=True)), LedgerHead.name.in_(LEDGERS)
)


def version_of(*scope_ids: int) -> int:
    """Tell the version of these scopes together."""
    return int(db.session.scalar(_VERSION, {"ids": list(scope_ids)}) or 0)
