"""A process in which many unit liaisons register groups and put substitutes in, at once.

`python -m tests.races.registrar works.json` says in works.ready that it is there, waits for the
file `go` beside it, does all that its file asks in threads, and tells in works.done what became of
each.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from flask import Flask

from eventapp.core.access import SYSTEM
from eventapp.core.db import db
from eventapp.core.errors import Busy
from eventapp.registration.service.enrolment import GroupRefused
from eventapp.registration.service.groups import Entry, register_group, substitute_delegate
from tests.arena import make_app

TRIES = 20
"""Whoever is told that the system is busy tries again, as people do."""


def act(app: Flask, work: dict[str, Any]) -> dict[str, Any]:
    """Register one group, or put one substitute in; tell what became of it."""
    entries = [Entry(name, phone) for name, phone in work["people"]]
    meeting_id = work["meeting_id"]
    for busy in range(TRIES):
        with app.app_context():
            try:
                if "instead_of" in work:
                    one = work["instead_of"]
                    substitute_delegate(SYSTEM, meeting_id, one, entries[0])
                    return {"substituted": 1, "busy": busy}
                taken = register_group(SYSTEM, meeting_id, work["delegation_id"], entries)
                return {"taken": len(taken), "wanted": len(entries), "busy": busy}
            except GroupRefused:
                return {"taken": 0, "wanted": len(entries), "busy": busy}
            except Busy:
                continue
            finally:
                db.session.remove()
    return {"gave_up": 1}


def main() -> None:
    """Do the work of this process."""
    paper = Path(sys.argv[1])
    order = json.loads(paper.read_text())
    app = make_app(paper.parent, order["url"])
    paper.with_suffix(".ready").touch()
    while not (paper.parent / "go").exists():
        time.sleep(0.005)
    with ThreadPoolExecutor(order["threads"]) as pool:
        done = list(pool.map(lambda work: act(app, work), order["works"]))
    paper.with_suffix(".done").write_text(json.dumps(done))


if __name__ == "__main__":
    main()
