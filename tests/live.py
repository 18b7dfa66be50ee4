"""Real servers for races, faults and measurements: gunicorn on a database of its own."""

import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from itsdangerous import URLSafeTimedSerializer

HERE = Path(__file__).resolve().parent.parent
SECRET = "a-secret-for-live-servers-that-is-long-enough-0123456789"
START_SECONDS = 40
CSRF = "a-token-of-this-session"


@dataclass
class Live:
    """A server that answers on `port`, and what is needed to stop or kill it."""

    process: subprocess.Popen[bytes]
    port: int
    var: Path
    database_url: str

    def workers(self) -> list[int]:
        """Tell the process ids of the server's workers."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def kill_a_worker(self) -> None:
        """Kill one worker without warning."""
        for pid in self.workers()[:1]:
            os.kill(pid, signal.SIGKILL)


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(var: Path, database_url: str) -> dict[str, str]:
    """Give a process of ours the settings of a live server."""
    return {
        **os.environ,
        "MENGHUI_ENV": "development",
        "MENGHUI_VAR": str(var),
        "SECRET_KEY": SECRET,
        "DATABASE_URL": database_url,
        "PYTHONPATH": str(HERE),
    }


@contextmanager
def serving(
    var: Path, database_url: str, *, entry: str = "wsgi:app", processes: int = 1, threads: int = 8
) -> Iterator[Live]:
    """Serve an application under gunicorn until the block ends."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        entry,
        f"--bind=127.0.0.1:{port}",
        "--worker-class=gthread",
        f"--workers={processes}",
        f"--threads={threads}",
        "--log-level=warning",
        "--keep-alive=30",
    ]
    log = (var / "server.log").open("ab")
    process = subprocess.Popen(
        command, cwd=HERE, env=environment(var, database_url), stdout=log, stderr=log
    )
    try:
        _wait(port, process, var)
        yield Live(process, port, var, database_url)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _wait(port: int, process: subprocess.Popen[bytes], var: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        probe = Browser(port)
        try:
            if probe.get("/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            probe.close()
    msg = f"the server did not start: {(var / 'server.log').read_text()[-3000:]}"
    raise RuntimeError(msg)


@contextmanager
def postgres_database(server: str, name: str) -> Iterator[str]:
    """Make a PostgreSQL database for the block; yields its URL."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
    try:
        yield f"{server}/{name}".replace("postgresql://", "postgresql+psycopg://")
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def cookie_of(tokens: Mapping[str, str], csrf: str = CSRF) -> str:
    """Write the session cookie of a browser that holds these tokens."""
    serializer = URLSafeTimedSerializer(
        SECRET,
        salt="cookie-session",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha1},
    )
    return f"menghui={serializer.dumps({'tokens': dict(tokens), 'csrf_token': csrf})}"


def csrf_of(csrf: str = CSRF) -> str:
    """Write the CSRF token that belongs to `cookie_of`."""
    return URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(csrf)


def scans_path(meeting: str) -> str:
    """Tell where a device asks for the verdict on one scan."""
    return f"/api/v1/meetings/{meeting}/scans"


class Browser:
    """One keep-alive connection with a cookie, as a phone has."""

    def __init__(self, port: int, tokens: Mapping[str, str] | None = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Cookie": cookie_of(tokens), "X-CSRFToken": csrf_of()} if tokens else {}

    def get(self, path: str) -> tuple[int, bytes]:
        """Read a page."""
        return self._send("GET", path, None, {})

    def post_json(self, path: str, body: Any) -> tuple[int, Any]:
        """Post JSON; returns the status and the JSON answer."""
        status, data = self._send(
            "POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        return status, json.loads(data) if data else None

    def post_form(self, path: str, form: Mapping[str, str]) -> tuple[int, str]:
        """Post a form; returns the status and where it leads."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return_status, _ = self._send("POST", path, urlencode(form).encode(), kind)
        return return_status, self.location

    def _send(
        self, method: str, path: str, body: bytes | None, more: dict[str, str]
    ) -> tuple[int, bytes]:
        try:
            self.connection.request(method, path, body, {**self.headers, **more})
            answer = self.connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise
        self.location = answer.headers.get("Location", "")
        return answer.status, data

    def close(self) -> None:
        """Hang up."""
        self.connection.close()
