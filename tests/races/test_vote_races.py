"""Two representatives at once, a vote racing the close, and a worker killed among votes."""

import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from eventapp.core.access import SYSTEM
from eventapp.core.db import db
from eventapp.core.ledger import verify
from eventapp.voting.models import VoteHolder, VotingRecord
from eventapp.voting.service import close_ballot
from tests.arena import count, inside
from tests.live import Browser, Live, serving
from tests.races.conftest import Battlefield

pytestmark = pytest.mark.races
HELD_MOST = (
    "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM vote_holders"
    " WHERE ballot_id = :ballot GROUP BY organisation_id) AS held"
)


def cast(browser: Browser, field: Battlefield, choice: str = "yes", key: str = "") -> int:
    """Vote once; tells the status: 303 is an acknowledgement."""
    path = f"/m/{field.arena.slug}/vote/{field.arena.ballot_id}"
    form = {"choice": choice, "client_key": key or secrets.token_hex(12)}
    return browser.post_form(path, form)[0]


def browser_of(server: Live, field: Battlefield, unit: int, which: int) -> Browser:
    """Open the browser of a unit's first or second representative."""
    return Browser(server.port, {"representative:1": field.arena.voters[unit][which]})


def race_both_representatives(field: Battlefield, server: Live) -> list[tuple[int, int]]:
    """Let both representatives of each unit vote at the same moment; tells both statuses."""
    start = threading.Barrier(2)

    def side(which: int) -> list[int]:
        statuses = []
        for unit in range(len(field.arena.units)):
            browser = browser_of(server, field, unit, which)
            browser.get("/healthz")
            start.wait()
            statuses.append(cast(browser, field, ("yes", "no")[which]))
            browser.close()
        return statuses

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(side, (0, 1))
    return list(zip(first, second, strict=True))


def test_two_representatives_at_once_give_one_vote(field: Battlefield) -> None:
    with serving(field.var, field.url, processes=2) as server:
        pairs = race_both_representatives(field, server)
    assert [sorted(pair) for pair in pairs] == [[303, 409]] * len(pairs)
    assert count(field.app, HELD_MOST, ballot=field.arena.ballot_id) == 1
    with inside(field.app):
        assert list(verify(VotingRecord)) == []


def test_control_looking_first_counts_a_unit_twice(field: Battlefield) -> None:
    drop_one_holder(field)
    with serving(
        field.var, field.url, entry="tests.races.careless_vote:app", processes=2
    ) as server:
        pairs = race_both_representatives(field, server)
    assert (303, 303) in pairs
    assert count(field.app, HELD_MOST, ballot=field.arena.ballot_id) == 2


def drop_one_holder(field: Battlefield) -> None:
    """Take the primary key away that keeps a unit's vote single."""
    with inside(field.app), db.engines[None].begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("vote_holders") as table:
            table.drop_constraint("pk_vote_holders", type_="primary")


def race_the_close(field: Battlefield, server: Live) -> set[int]:
    """Let every unit vote while the chair closes; tells which units were acknowledged."""
    units = range(len(field.arena.units))
    browsers = [browser_of(server, field, unit, 0) for unit in units]
    for browser in browsers:
        browser.get("/healthz")
    start = threading.Barrier(len(browsers))
    voted = threading.Semaphore(0)

    def vote(unit: int) -> tuple[int, int]:
        start.wait()
        time.sleep(unit * 0.004)
        status = cast(browsers[unit], field)
        voted.release()
        browsers[unit].close()
        return field.arena.units[unit], status

    def close() -> None:
        for _ in range(len(units) // 4):  # however slow the machine, some came and some still come
            assert voted.acquire(timeout=30)
        with inside(field.app):
            close_ballot(SYSTEM, field.arena.meeting_id, field.arena.ballot_id)

    with ThreadPoolExecutor(len(browsers) + 1) as pool:
        closing = pool.submit(close)
        answers = list(pool.map(vote, units))
        closing.result()
    assert {status for _, status in answers} <= {303, 409}
    return {unit for unit, status in answers if status == 303}


def counted_yes(field: Battlefield) -> int:
    """Tell how many the outcome counted in favour."""
    ballot = field.arena.ballot_id
    return count(field.app, "SELECT yes FROM outcomes WHERE ballot_id = :ballot", ballot=ballot)


def test_a_vote_racing_the_close_is_counted_or_refused(field: Battlefield) -> None:
    with serving(field.var, field.url, processes=2) as server:
        acknowledged = race_the_close(field, server)
    assert len(acknowledged) >= len(field.arena.units) // 4
    assert counted_yes(field) == len(acknowledged)
    with inside(field.app):
        held = set(db.session.scalars(sa.select(VoteHolder.organisation_id)))
    assert held == acknowledged


def test_control_looking_first_acknowledges_votes_that_the_close_missed(
    field: Battlefield,
) -> None:
    with serving(
        field.var, field.url, entry="tests.races.careless_vote:app", processes=2
    ) as server:
        acknowledged = race_the_close(field, server)
    assert counted_yes(field) < len(acknowledged)


def vote_until_killed(field: Battlefield, entry: str) -> list[int]:
    """Vote on while the worker is killed; tells which units were acknowledged."""
    acknowledged = []
    with serving(field.var, field.url, entry=entry) as server:
        for unit in range(len(field.arena.units)):
            browser, key = browser_of(server, field, unit, 0), secrets.token_hex(12)
            if unit % 5 == 4:
                server.kill_a_worker()
            for _attempt in range(100):
                try:
                    status = cast(browser, field, key=key)
                except OSError:
                    time.sleep(0.1)
                    continue
                assert status == 303
                acknowledged.append(field.arena.units[unit])
                break
            browser.close()
        server.kill_a_worker()
    return acknowledged


def held_units(field: Battlefield) -> set[int]:
    with inside(field.app):
        return set(db.session.scalars(sa.select(VoteHolder.organisation_id)))


def test_a_killed_worker_loses_no_acknowledged_vote(field: Battlefield) -> None:
    acknowledged = vote_until_killed(field, "wsgi:app")
    assert acknowledged == field.arena.units
    assert held_units(field) == set(acknowledged)
    with inside(field.app):
        assert list(verify(VotingRecord)) == []


def test_control_answering_before_the_commit_loses_votes(field: Battlefield) -> None:
    acknowledged = vote_until_killed(field, "tests.races.forgetful_vote:app")
    assert not set(acknowledged) <= held_units(field)
