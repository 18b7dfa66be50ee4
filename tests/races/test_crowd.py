"""Everybody at all gates at once: every pass lets one person in, however many show it."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from eventapp.checkin.models import Scan
from eventapp.checkin.rules import SAYING, Verdict
from eventapp.core.ledger import verify
from tests.arena import GATES, count, inside
from tests.bench.load import cpu_seconds
from tests.conftest import FULL
from tests.live import Live, serving
from tests.races.conftest import Battlefield
from tests.races.crowd import Said, follow, rush
from tests.races.test_door_races import drop_unique_claim

pytestmark = pytest.mark.races

PASSES = 1000 if FULL else 10
PHONES_A_GATE = 8
SCANS_A_PASS = PHONES_A_GATE * len(GATES)
REFUSED = {Verdict.ALREADY_INSIDE, Verdict.SAME_SCAN_REPEAT}


@contextmanager
def two_servers(field: Battlefield, entry: str, threads: int = 8) -> Iterator[list[Live]]:
    """Serve twice on one database: of one server's workers whoever is awake takes all phones."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(serving(field.var, field.url, entry=entry, threads=threads))
            for _ in range(2)
        ]


def ports_of(servers: list[Live]) -> list[int]:
    return [server.port for server in servers]


def kind_of(field: Battlefield) -> str:
    return field.url.partition(":")[0].partition("+")[0]


def crowd_at(field: Battlefield, entry: str, *, threads: int = 8) -> list[list[Said]]:
    """Let the crowd come to two processes; prints how quick they were."""
    with two_servers(field, entry, threads) as servers:
        start = time.perf_counter()
        heard = rush(field.arena, ports_of(servers), phones_a_gate=PHONES_A_GATE)
        seconds = time.perf_counter() - start
        spent = cpu_seconds(server.process.pid for server in servers)
    scans = sum(map(len, heard))
    print(f"{kind_of(field)}, {entry}: {scans} scans in {seconds:.0f} s, {scans / seconds:.0f} a")
    print(f"  second, {spent / scans * 1000:.1f} ms CPU of the two processes each")
    return heard


def complaints(heard: list[Said]) -> list[str]:
    """Tell what is wrong with the answers about one pass, from what its phones heard alone."""
    failed = [said for said in heard if said.status != 200]
    if failed:
        return [f"{said.status} {said.answer}" for said in failed]
    admitted = [said for said in heard if said.answer["verdict"] == Verdict.ADMITTED]
    if len(admitted) != 1:
        return [f"{len(admitted)} admissions"]
    first = {"gate": GATES[admitted[0].gate], "time": admitted[0].answer["at"]}
    return [
        str(said.answer)
        for said in heard
        if said is not admitted[0]
        and (
            said.answer["verdict"] not in REFUSED
            or said.answer["first"] != first
            or said.answer["sentence"] != SAYING[Verdict(said.answer["verdict"])].sentence
        )
    ]


def ensure_sound(field: Battlefield, heard: list[list[Said]]) -> None:
    """Hold every pass's answers, and then the ledger, to what was promised."""
    wrong = [line for one in heard for line in complaints(one)]
    assert wrong == [], f"{len(wrong)} wrong answers, such as {wrong[:3]}"
    assert [len(one) for one in heard] == [SCANS_A_PASS] * PASSES
    arena = field.arena
    first = {"first": arena.registrations[0]}
    many = "SELECT count(*) FROM %s WHERE registration_id >= :first"
    assert count(field.app, many % "scans", **first) >= PASSES * SCANS_A_PASS
    twice = "SELECT count(*) - count(DISTINCT registration_id) FROM admissions"
    assert count(field.app, twice) == 0
    with inside(field.app):
        assert list(verify(Scan)) == []


@pytest.fixture
def gates(fresh: Callable[..., Battlefield]) -> Battlefield:
    """Prepare a meeting with eight gates."""
    return fresh(passes=PASSES, units=2, gates=len(GATES))


def test_every_pass_admits_once_and_is_refused_with_first_gate_and_time(
    gates: Battlefield,
) -> None:
    ensure_sound(gates, crowd_at(gates, "wsgi:app"))


def test_without_our_own_locks_the_constraints_alone_hold_it(gates: Battlefield) -> None:
    ensure_sound(gates, crowd_at(gates, "tests.races.unlocked_door:app", threads=2))


def test_control_without_the_unique_claim_a_crowd_is_admitted_twice(gates: Battlefield) -> None:
    drop_unique_claim(gates)
    del gates.arena.passes[12:]
    heard = crowd_at(gates, "tests.races.careless_door:app")
    assert any("admissions" in line for one in heard for line in complaints(one))


def test_whom_one_device_admitted_the_other_refuses_at_once(gates: Battlefield) -> None:
    texts = gates.arena.passes[: PASSES // 2]
    with two_servers(gates, "wsgi:app") as servers:
        both = follow(gates.arena, ports_of(servers), texts)
    assert [line for one in both for line in complaints(one)] == []
    assert all(first.answer["verdict"] == Verdict.ADMITTED for first, _ in both)
    waits = [second.heard - first.heard for first, second in both]
    p50, p95 = statistics.median(waits), statistics.quantiles(waits, n=20)[-1]
    print(f"{kind_of(gates)}: {len(waits)} passes refused elsewhere after p50 {p50 * 1000:.0f} ms,")
    print(f"  p95 {p95 * 1000:.0f} ms, while six other gates scanned")
    if FULL:
        assert p95 <= 2
