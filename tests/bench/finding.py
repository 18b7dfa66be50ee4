"""`python -m tests.bench.finding`: what the help desk's search costs among 20,000 registered.

The query with its rows, as the page calls it: CPU of this process and of the database's backend,
so that other work on the machine does not count. Each kind of text of `people` is looked for.
"""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from eventapp.checkin.queries.search import find_people
from eventapp.core.db import db
from tests.arena import open_app
from tests.bench.__main__ import POSTGRES, postgres_answers
from tests.bench.load import cpu_seconds
from tests.bench.people import COUNT, QUERIES, kinds, populate
from tests.live import postgres_database

ROUNDS = 5
"""CPU of another process is told in hundredths of a second: so each text is looked for again."""
BUDGET = 3.0


def main() -> None:
    """Print a table for each database that is there; end with 1 where SQLite's is not held."""
    with TemporaryDirectory() as folder:
        held = report("SQLite", Path(folder), f"sqlite:///{folder}/bench.db")
    if postgres_answers():
        with (
            TemporaryDirectory() as folder,
            postgres_database(POSTGRES, f"menghui_bench_{os.getpid()}") as url,
        ):
            report("PostgreSQL", Path(folder), url)
    else:
        print("\nPostgreSQL does not answer on 127.0.0.1:5432: left out.")
    sys.exit(not held)


def report(name: str, var: Path, url: str) -> bool:
    """Make the people, look for them, print what it cost, tell whether the budget is held."""
    app = open_app(var, url)
    with app.app_context():
        _alliance_id, meeting_id, people = populate()
        db.session.remove()
        backend = _backend()
        print(f"\n{name}: {COUNT} registered, {QUERIES * ROUNDS} searches of each kind\n")
        print("| looked for by | application, CPU ms | database, CPU ms | together |")
        print("|---|---:|---:|---:|")
        sums: list[float] = []
        asked = kinds(people)
        asked["given name"] = [name[1:] for name in asked["whole name"]]
        asked["part of a unit's name"] = [f"单位{number}" for number in range(QUERIES)]
        for kind, texts in asked.items():
            own, theirs = spent(meeting_id, texts, backend)
            sums.append(own + theirs)
            print(f"| {kind} | {own:.2f} | {theirs:.2f} | {own + theirs:.2f} |", flush=True)
        held = max(sums) <= BUDGET
        verdict = "held" if held else "NOT HELD"
        mean = sum(sums) / len(sums)
        print(f"| all | | | {mean:.2f}, dearest {max(sums):.2f}; budget {BUDGET}: {verdict} |")
    return held


def spent(meeting_id: int, texts: Sequence[str], backend: list[int]) -> tuple[float, float]:
    """Return the CPU milliseconds of a search, of this process and of the database's."""
    for text in texts[:10]:
        find_people(meeting_id, text)
    own, theirs = time.process_time(), cpu_seconds(backend)
    for _ in range(ROUNDS):
        for text in texts:
            find_people(meeting_id, text)
    count = ROUNDS * len(texts)
    own, theirs = time.process_time() - own, cpu_seconds(backend) - theirs
    return own * 1000 / count, theirs * 1000 / count


def _backend() -> list[int]:
    """Name the process that reads for us on PostgreSQL; SQLite reads in this one."""
    if db.engines["read"].dialect.name != "postgresql":
        return []
    return [db.session.scalars(sa.select(sa.func.pg_backend_pid())).one()]


if __name__ == "__main__":
    main()
