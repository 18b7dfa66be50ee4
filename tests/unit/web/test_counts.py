"""Counts of a limit: each for its own time, and forgotten after it without a thread."""

import threading

import pytest
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from eventapp.web import flood
from eventapp.web.flood import LocalCounts


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock of the counts, to be moved by hand."""
    at = [1000.0]
    monkeypatch.setattr(flood.time, "time", lambda: at[0])
    return at


def test_memory_is_counted_by_us() -> None:
    assert isinstance(storage_from_string("memory://"), LocalCounts)


def test_a_limit_holds_for_its_time_and_for_its_own_key(now: list[float]) -> None:
    limiter, limit = FixedWindowRateLimiter(LocalCounts()), parse("2 per minute")
    assert [limiter.hit(limit, "one") for _ in range(3)] == [True, True, False]
    assert limiter.hit(limit, "another")
    now[0] += 59
    assert not limiter.hit(limit, "one")
    now[0] += 2
    assert limiter.hit(limit, "one")


def test_what_has_run_out_is_forgotten_and_no_thread_is_begun(now: list[float]) -> None:
    counts = LocalCounts()
    counts.timer.join()
    before = threading.active_count()
    for number in range(100):
        counts.incr(f"browser-{number}", 60)
    assert threading.active_count() == before
    now[0] += 61
    counts.incr("later", 60)
    assert set(counts.storage) == set(counts.expirations) == {"later"}
