"""A meeting on a database of its own, SQLite and PostgreSQL in turn, for processes to race on."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from flask import Flask

from tests.arena import Arena, open_app, prepare
from tests.conftest import FULL, POSTGRES, close
from tests.live import postgres_database

PASSES = 400 if FULL else 40
UNITS = 120 if FULL else 16


@dataclass
class Battlefield:
    """An application in this process, the meeting, and where a server finds the same database."""

    app: Flask
    arena: Arena
    var: Path
    url: str


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Battlefield]]:
    """Prepare as many meetings as are asked for, each on a database of its own."""
    numbers = count(1)
    with ExitStack() as stack:

        def make(*, passes: int = PASSES, units: int = UNITS, gates: int = 2) -> Battlefield:
            name = f"menghui_races_{os.getpid()}_{next(numbers)}"
            var = tmp_path / name
            if request.param == "sqlite":
                url = f"sqlite:///{var / 'races.db'}"
            else:
                url = stack.enter_context(postgres_database(POSTGRES, name))
            app = open_app(var, url)
            stack.callback(close, app)  # before its database goes
            return Battlefield(app, prepare(app, passes=passes, units=units, gates=gates), var, url)

        yield make


@pytest.fixture
def field(fresh: Callable[..., Battlefield]) -> Battlefield:
    """Prepare the meeting."""
    return fresh()
