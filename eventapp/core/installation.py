"""What this installation is: whether it shows the demo, and by how much its clock is shifted."""

import time
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core import clock
from eventapp.core.db import Base, db

_REFRESH_SECONDS = 2.0


class Installation(Base):
    """The one row about the whole installation."""

    __tablename__ = "installation"
    id: Mapped[int] = mapped_column(primary_key=True)
    demo: Mapped[bool] = mapped_column(default=False)
    clock_offset_seconds: Mapped[int] = mapped_column(sa.BigInteger, default=0)


_READ = sa.select(Installation.demo, Installation.clock_offset_seconds)


class _Known:
    """What this process read last, and when."""

    demo = False
    read_at = -_REFRESH_SECONDS


def refresh(*, force: bool = False) -> None:
    """Follow the installation's row, looking at most every two seconds."""
    if not force and time.monotonic() - _Known.read_at < _REFRESH_SECONDS:
        return
    row = db.session.execute(_READ).first()
    _Known.read_at = time.monotonic()
    _Known.demo = bool(row and row.demo)
    clock.set_offset(timedelta(seconds=row.clock_offset_seconds if row else 0))


def is_demo() -> bool:
    """Tell whether everything here is to be marked as demo data."""
    return _Known.demo
