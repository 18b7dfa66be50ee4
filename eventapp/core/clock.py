"""The only clock of the house: settable, so that rehearsals and tests can choose the hour.

An installation that shows the demo runs under an offset kept in the database; everything that
asks for the time asks here, and so a vote, a scan and a link's expiry agree about it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_fixed: ContextVar[datetime | None] = ContextVar("fixed_clock", default=None)
_offset = timedelta(0)


def now() -> datetime:
    """Tell the time of the installation as an aware UTC instant."""
    fixed_at = _fixed.get()
    if fixed_at is not None:
        return fixed_at
    return datetime.now(UTC) + _offset  # noqa: TID251 - this is the clock


def offset() -> timedelta:
    """Tell how far the installation's clock stands from the real one."""
    return _offset


def set_offset(value: timedelta) -> None:
    """Shift this process's clock; zero for every installation without a demo."""
    global _offset  # noqa: PLW0603 - one process has one clock
    _offset = value


@contextmanager
def fixed(instant: datetime) -> Iterator[None]:
    """Stop the clock at an aware instant inside the block."""
    if instant.tzinfo is None:
        msg = "a clock needs an aware instant"
        raise ValueError(msg)
    token = _fixed.set(instant)
    try:
        yield
    finally:
        _fixed.reset(token)
