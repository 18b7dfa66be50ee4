"""Keeping programs off a public form without shutting out a hall that shares one address.

A form carries a seal: when it was drawn, and a number of its own, authenticated. A program that
never drew the form has none, one that sends at once is asked again, one that sends the same
form over and over comes to its limit. `limits` counts, in the memory or in Redis.
"""

import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from threading import Lock

from flask import Flask, current_app
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from eventapp.core import clock, keys

SLOWEST_PROGRAM = timedelta(seconds=2)
"""Nobody fills a form in quicker than this."""
LONGEST_OPEN = timedelta(hours=24)
_MAC_BYTES = 16
SWEEP_SECONDS = 30


def register(app: Flask, storage_url: str) -> None:
    """Let this application count; `LocalCounts` are what `memory://` names."""
    app.extensions["limits"] = FixedWindowRateLimiter(storage_from_string(storage_url))


@dataclass(frozen=True, slots=True)
class Seal:
    """When a form was drawn, and its number."""

    drawn_at: datetime
    number: str

    def is_too_quick(self) -> bool:
        """Tell whether nobody can have read the form since it was drawn."""
        return timedelta(0) <= clock.now() - self.drawn_at < SLOWEST_PROGRAM


def draw_seal(form: str, drawn_at: datetime | None = None) -> str:
    """Write the seal of a form that is drawn now; `form` names it."""
    at = drawn_at or clock.now()
    text = f"{int(at.timestamp() * 1000):x}.{secrets.token_hex(8)}"
    return f"{text}.{_mac(form, text)}"


def read_seal(form: str, text: str) -> Seal | None:
    """Read the seal of a form; None where it is not ours, of another form, or too old."""
    body, _, mac = text[:120].rpartition(".")
    if not body.isascii() or not hmac.compare_digest(
        _mac(form, body), mac if mac.isascii() else ""
    ):
        return None
    milliseconds, _, number = body.partition(".")
    drawn_at = datetime.fromtimestamp(int(milliseconds, 16) / 1000, UTC)
    return Seal(drawn_at, number) if clock.now() - drawn_at < LONGEST_OPEN else None


def _mac(form: str, body: str) -> str:
    return keys.ring().mac("form-seal", f"{form} {body}".encode())[:_MAC_BYTES].hex()


def is_within(limit: str, *key: str) -> bool:
    """Count one act more under a limit such as `10 per minute`; tell whether it is within.

    Everything is, where the application counts nothing.
    """
    counts: FixedWindowRateLimiter | None = current_app.extensions.get("limits")
    return counts is None or counts.hit(_limit(limit), *key)


class LocalCounts(MemoryStorage):
    """The counts of `memory://`, in this process; what has run out goes twice a minute.

    The library begins a thread for nearly every count, which looks through all of them.
    """

    STORAGE_SCHEME = ["memory"]  # noqa: RUF012 - as the library declares it

    def __init__(self, uri: str | None = None, **options: str) -> None:
        super().__init__(uri, **options)  # type: ignore[arg-type]
        self._turn, self._sweeps_at = Lock(), 0.0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count up, from nothing where the time of the last count is over; tell how many."""
        now = time.time()
        with self._turn:
            if now >= self._sweeps_at:
                self._sweep(now)
            if self.expirations.get(key, 0.0) <= now:
                self.storage[key], self.expirations[key] = 0, now + expiry
            self.storage[key] += amount
            return self.storage[key]

    def _sweep(self, now: float) -> None:
        for key in [key for key, end in self.expirations.items() if end <= now]:
            self.storage.pop(key, None)
            self.expirations.pop(key, None)
        self._sweeps_at = now + SWEEP_SECONDS


@lru_cache(maxsize=64)
def _limit(text: str) -> RateLimitItem:
    return parse(text)
