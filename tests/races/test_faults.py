"""The database is held or goes away while people are scanned: said in our words, nothing lost."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from eventapp.checkin.models import Scan
from eventapp.checkin.rules import Verdict
from eventapp.core.db import db
from eventapp.core.ledger import LOCK_HEAD, verify
from tests.arena import inside, scan_body
from tests.conftest import POSTGRES
from tests.live import Browser, Live, scans_path, serving
from tests.races.conftest import Battlefield
from tests.races.wording import is_ours

pytestmark = pytest.mark.races

PHONES = 4
Heard = list[tuple[int, Any]]


def scan_on(field: Battlefield, server: Live, phone: int, go_on: threading.Event) -> list[Heard]:
    """Scan this phone's share of the passes, each until it is answered; tells all that was said.

    Without a word to go on it asks once.
    """
    browser = Browser(server.port, {"account": field.arena.staff[phone % 2]})
    said: list[Heard] = []
    for text in field.arena.passes[phone::PHONES]:
        body = scan_body(field.arena, phone % 2, text)
        heard = [browser.post_json(scans_path(field.arena.slug), body)]
        while heard[-1][0] != 200 and go_on.wait(30):
            heard.append(browser.post_json(scans_path(field.arena.slug), body))
            assert len(heard) < 100, heard[-1]
        said.append(heard)
    browser.close()
    return said


def ensure_sound(field: Battlefield, said: list[Heard]) -> None:
    """Hold the answers to our own words, and the last of each to having let somebody in."""
    assert [answer for heard in said for answer in heard if not is_ours(*answer)] == []
    assert {status for heard in said for status, _ in heard} == {200, 503}
    verdicts = [heard[-1][1]["verdict"] for heard in said]
    assert verdicts == [Verdict.ADMITTED] * len(field.arena.passes)
    with inside(field.app):
        assert list(verify(Scan)) == []


@contextmanager
def held(field: Battlefield) -> Iterator[None]:
    """Keep the door's ledger, on SQLite all that is written, until the block ends."""
    with inside(field.app), db.engines[None].begin() as connection:
        key = {"scope_id": field.arena.scope_id, "name": Scan.ledger}
        connection.execute(LOCK_HEAD, key)
        yield


def test_a_database_that_lets_nobody_write_is_told_in_our_words(field: Battlefield) -> None:
    del field.arena.passes[PHONES * 2 :]
    go_on = threading.Event()
    with (
        serving(field.var, field.url, processes=2) as server,
        ThreadPoolExecutor(PHONES) as pool,
    ):
        with held(field):
            phones = [pool.submit(scan_on, field, server, one, go_on) for one in range(PHONES)]
            assert not any(phone.done() for phone in phones)
            go_on.wait(11)  # longer than anybody waits for the database
        go_on.set()
        said = [heard for phone in phones for heard in phone.result()]
    ensure_sound(field, said)
    assert {heard[0][1]["error"]["code"] for heard in said if len(heard) > 1} == {"database_busy"}


@pytest.mark.parametrize(
    "fresh", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_connections_that_are_cut_lose_no_scan_and_show_nobody_why(field: Battlefield) -> None:
    go_on = threading.Event()
    go_on.set()
    name = field.url.rpartition("/")[2]
    cut = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = %s AND pid <> pg_backend_pid()"
    )
    with (
        serving(field.var, field.url, processes=2) as server,
        ThreadPoolExecutor(PHONES) as pool,
        psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as connection,
    ):
        phones = [pool.submit(scan_on, field, server, one, go_on) for one in range(PHONES)]
        while not all(phone.done() for phone in phones):
            connection.execute(cut, (name,))
            threading.Event().wait(0.15)
        said = [heard for phone in phones for heard in phone.result()]
    ensure_sound(field, said)
