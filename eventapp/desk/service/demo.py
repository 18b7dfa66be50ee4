"""Load the demo: every act of the programme up to a stage, at its own instant, as a record.

Nothing is written past the application's verbs, so what the demo shows can be recomputed like
any other meeting. It is one transaction: a load that fails leaves the installation empty.
"""

from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter

import sqlalchemy as sa

from eventapp.alliance.models import Alliance
from eventapp.core import clock, installation
from eventapp.core.access import SYSTEM
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.installation import Installation
from eventapp.core.ledger import audit
from eventapp.core.scope import ROOT
from eventapp.desk.rules import load_programme
from eventapp.desk.service import (
    demo_ceremony,
    demo_days,
    demo_meetings,
    demo_minutes,
    demo_setup,
)
from eventapp.desk.service.demo_book import Act, Book, open_book

STAGES = ("invited", "arrived", "voted", "released")
MORNING = "voted"
"""The stage whose clock a demo without a named stage stands at, its paperwork done."""


def is_empty() -> bool:
    """Tell whether the installation holds no alliance yet."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Alliance)) == 0


def ensure_resettable() -> None:
    """Refuse to throw away what may be somebody's real meetings."""
    installation.refresh(force=True)
    if not is_empty() and not installation.is_demo():
        raise Conflict(
            "not_a_demo",
            N_("这里已有联合体，而且没有标明是演示数据，不能清空。请另用一个空的数据库。"),
        )


def load_demo(password_hash: str, stage: str | None = None) -> Book:
    """Write the demo up to a stage and set the installation's clock to it.

    Without a stage the preparatory meeting is over with its minutes released, and the founding
    meeting stands at half past eight on its morning. Raises Conflict where an alliance exists.
    """
    if not is_empty():
        raise Conflict("not_empty", N_("这里已有联合体。要重新装入演示数据，请用 demo reset。"))
    programme = load_programme()
    until = programme.stage(stage or MORNING).clock_at
    book = open_book(programme, password_hash)
    try:
        with transaction() as session:
            _mark()
            for act in sorted(_acts(book), key=attrgetter("at")):
                if act.at >= until or (act.paperwork and stage == MORNING):
                    continue
                with clock.fixed(act.at):
                    act.run()
                    session.flush()
            _set_clock(until)
    finally:
        installation.refresh(force=True)
    return book


def _acts(book: Book) -> Iterator[Act]:
    for part in (demo_setup, demo_meetings, demo_ceremony, demo_days, demo_minutes):
        yield from part.acts(book)


def _mark() -> None:
    """Mark everything here as demo data before anything is written: minutes say it in print."""
    lock(Installation, 1).demo = True
    db.session.flush()
    installation.refresh(force=True)


def _set_clock(stands_at: datetime) -> None:
    """Let the clock of the installation go on from here."""
    real = clock.now() - clock.offset()
    lock(Installation, 1).clock_offset_seconds = round((stands_at - real).total_seconds())
    with clock.fixed(stands_at):
        audit(SYSTEM, ROOT, "demo.load", "installation:1", stands_at=stands_at.isoformat())
