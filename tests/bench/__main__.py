"""`make bench`: what each hot operation costs the server, beside a door that does nothing.

Serves the application as it would run, on SQLite and then on PostgreSQL if one answers, on the
demo programme and a meeting of eighty units made for the purpose, and prints a table. The CPU is
that of the application's and the database's processes, per request, with one client. With the
word `door` behind the command it measures the door alone.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from flask import Flask

from eventapp.core import clock
from eventapp.meetings.queries import meeting_by_slug
from eventapp.minutes.document import dress_of, render_paper
from eventapp.minutes.queries import edition_content, editions_of
from eventapp.registration.queries import shown_consent
from eventapp.web import pdf
from eventapp.web.flood import draw_seal
from tests.arena import Arena, inside, open_app, prepare, scan_body
from tests.bench.load import Measured, Request, measure
from tests.live import (
    HERE,
    cookie_of,
    csrf_of,
    environment,
    postgres_database,
    scans_path,
    serving,
)

DOOR_ALONE = "door" in sys.argv[1:]
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "300"))
UNITS = 80
POSTGRES = os.environ.get("TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")
JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
HEAD = "| operation | requests | failed | p50 ms | p95 ms | p99 ms | CPU ms | × no-op |"
RULE = "|---|---:|---:|---:|---:|---:|---:|---:|"


def main() -> None:
    """Measure on every database that is there."""
    with tempfile.TemporaryDirectory() as folder:
        report("SQLite", Path(folder), f"sqlite:///{folder}/bench.db", "")
    if not postgres_answers():
        print("\nPostgreSQL does not answer on 127.0.0.1:5432: left out.")
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_database(POSTGRES, name := f"menghui_bench_{os.getpid()}") as url,
    ):
        report("PostgreSQL", Path(folder), url, name)


def postgres_answers() -> bool:
    """Tell whether there is a PostgreSQL to measure on."""
    try:
        psycopg.connect(f"{POSTGRES}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def report(name: str, var: Path, url: str, database: str) -> None:
    """Prepare, measure and print one database's table."""
    app = open_app(var, url)
    if not DOOR_ALONE:
        load_demo(var, url)
    arena = prepare(app, passes=REQUESTS + 20, units=UNITS)
    rows = [*noops(var, url), *operations(app, arena, var, url, database)]
    read, write = rows[0].cpu, rows[1].cpu
    print(f"\n{name}: gunicorn 1 process × 8 threads, one client\n\n{HEAD}\n{RULE}")
    for row in rows:
        base = write if row.name in WRITES else read
        print(
            f"| {row.name} | {row.requests} | {row.failures} | {row.p50:.1f} | {row.p95:.1f} "
            f"| {row.p99:.1f} | {row.cpu:.2f} | {row.cpu / base:.1f} |"
        )
    print("" if DOOR_ALONE else minutes_line(app), flush=True)


TYPING = timedelta(minutes=1)
WRITES = {"no-op POST", "register", "first check-in", "repeated check-in", "cast vote"}


def load_demo(var: Path, url: str) -> None:
    """Load the demo programme by its command."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "load"]
    subprocess.run(command, cwd=HERE, env=environment(var, url), check=True, capture_output=True)


def noops(var: Path, url: str) -> Iterator[Measured]:
    """Measure a bare Flask application under the same server."""
    with serving(var, url, entry="tests.bench.noop:app") as server:
        own = [server.process.pid]
        for name, method in (("no-op GET", "GET"), ("no-op POST", "POST")):
            # CPU time is told in hundredths of a second: what costs little must be done often.
            requests = [Request(method, "/noop")] * (REQUESTS * 10 + 20)
            yield measure(name, server.port, requests, processes=own)


def operations(app: Flask, arena: Arena, var: Path, url: str, database: str) -> Iterator[Measured]:
    """Measure the hot operations of the application."""
    with proxied(), serving(var, url) as server:
        asked: dict[str, Any] = {"processes": [server.process.pid], "database": database}
        if not DOOR_ALONE:
            page = [Request("GET", "/m/founding-2024")] * (REQUESTS + 20)
            yield measure("public page", server.port, page, **asked)
            registering = registrations(app)
            yield measure("register", server.port, registering, **asked)
        scans = scanning(arena)
        yield measure("first check-in", server.port, scans, **asked)
        yield measure("repeated check-in", server.port, scans, **asked)
        if not DOOR_ALONE:
            yield measure("cast vote", server.port, votes(arena), **asked)


@contextmanager
def proxied() -> Iterator[None]:
    """Let the server believe the proxy's word on addresses: the limits count by address."""
    os.environ["PROXIES"] = "1"
    yield
    del os.environ["PROXIES"]


def signed(
    tokens: dict[str, str], kind: tuple[str, str], browser: str = "bench"
) -> tuple[tuple[str, str], ...]:
    """Write the headers of a browser that holds these tokens."""
    whence = ("Sec-Fetch-Site", "same-origin")
    return (("Cookie", cookie_of(tokens, browser)), ("X-CSRFToken", csrf_of(browser)), whence, kind)


def registrations(app: Flask) -> list[Request]:
    """Write forms of different people, each from a browser and an address of its own."""
    with inside(app):
        version, _ = shown_consent(meeting_by_slug("founding-2024").id)
        drawn_at = clock.now() - TYPING
    requests = []
    for number in range(REQUESTS + 20):
        form = {
            "name": f"测试者{number}",
            "phone": f"1371{number:07d}",
            "unit": "测试单位",
            "titles": "工程师",
            "email": "",
            "category": "observer",
            "consent": "y",
            "consent_version": str(version),
            "seal": draw_seal("register", drawn_at),
        }
        address = ("X-Forwarded-For", f"10.9.{number // 250}.{number % 250 + 1}")
        headers = (*signed({}, FORM, f"browser-{number}"), address)
        requests.append(
            Request("POST", "/m/founding-2024/register", headers, urlencode(form).encode())
        )
    return requests


def scanning(arena: Arena) -> list[Request]:
    """Write one scan for each pass."""
    headers = signed({"account": arena.staff[0]}, JSON)
    path = scans_path(arena.slug)
    return [
        Request("POST", path, headers, json.dumps(scan_body(arena, 0, text)).encode())
        for text in arena.passes
    ]


def votes(arena: Arena) -> list[Request]:
    """Write votes of every unit in turn: the first is cast, later ones change it."""
    path = f"/m/{arena.slug}/vote/{arena.ballot_id}"
    requests = []
    for number in range(REQUESTS + 20):
        token = arena.voters[number % UNITS][0]
        form = {"choice": ("yes", "no")[number // UNITS % 2], "client_key": f"bench-{number:012d}"}
        headers = signed({"representative:1": token}, FORM)
        requests.append(Request("POST", path, headers, urlencode(form).encode()))
    return requests


def minutes_line(app: Flask) -> str:
    """Set the demo's released minutes on paper until warm, and tell how long it takes."""
    with inside(app):
        meeting = meeting_by_slug("preparatory-2024")
        edition = editions_of(meeting.id)[0]
        content = edition_content(edition.id)
        seconds = []
        pdf.warm()
        for press in (True, True, True, True, False, False, False):
            start = time.perf_counter()
            render_paper(content, dress_of(edition, "http://127.0.0.1:8000", press=press))
            seconds.append(time.perf_counter() - start)
    copies = statistics.median(seconds[1:4]), statistics.median(seconds[4:])
    return f"\nminutes PDF of the demo, warm: {copies[0]:.2f} s (with annexes {copies[1]:.2f} s)"


if __name__ == "__main__":
    main()
