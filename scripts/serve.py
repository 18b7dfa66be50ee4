"""Serve the application and work its jobs on this machine until Ctrl-C, and leave nothing behind.

Importing the application is most of a start. So one process imports it, opens nothing, and forks:
first to begin the demo, then for the pages and for the jobs. Then it only watches these two: when
one of them ends, the other is stopped as well.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import wait
from types import FrameType
from typing import Any

from flask.cli import ScriptInfo
from gunicorn.app.base import BaseApplication

from wsgi import app

PORT = os.environ.get("PORT", "8000")
GRACE = 30
"""Seconds that requests and a job may take to finish."""

fork = multiprocessing.get_context("fork").Process


class Pages(BaseApplication):
    """Gunicorn with the application that is here already."""

    def load_config(self) -> None:
        """Set what docs/operations.md gives on the command line."""
        for name, value in (
            ("bind", f"127.0.0.1:{PORT}"),
            ("worker_class", "gthread"),
            ("threads", 8),
            ("graceful_timeout", GRACE),
            ("control_socket_disable", True),
            ("loglevel", "warning"),
        ):
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Hand the application over."""
        return app


def command(*words: str) -> None:
    """Run a command of `flask` here."""
    app.cli.main(words, prog_name="flask", obj=ScriptInfo(create_app=lambda: app))


def child(work: Callable[..., None], *args: str) -> None:
    """Work out of reach of Ctrl-C, and end when the process that watches is gone."""
    os.setpgid(0, 0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    work(*args)


def main() -> int:
    """Begin, serve and watch; returns the exit code."""
    begin = fork(target=command, args=("demo", "begin"))
    begin.start()
    begin.join()
    if begin.exitcode:
        return 1

    print(f"\n  http://127.0.0.1:{PORT}/   (Ctrl-C stops it)\n", flush=True)
    children = [
        fork(target=child, args=(Pages().run,)),
        fork(target=child, args=(command, "jobs", "work")),
    ]
    for each in children:
        each.start()
    asked: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in children:
            if asked:
                each.kill()  # asked twice: at once
            else:
                each.terminate()
        asked.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    wait([each.sentinel for each in children])
    by_itself = not asked
    if by_itself:
        print("✗ the server or the job worker ended by itself", file=sys.stderr)
        stop(signal.SIGTERM, None)
    for each in children:
        each.join()
    return 1 if by_itself else 128 + asked[0]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # before there was anything to stop
        sys.exit(130)
