"""`python -m tests.bench.worker`: what the worker spends on one registration's mail and code.

People register with an address; then every job that waits is done in this process, as a worker
does it: the letter is composed, with the calendar, and written by the transport of a new
installation, a folder. Then each pass's code is drawn as its page shows it. CPU of this process
and of the database's, per registration.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from eventapp.core import installation
from eventapp.core.db import db
from eventapp.core.outbox import Message
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.models import Pass
from eventapp.registration.queries import shown_consent
from eventapp.registration.queries.passes import pass_token
from eventapp.registration.rules import Category
from eventapp.registration.service import register_publicly
from eventapp.web.qr import qr_svg
from eventapp.web.queue import run_due
from tests.arena import inside, open_app
from tests.bench.__main__ import POSTGRES, load_demo, postgres_answers
from tests.bench.badges import spent
from tests.bench.load import cpu_seconds, postgres_root
from tests.live import postgres_database

COUNT = 200
BUDGET = 10


def main() -> None:
    """Measure on every database that is there; end with 1 where the budget is not held."""
    print("| database | letters | jobs ms | codes ms | CPU ms a registration |")
    print("|---|---:|---:|---:|---:|")
    held = True
    with TemporaryDirectory() as folder:
        held &= report("SQLite", Path(folder), f"sqlite:///{folder}/bench.db", [])
    if postgres_answers():
        with TemporaryDirectory() as folder, postgres_database(POSTGRES, "menghui_worker") as url:
            held &= report("PostgreSQL", Path(folder), url, postgres_root())
    sys.exit(not held)


def report(name: str, var: Path, url: str, database: list[int]) -> bool:
    """Measure on one database, print its line, tell whether the budget is held."""
    app = open_app(var, url)
    load_demo(var, url)
    with inside(app):
        installation.refresh()  # the demo has a clock of its own
        while run_due(app):
            pass
        register(5, "1370")
        while run_due(app):
            pass
        register(COUNT, "1371")
        letters = written()
        start = spent() + cpu_seconds(database)
        while run_due(app):
            pass
        jobs = (spent() + cpu_seconds(database) - start) * 1000 / COUNT
        letters = written() - letters
        codes = drawing()
    print(f"| {name} | {letters} | {jobs:.2f} | {codes:.2f} | {jobs + codes:.2f} |", flush=True)
    return letters == COUNT and jobs + codes <= BUDGET


def register(count: int, prefix: str) -> None:
    """Let people register, each with an address."""
    meeting = meeting_by_slug("founding-2024")
    version, _ = shown_consent(meeting.id)
    for number in range(count):
        register_publicly(
            meeting.id,
            name=f"测试者{number}",
            phone=f"{prefix}{number:07d}",
            unit="测试单位",
            email=f"somebody-{prefix}-{number}@example.com",
            category=Category.OBSERVER,
            consent_version=version,
        )


def written() -> int:
    """Count the letters that went out."""
    sent = sa.select(sa.func.count()).select_from(Message).where(Message.sent_at.is_not(None))
    return db.session.scalar(sent) or 0


def drawing() -> float:
    """Draw the codes of the newest passes; tell the CPU milliseconds of one."""
    newest = sa.select(Pass.registration_id).order_by(Pass.registration_id.desc()).limit(COUNT)
    passes = list(db.session.scalars(newest))
    start = spent()
    for one in passes:
        qr_svg(pass_token(one), title="")
    return (spent() - start) * 1000 / len(passes)


if __name__ == "__main__":
    main()
