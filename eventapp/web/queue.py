"""The queue that hurries jobs: huey on SQLite, or on Redis where many processes share it."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from huey import RedisHuey, SqliteHuey
from huey.api import Huey

from eventapp.core import installation, jobs
from eventapp.core.db import db
from eventapp.core.outbox import send_message

SWEEP_SECONDS = 5
cli = AppGroup("jobs", help="Work in the background.")


def _open(url: str) -> Huey:
    if url.startswith("redis"):
        return RedisHuey("menghui", url=url)
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("menghui", filename=str(path))


def register(app: Flask, url: str) -> None:
    """Let jobs of this application go through a queue, and give it the worker's commands."""
    handlers: dict[str, jobs.Handler] = {"send_message": send_message}
    app.extensions["jobs"] = handlers
    app.cli.add_command(cli)
    if app.testing:
        jobs.use_queue(None)
        return
    huey = _open(url)

    @huey.task()
    def run_job(job_id: int) -> None:
        with app.app_context():
            installation.refresh()
            jobs.run(job_id, handlers)
            db.session.remove()

    app.extensions["huey"] = huey
    jobs.use_queue(run_job)


def add_handlers(app: Flask, handlers: Mapping[str, jobs.Handler]) -> None:
    """Let a feature's tasks do jobs of its kinds."""
    app.extensions["jobs"].update(handlers)


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
    consumer = app.extensions["huey"].create_consumer(
        workers=threads, periodic=False, initial_delay=0.1, max_delay=1.0
    )
    threading.Thread(target=_sweep, args=(app,), daemon=True).start()
    click.echo("worker ready")
    consumer.run()  # it takes SIGTERM and SIGINT, finishes what it has begun, and returns


def _sweep(app: Flask) -> None:
    while True:
        with app.app_context():
            installation.refresh()
            run_due(app)
            db.session.remove()
        time.sleep(SWEEP_SECONDS)


@cli.command("drain")
def drain() -> None:
    """Do every job that waits now, then end."""
    app = click.get_current_context().obj.load_app()
    click.echo(f"{run_due(app)} jobs")
