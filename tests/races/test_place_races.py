"""Groups of many units racing for the last places, while delegates are replaced."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from eventapp.core.access import SYSTEM
from eventapp.core.ledger import AuditEntry, verify
from eventapp.registration.queries import counts_of
from eventapp.registration.rules import Category, State
from eventapp.registration.service import set_category, set_liaison, set_terms
from eventapp.registration.service.groups import Entry, register_group
from tests.arena import count, inside, open_app
from tests.conftest import FULL, POSTGRES
from tests.factories_registration import make_meeting, make_unit
from tests.live import HERE, START_SECONDS, environment, postgres_database

pytestmark = pytest.mark.races
SEATS = 20
EARLY = 5
"""People of one unit who are in already and are being replaced meanwhile."""
GROUPS = 200 if FULL else 32
PROCESSES = 4
THREADS = 8


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Any) -> Any:
    """Give a folder and an empty database of its own."""
    if request.param == "sqlite":
        yield tmp_path, f"sqlite:///{tmp_path / 'places.db'}"
        return
    with postgres_database(POSTGRES, f"menghui_places_{os.getpid()}") as url:
        yield tmp_path, url


def people(start: int, size: int) -> list[tuple[str, str]]:
    """Name people who are nobody else."""
    return [(f"代表{start + n}", f"139{start + n:08d}") for n in range(size)]


def prepare(app: Flask) -> tuple[int, list[dict[str, Any]]]:
    """Call a meeting of 20 places, 5 of them taken; tell the groups that want the other 15."""
    with inside(app):
        meeting = make_meeting()
        meeting_id, alliance_id = meeting.id, meeting.alliance_id
        set_terms(
            SYSTEM,
            meeting_id,
            quota=SEATS,
            unit_quota=None,
            substitute_until=None,
            short_days=7,
        )
        set_category(
            SYSTEM,
            meeting_id,
            Category.DELEGATE,
            public=True,
            auto_approve=True,
            quota=SEATS,
        )
        unit = make_unit(alliance_id)
        delegation = set_liaison(SYSTEM, meeting_id, unit).id
        entries = [Entry(*one) for one in people(0, EARLY)]
        early = register_group(SYSTEM, meeting_id, delegation, entries)
        works: list[dict[str, Any]] = [
            {
                "meeting_id": meeting_id,
                "unit_id": unit,
                "instead_of": one.registration_id,
                "people": people(90_000 + number, 1),
            }
            for number, one in enumerate(early)
        ]
        for number in range(GROUPS):
            unit = make_unit(alliance_id)
            works.append(
                {
                    "meeting_id": meeting_id,
                    "unit_id": unit,
                    "delegation_id": set_liaison(SYSTEM, meeting_id, unit).id,
                    "people": people(1000 + 10 * number, 2 + number % 4),
                }
            )
    return meeting_id, works


def race(database: Any, works: list[dict[str, Any]], entry: str) -> list[dict[str, Any]]:
    """Let four processes do the works at the same moment; tell what became of each, in order."""
    var, url = database
    papers = [var / f"works-{number}.json" for number in range(PROCESSES)]
    for number, paper in enumerate(papers):
        paper.write_text(
            json.dumps({"url": url, "threads": THREADS, "works": works[number::PROCESSES]})
        )
    settings = environment(var, url)
    started = [
        subprocess.Popen([sys.executable, "-m", entry, str(paper)], cwd=HERE, env=settings)
        for paper in papers
    ]
    try:
        wait_for([paper.with_suffix(".ready") for paper in papers], started)
        (var / "go").touch()
        assert [process.wait(300) for process in started] == [0] * PROCESSES
    finally:
        for process in started:
            process.kill()
            process.wait()
    told: list[dict[str, Any]] = [{}] * len(works)
    for number, paper in enumerate(papers):
        told[number::PROCESSES] = json.loads(paper.with_suffix(".done").read_text())
    return told


def wait_for(papers: list[Path], started: list[subprocess.Popen[bytes]]) -> None:
    """Wait until every process is there."""
    end = time.monotonic() + START_SECONDS
    while not all(paper.exists() for paper in papers):
        assert time.monotonic() < end, "it takes too long"
        assert [process.poll() for process in started] == [None] * PROCESSES
        time.sleep(0.02)


def test_groups_never_pass_the_places_and_never_come_by_halves(database: Any) -> None:
    app = open_app(*database)
    meeting_id, works = prepare(app)
    told = race(database, works, "tests.races.registrar")
    assert all("gave_up" not in one for one in told), told
    groups, substitutes = told[EARLY:], told[:EARLY]
    assert [one["substituted"] for one in substitutes] == [1] * EARLY
    assert {one["taken"] for one in groups if one["taken"] != one["wanted"]} <= {0}
    with inside(app):
        states = counts_of(meeting_id)["states"]
        assert states[State.APPROVED] == EARLY + sum(one["taken"] for one in groups) <= SEATS
        assert states[State.REPLACED] == EARLY
        assert states[State.WAITLISTED] == 0
        # Whoever was refused wanted more than was left when it was their turn.
        assert states[State.APPROVED] > SEATS - 5
        assert list(verify(AuditEntry)) == []
    for work, one in zip(works[EARLY:], groups, strict=True):
        of_unit = "SELECT count(*) FROM registrations WHERE organisation_id = :unit"
        assert count(app, of_unit, unit=work["unit_id"]) == one["taken"]


def test_control_counting_without_holding_overbooks(database: Any) -> None:
    app = open_app(*database)
    meeting_id, works = prepare(app)
    race(database, works, "tests.races.careless_registrar")
    with inside(app):
        assert counts_of(meeting_id)["states"][State.APPROVED] > SEATS
