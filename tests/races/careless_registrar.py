"""Registering with the safeguard of places patched out: they are counted, and nobody holds them.

The control of the races for places. On PostgreSQL two groups then count the same free places and
both take them. On SQLite one transaction writes at a time whatever we do, so that counting inside
it is safe by itself; there the count of the moment when a group was sent is used, as a page would
that looks first and writes later.
"""

import threading
import time
from collections.abc import Collection
from typing import Any

from eventapp.core.db import db
from eventapp.registration.queries import places
from eventapp.registration.queries.places import Places, look_at_places
from eventapp.registration.service import attendance, enrolment
from tests.races import registrar

PAUSE_SECONDS = 0.05
_seen = threading.local()
_careful_act = registrar.act


def hold_places(meeting_id: int, units: Collection[int]) -> Places:
    """Count without holding; on SQLite say what was counted before the transaction."""
    if db.engine.dialect.name == "sqlite":
        return _seen.places
    counted = look_at_places(meeting_id, units)
    time.sleep(PAUSE_SECONDS)
    return counted


def act(app: Any, work: dict[str, Any]) -> dict[str, Any]:
    """Look first and write later."""
    with app.app_context():
        _seen.places = look_at_places(work["meeting_id"], [work["unit_id"]])
        db.session.remove()
    return _careful_act(app, work)


places.hold_places = enrolment.hold_places = attendance.hold_places = hold_places
registrar.act = act

if __name__ == "__main__":
    registrar.main()
