"""The same pass at two gates at once, and a worker killed among scans."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from eventapp.checkin.models import Scan
from eventapp.core.db import db
from eventapp.core.ledger import verify
from tests.arena import count, inside, scan_body
from tests.live import Browser, Live, serving
from tests.races.conftest import Battlefield

pytestmark = pytest.mark.races


def scan_at_both_gates(field: Battlefield, server: Live) -> list[list[str]]:
    """Let both gates scan every pass at the same moment; tells the verdicts they were given."""
    path = f"/api/v1/meetings/{field.arena.slug}/scans"
    start = threading.Barrier(2)

    def gate(number: int) -> list[str]:
        phone = Browser(server.port, {"account": field.arena.staff[number]})
        verdicts = []
        for text in field.arena.passes:
            start.wait()
            status, answer = phone.post_json(path, scan_body(field.arena, number, text))
            verdicts.append(answer["verdict"] if status == 200 else f"{status} {answer}")
        phone.close()
        return verdicts

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(gate, (0, 1)))
    return [list(pair) for pair in zip(*both, strict=True)]


def test_the_same_pass_at_two_gates_at_once_admits_once(field: Battlefield) -> None:
    with serving(field.var, field.url, processes=2) as server:
        pairs = scan_at_both_gates(field, server)
    assert [sorted(pair) for pair in pairs] == [["admitted", "already_inside"]] * len(pairs)
    admitted = count(
        field.app,
        "SELECT count(*) FROM admissions WHERE registration_id >= :first",
        first=field.arena.registrations[0],
    )
    assert admitted >= len(pairs)
    with inside(field.app):
        assert list(verify(Scan)) == []


def test_control_without_the_unique_claim_two_gates_admit_twice(field: Battlefield) -> None:
    drop_unique_claim(field)
    with serving(
        field.var, field.url, entry="tests.races.careless_door:app", processes=2
    ) as server:
        pairs = scan_at_both_gates(field, server)
    assert any(pair == ["admitted", "admitted"] for pair in pairs)


def drop_unique_claim(field: Battlefield) -> None:
    with inside(field.app), db.engines[None].begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("admissions") as table:
            table.drop_constraint("uq_admissions_registration_id_session_id")


def scan_until_killed(field: Battlefield, entry: str) -> list[str]:
    """Scan on while the worker is killed; tells which scan ids were acknowledged."""
    acknowledged: list[str] = []
    path = f"/api/v1/meetings/{field.arena.slug}/scans"
    with serving(field.var, field.url, entry=entry) as server:
        phone = Browser(server.port, {"account": field.arena.staff[0]})
        for number, text in enumerate(field.arena.passes):
            body = scan_body(field.arena, 0, text)
            if number % 13 == 12:
                server.kill_a_worker()
            for _attempt in range(100):
                try:
                    status, answer = phone.post_json(path, body)
                except OSError:
                    time.sleep(0.1)
                    continue
                assert status == 200, answer
                acknowledged.append(str(body["scan_id"]))
                break
        server.kill_a_worker()
        phone.close()
    return acknowledged


def stored(field: Battlefield) -> set[str]:
    with inside(field.app):
        return set(db.session.scalars(sa.select(Scan.scan_id)))


def test_a_killed_worker_loses_no_acknowledged_scan(field: Battlefield) -> None:
    acknowledged = scan_until_killed(field, "wsgi:app")
    assert len(acknowledged) == len(field.arena.passes)
    assert set(acknowledged) <= stored(field)
    with inside(field.app):
        assert list(verify(Scan)) == []


def test_control_answering_before_the_commit_loses_scans(field: Battlefield) -> None:
    acknowledged = scan_until_killed(field, "tests.races.forgetful:app")
    assert not set(acknowledged) <= stored(field)
