"""The queue that hurries jobs: huey on SQLite, or on Redis where many processes share it."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from eventapp.core import installation, jobs
from eventapp.core.db import db
from eventapp.core.outbox import send_message

if TYPE_CHECKING:
    from huey.api import Huey, TaskWrapper

SWEEP_SECONDS = 5
CHORE_SECONDS = 3600
cli = AppGroup("jobs", help="Work in the background.")
_log = logging.getLogger("menghui")


def _open(url: str) -> "Huey":
    # It loads the drivers of every store that it knows: a tenth of a start, and seldom needed soon.
    from huey import Huey, RedisHuey  # noqa: PLC0415
    from huey.storage import SqliteStorage  # noqa: PLC0415

    if url.startswith("redis"):
        return RedisHuey("menghui", url=url)

    class Storage(SqliteStorage):
        """A queue that does not wait for the disk: what a power cut takes, the sweeper finds."""

        def _create_connection(self) -> Any:
            connection = super()._create_connection()
            connection.execute("pragma synchronous=normal")
            return connection

    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    return Huey("menghui", storage_class=Storage, filename=str(path))


def register(app: Flask, url: str) -> None:
    """Let jobs of this application go through a queue, and give it the worker's commands."""
    handlers: dict[str, jobs.Handler] = {"send_message": send_message}
    app.extensions["jobs"] = handlers
    app.extensions["chores"] = []
    app.cli.add_command(cli)
    if app.testing:
        jobs.use_queue(None)
        return

    def run_job(job_id: int) -> None:
        with app.app_context():
            installation.refresh()
            jobs.run(job_id, handlers)
            db.session.remove()

    @cache
    def task() -> "TaskWrapper":
        return _open(url).task()(run_job)

    def push(job_id: int) -> None:
        task()(job_id)

    app.extensions["huey"] = lambda: task().huey
    jobs.use_queue(push)


def add_handlers(app: Flask, handlers: Mapping[str, jobs.Handler]) -> None:
    """Let a feature's tasks do jobs of its kinds."""
    app.extensions["jobs"].update(handlers)


def add_chore(app: Flask, chore: Callable[[], Any]) -> None:
    """Let the worker call this every hour; the chore looks itself whether anything is due."""
    app.extensions["chores"].append(chore)


def run_chores(app: Flask) -> None:
    """Do every chore here and now; one that fails is logged, and comes again in an hour."""
    for chore in app.extensions["chores"]:
        try:
            chore()
        except Exception:
            db.session.rollback()
            _log.exception("a chore failed")


def run_due(app: Flask) -> int:
    """Do every job that waits, here and now; returns how many."""
    waiting = jobs.due()
    for job_id in waiting:
        jobs.run(job_id, app.extensions["jobs"])
    return len(waiting)


@cli.command("work")
@click.option("--threads", default=1, show_default=True)
def work(threads: int) -> None:
    """Work until stopped: do what the queue brings, and sweep up what it lost."""
    app = click.get_current_context().obj.load_app()
    consumer = app.extensions["huey"]().create_consumer(
        workers=threads, periodic=False, initial_delay=0.1, max_delay=1.0
    )
    threading.Thread(target=_sweep, args=(app,), daemon=True).start()
    click.echo("worker ready")
    consumer.run()  # it takes SIGTERM and SIGINT, finishes what it has begun, and returns


def _sweep(app: Flask) -> None:
    chores_at = 0.0
    while True:
        with app.app_context():
            try:
                installation.refresh()
                run_due(app)
                if time.monotonic() >= chores_at:
                    run_chores(app)
                    chores_at = time.monotonic() + CHORE_SECONDS
            except SQLAlchemyError:
                _log.exception("the sweeper could not reach the database and tries again")
                db.session.rollback()
            db.session.remove()
        time.sleep(SWEEP_SECONDS)


@cli.command("drain")
def drain() -> None:
    """Do every job that waits now, then end."""
    app = click.get_current_context().obj.load_app()
    click.echo(f"{run_due(app)} jobs")
