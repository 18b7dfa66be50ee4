"""`python -m tests.bench.status`: what the figures of a meeting with 100,000 passes cost.

Registers so many people in one statement, lets half of them in, and asks for the counts that a
phone polls, for the whole board, and for the answer to a scan: CPU of this process and of the
database, per look. BENCH_PASSES= changes the number.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from eventapp.checkin.queries import board_of, gate_counts, tally_of
from eventapp.core import clock
from eventapp.core.access import SYSTEM
from eventapp.core.db import db, transaction
from eventapp.core.ledger import audit
from tests.arena import inside, open_app
from tests.bench.__main__ import POSTGRES, postgres_answers
from tests.bench.load import backends_of, cpu_seconds
from tests.factories_checkin import (
    Door,
    hall_of,
    make_door,
    make_registration,
    make_unit,
    pass_text,
    scan,
)
from tests.live import postgres_database

PASSES = int(os.environ.get("BENCH_PASSES", "100000"))
UNITS = 500
HEAD = "| database | figure | looks | CPU ms a look | budget |\n|---|---|---:|---:|---:|"


def main() -> None:
    """Measure on every database that is there."""
    print(f"{PASSES} passes, {PASSES // 2} people inside\n\n{HEAD}")
    with tempfile.TemporaryDirectory() as folder:
        report("SQLite", open_app(Path(folder), f"sqlite:///{folder}/bench.db"), "")
    if postgres_answers():
        name = f"menghui_status_{os.getpid()}"
        with (
            tempfile.TemporaryDirectory() as folder,
            postgres_database(POSTGRES, name) as url,
        ):
            report("PostgreSQL", open_app(Path(folder), url), name)


def fill(door: Door) -> None:
    """Register everybody and let every second one in, by statements: verbs would take an hour."""
    units = [make_unit(f"单位{number}") for number in range(UNITS)]
    now, hall_id = clock.now(), hall_of(door).id
    model = db.metadata.tables
    with transaction() as session:
        base = (
            session.scalar(sa.select(sa.func.coalesce(sa.func.max(model["people"].c.id), 0))) or 0
        )
        row = {"alliance_id": door.alliance_id, "created_at": now}
        session.execute(
            sa.insert(model["people"]),
            [
                {**row, "id": base + number, "name": f"来宾{number}"}
                for number in range(1, PASSES + 1)
            ],
        )
        one = {"meeting_id": door.meeting_id, "category": "delegate", "state": "approved"}
        session.execute(
            sa.insert(model["registrations"]),
            [
                {
                    **one,
                    "id": base + number,
                    "person_id": base + number,
                    "organisation_id": units[number % UNITS],
                    "submitted_at": now,
                }
                for number in range(1, PASSES + 1)
            ],
        )
        claim = {"meeting_id": door.meeting_id, "session_id": hall_id, "gate_id": door.gate_id}
        session.execute(
            sa.insert(model["admissions"]),
            [
                {
                    **claim,
                    "registration_id": base + number,
                    "device": "signin:1",
                    "admitted_at": now,
                }
                for number in range(1, PASSES + 1, 2)
            ],
        )
        audit(SYSTEM, door.scope_id, "bench.fill", f"meeting:{door.meeting_id}")


def report(name: str, app: Flask, database: str) -> None:
    """Fill one database and measure on it."""
    with inside(app):
        door = make_door()
        texts = iter([pass_text(make_registration(door, f"来客{number}")) for number in range(120)])
        fill(door)
        figures: list[tuple[str, int, str, Callable[[], object]]] = [
            ("counts, as a phone polls them", 300, "5", lambda: tally_of(door.meeting_id)),
            ("answer to a first scan", 100, "", lambda: scan(door, next(texts))),
            ("what each gate let in", 20, "", lambda: gate_counts(door.meeting_id)),
            ("the whole board", 3, "", lambda: board_of(door.meeting_id)),
        ]
        for what, looks, budget, look in figures:
            look()
            roots = [os.getpid(), *(backends_of(database) if database else [])]
            before, start = cpu_seconds(roots), time.process_time()
            for _ in range(looks):
                look()
            spent = cpu_seconds(roots) - before if database else time.process_time() - start
            print(f"| {name} | {what} | {looks} | {spent * 1000 / looks:.2f} | {budget} |")


if __name__ == "__main__":
    main()
