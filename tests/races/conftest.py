"""A meeting on a database of its own, SQLite and PostgreSQL in turn, for processes to race on."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from tests.arena import Arena, open_app, prepare
from tests.conftest import FULL, POSTGRES
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
def field(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Battlefield]:
    """Prepare the meeting."""
    if request.param == "sqlite":
        yield _ready(tmp_path, f"sqlite:///{tmp_path / 'races.db'}")
        return
    with postgres_database(POSTGRES, f"menghui_races_{os.getpid()}") as url:
        yield _ready(tmp_path, url)


def _ready(var: Path, url: str) -> Battlefield:
    app = open_app(var, url)
    return Battlefield(app, prepare(app, passes=PASSES, units=UNITS), var, url)
