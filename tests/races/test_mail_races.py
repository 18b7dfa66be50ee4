"""A worker that is killed while it sends: real processes, a real mail server, both databases."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.core import clock
from eventapp.core.access import SYSTEM
from eventapp.core.db import db, transaction
from eventapp.core.jobs import LOST_AFTER, Job
from eventapp.core.outbox import Fate, Message, fate_of, post, resend
from eventapp.core.scope import ROOT
from tests.arena import open_app
from tests.conftest import POSTGRES
from tests.live import HERE, environment, postgres_database
from tests.smtp import Server, smtp_server

pytestmark = pytest.mark.races
WORK_SECONDS = 60
CAREFUL = "wsgi"
WITHOUT_TRYING, NOTED_FIRST = "tests.races.mail_without_trying", "tests.races.mail_noted_first"


@dataclass
class Office:
    """An application, the mail server that it sends through, and the worker that is at work."""

    app: Flask
    server: Server
    settings: dict[str, str]
    worker: subprocess.Popen[bytes] | None = None

    def post(self) -> int:
        """Put one mail into the outbox."""
        with self.app.app_context(), transaction():
            return post(SYSTEM, ROOT, "wang.lei@example.org", "会议通知", "请准时参会。").id

    def found(self, message_id: int) -> Message:
        """Read a mail's row afresh."""
        with self.app.app_context():
            return db.session.get_one(Message, message_id, populate_existing=True)

    def work(self, entry: str) -> int:
        """Let a new worker do what waits, long after the last one; tell how it ended."""
        with self.app.app_context(), transaction() as session:
            session.execute(sa.update(Job).values(due_at=clock.now() - 2 * LOST_AFTER))
        self.worker = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", entry, "jobs", "drain"],
            cwd=HERE,
            env=self.settings,
            stdout=subprocess.DEVNULL,
        )
        return self.worker.wait(WORK_SECONDS)

    def kill(self) -> None:
        """Kill the worker that is at work, without warning, and wait until it is gone."""
        assert self.worker is not None
        os.kill(self.worker.pid, signal.SIGKILL)
        os.waitid(os.P_PID, self.worker.pid, os.WEXITED | os.WNOWAIT)

    def kill_after_taking(self) -> str:
        """Kill the worker when its mail has been taken and it does not know yet."""
        self.kill()
        return "250 taken"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """Open an office on each database in turn."""
    with smtp_server() as server:
        if request.param == "sqlite":
            yield _office(tmp_path, f"sqlite:///{tmp_path / 'mail.db'}", server)
            return
        with postgres_database(POSTGRES, f"menghui_mail_{os.getpid()}") as url:
            found = _office(tmp_path, url, server)
            yield found
            with found.app.app_context():
                db.session.remove()
                for engine in db.engines.values():
                    engine.dispose()


def _office(var: Path, url: str, server: Server) -> Office:
    mail = {"MAIL_HOST": "127.0.0.1", "MAIL_PORT": str(server.port)}
    return Office(open_app(var, url), server, environment(var, url) | mail)


def test_a_worker_that_is_killed_once_costs_one_duplicate_at_most(office: Office) -> None:
    one = office.post()
    office.server.on_data = office.kill_after_taking
    assert office.work(CAREFUL) == -signal.SIGKILL
    office.server.on_data = lambda: "250 taken"
    assert [office.work(CAREFUL) for _ in range(2)] == [0, 0]
    found = office.found(one)
    assert office.server.ids == [found.message_id] * 2, "the same Message-ID, nothing more"
    assert fate_of(found) is Fate.TWICE


def test_workers_that_die_again_and_again_stop_and_leave_it_to_a_person(office: Office) -> None:
    one = office.post()
    office.server.on_data = office.kill_after_taking
    assert [office.work(CAREFUL) for _ in range(4)] == [-signal.SIGKILL] * 2 + [0] * 2
    assert len(office.server.ids) == 2
    assert fate_of(office.found(one)) is Fate.REFUSED
    office.server.on_data = lambda: "250 taken"
    with office.app.app_context():
        resend(SYSTEM, one)
    assert office.work(CAREFUL) == 0
    assert set(office.server.ids) == {office.found(one).message_id}
    assert fate_of(office.found(one)) is Fate.TWICE


def test_without_a_note_before_sending_duplicates_never_end(office: Office) -> None:
    office.post()
    office.server.on_data = office.kill_after_taking
    assert [office.work(WITHOUT_TRYING) for _ in range(4)] == [-signal.SIGKILL] * 4
    assert len(office.server.ids) == 4


def test_a_worker_that_is_killed_before_it_hands_over_loses_nothing(office: Office) -> None:
    one = office.post()
    office.server.on_address = office.kill
    assert office.work(CAREFUL) == -signal.SIGKILL
    office.server.on_address = lambda: None
    assert office.work(CAREFUL) == 0
    assert office.server.ids == [office.found(one).message_id]


def test_noted_as_sent_before_it_is_handed_over_the_mail_is_lost(office: Office) -> None:
    one = office.post()
    office.server.on_address = office.kill
    assert office.work(NOTED_FIRST) == -signal.SIGKILL
    office.server.on_address = lambda: None
    assert office.work(NOTED_FIRST) == 0
    assert office.server.ids == []
    assert fate_of(office.found(one)) is Fate.SENT, "it says so, and it is not true"
