"""Fixtures: the application on a real database, SQLite and PostgreSQL in turn.

The schema comes from the migrations. Every test starts from an empty installation. Tests that
call services use `house`; tests that use `client` open `with app.app_context():` for their
preparations, so that no request shares `g` with another.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from itsdangerous import URLSafeTimedSerializer

from config import Config
from eventapp.app import create_app
from eventapp.core import clock, installation
from eventapp.core.db import Base, db

SECRET = "a-secret-for-tests-that-is-long-enough-0123456789"
POSTGRES = os.environ.get("TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
FULL = os.environ.get("MENGHUI_FULL") == "1"
LEAVE_NOTHING_OUT = os.environ.get("MENGHUI_LEAVE_NOTHING_OUT") == "1"


def _postgres_answers() -> bool:
    try:
        psycopg.connect(f"{POSTGRES}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


# What some tests need beside our own packages, by their mark; where it is not, they are left out.
NEEDS = {
    "postgres": ("PostgreSQL on 127.0.0.1:5432", _postgres_answers()),
    "e2e": ("Chromium, on the PATH or named by CHROMIUM", CHROMIUM is not None),
}
ABSENT = {mark: f"needs {what}" for mark, (what, here) in NEEDS.items() if not here}
if LEAVE_NOTHING_OUT and ABSENT:
    pytest.exit(f"Nothing may be left out, yet a test {', another '.join(ABSENT.values())}.", 3)


class Client(FlaskClient):
    """A browser that sends the CSRF token of its session with every POST, as our pages do."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request."""
        if kwargs.get("method") in {"POST", "PUT", "PATCH", "DELETE"}:
            with self.session_transaction() as session:
                session.setdefault("csrf_token", "a-token-of-this-session")
                raw = session["csrf_token"]
            token = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(raw)
            kwargs["headers"] = {**dict(kwargs.get("headers") or {}), "X-CSRFToken": token}
        return super().open(*args, **kwargs)


def make_app(url: str, var: Path) -> Flask:
    """Build an application for tests on this database."""
    app = create_app(
        Config(
            secret_key=SECRET,
            hosts=("localhost", "127.0.0.1"),
            database_url=url,
            production=False,
            var=var,
            base_url="http://localhost",
            testing=True,
        )
    )
    app.test_client_class = Client
    return app


def close(app: Flask) -> None:
    """Give every database connection of an application back."""
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


class Embedded:
    """The application on SQLite; a test starts from a copy of a migrated file."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "menghui.db"
        self.template = folder / "template.db"
        self.app = make_app(f"sqlite:///{self.path}", folder / "var")
        with self.app.app_context():
            upgrade()
        close(self.app)
        shutil.copy(self.path, self.template)

    def reset(self) -> None:
        """Start from the migrated file again."""
        close(self.app)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        shutil.copy(self.template, self.path)


class Server:
    """The application on PostgreSQL; a test starts from emptied tables."""

    name = "postgresql"

    def __init__(self, folder: Path, worker: str) -> None:
        self.database = name = f"menghui_test_{worker}_{os.getpid()}"
        with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            server.execute(f"CREATE DATABASE {name}".encode())
            # No test here pulls the plug; those that kill a server have a database of their own.
            server.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
        url = f"{POSTGRES}/{name}".replace("postgresql://", "postgresql+psycopg://")
        self.app = make_app(url, folder / "var")
        with self.app.app_context():
            upgrade()
            db.session.remove()
        # Emptying by TRUNCATE writes every file of every table anew: a third of a test's time.
        self.filled = sa.union_all(
            *(
                sa.select(sa.literal(name)).where(sa.exists(sa.select(table)))
                for name, table in Base.metadata.tables.items()
            )
        )

    def reset(self) -> None:
        """Empty every table and put the installation's own rows back."""
        with self.app.app_context():
            db.session.remove()
            with db.engines[None].begin() as connection:
                # Lets rows go in any order, and from the ledgers that refuse a deletion.
                connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
                for name in connection.scalars(self.filled).all():
                    connection.execute(sa.delete(Base.metadata.tables[name]))
                connection.execute(sa.text(RESTART))
                for statement in OWN_ROWS:
                    connection.execute(sa.text(statement))


RESTART = """
    SELECT setval(format('%I', sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""
OWN_ROWS = (
    "INSERT INTO scopes (kind, slug) VALUES ('installation', '')",
    "INSERT INTO installation (id, demo, clock_offset_seconds) VALUES (1, false, 0)",
    """INSERT INTO ledger_heads (scope_id, name, seq, hash)
       SELECT 1, name, 0, repeat('0', 64) FROM unnest(ARRAY['audit', 'door', 'votes']) AS name""",
)


@pytest.fixture(scope="session")
def _sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    embedded = Embedded(tmp_path_factory.mktemp("sqlite"))
    yield embedded
    close(embedded.app)


@pytest.fixture(scope="session")
def _postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    server = Server(tmp_path_factory.mktemp("postgresql"), worker)
    yield server
    close(server.app)
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {server.database} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def app(request: pytest.FixtureRequest) -> Flask:
    """The application on an empty installation, on each database in turn."""
    house = request.getfixturevalue(f"_{request.param}")
    house.reset()
    clock.set_offset(clock.offset() * 0)
    with house.app.app_context():
        installation.refresh(force=True)
    return house.app


@pytest.fixture
def house(app: Flask) -> Iterator[Flask]:
    """The same, inside an application context: for tests of services and queries."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser before the application."""
    return app.test_client()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the tests whose needs are not met here."""
    for item in items:
        for mark, reason in ABSENT.items():
            if mark in item.keywords:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any) -> Iterator[None]:
    """Name in the very last lines what was left out, also when other processes ran the tests."""
    yield
    skipped = terminalreporter.stats.get("skipped", [])
    for reason in ABSENT.values():
        files = Counter(
            report.nodeid.split("::")[0] for report in skipped if reason in str(report.longrepr)
        )
        if files:
            terminalreporter.section(f"left out: {files.total()} tests, each {reason}")
        for name, count in sorted(files.items()):
            terminalreporter.line(f"{count:5} {name}")
