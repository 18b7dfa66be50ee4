"""`python -m tests.bench.polls`: what polling costs, and how soon a hall sees a new plan.

Two measurements, on SQLite and then on PostgreSQL if one answers:

1. CPU of an unchanged poll (304) of the public page and of the wall, beside /healthz, which goes
   through the same middleware and does nothing, measured in the same run.
2. The overrun trial: an item runs past its time while 300 phones and a wall poll the server as it
   is run, every 1.5 ± 0.2 s each, and so does the stage manager's page. A tap there finishes the
   item, and time alone moves the plan at each whole minute; from either until a phone holds the
   plan that came of it. BENCH_PHONES= changes the number, BENCH_REQUESTS= that of the polls.
"""

import asyncio
import os
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import SystemRandom
from typing import Any

from flask import Flask

from eventapp.accounts.service import sign_in_user
from eventapp.agenda.queries import items_of
from eventapp.agenda.service import publish_agenda, start_item
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.meetings.models import Meeting
from eventapp.meetings.rules import State
from eventapp.meetings.service import set_state
from tests.arena import inside, open_app
from tests.bench.__main__ import FORM, POSTGRES, postgres_answers, signed
from tests.bench.load import (
    Measured,
    Request,
    backends_of,
    cpu_seconds,
    measure,
)
from tests.factories import make_user
from tests.factories_agenda import make_item
from tests.factories_alliance import make_alliance, make_meeting
from tests.live import Live, postgres_database, serving

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "2000"))
PHONES = int(os.environ.get("BENCH_PHONES", "300"))
WORKERS = 2
ITEMS = 12
PACE, SPREAD = 1.5, 0.2
CHANCE = SystemRandom()
CALM = 6.0
"""Seconds that the hall polls before anything happens."""
PATHS = {
    "public page": "/m/hall/now",
    "wall": "/m/hall/projector/now",
}
STAGE = "/m/hall/desk/run"


def main() -> None:
    """Measure on every database that is there."""
    with tempfile.TemporaryDirectory() as folder:
        report("SQLite", Path(folder), f"sqlite:///{folder}/bench.db", "")
    if postgres_answers():
        name = f"menghui_polls_{os.getpid()}"
        with (
            tempfile.TemporaryDirectory() as folder,
            postgres_database(POSTGRES, name) as url,
        ):
            report("PostgreSQL", Path(folder), url, name)


def report(name: str, var: Path, url: str, database: str) -> None:
    """Measure on one database and print what was found."""
    app = open_app(var, url)
    token, running = hold(app)
    with serving(var, url) as server:
        rows = unchanged(server, database)
    print(f"\n{name}: one process of 8 threads, one client, {REQUESTS} polls each\n")
    print("| poll | answers | p50 ms | p95 ms | CPU ms | × same middleware |")
    print("|---|---|---:|---:|---:|---:|")
    for row in rows:
        print(
            f"| {row.name} | {row.requests}, {row.failures} wrong | {row.p50:.1f} | {row.p95:.1f} "
            f"| {row.cpu:.2f} | {row.cpu / rows[0].cpu:.2f} |",
            flush=True,
        )
    with serving(var, url, processes=WORKERS) as server:
        asyncio.run(trial(name, server, token, running, database))


def hold(app: Flask) -> tuple[str, int]:
    """Hold a meeting whose first item runs past its time; a stage manager's token and the item."""
    with inside(app):
        now = clock.now()
        begun = now - timedelta(minutes=7)
        alliance = make_alliance()
        meeting: Meeting = make_meeting(alliance, slug="hall", starts_at=begun)
        for number in range(ITEMS):
            make_item(meeting, f"第{number + 1}项", minutes=5)
        publish_agenda(SYSTEM, meeting.id)
        for state in (State.PUBLISHED, State.REGISTRATION_OPEN, State.REGISTRATION_CLOSED):
            set_state(SYSTEM, meeting.id, state)
        set_state(SYSTEM, meeting.id, State.IN_SESSION)
        first = items_of(meeting.id)[0].id
        with clock.fixed(begun):
            start_item(SYSTEM, meeting.id, first)
        return sign_in_user(SYSTEM, make_user(Role.STAGE_MANAGER, meeting.scope_id).id), first


def unchanged(server: Live, database: str) -> list[Measured]:
    """Measure polls that are answered by nothing new, and a door that does nothing at all."""
    asked: dict[str, Any] = {"processes": [server.process.pid], "database": database}
    empty = [Request("GET", "/healthz")] * (REQUESTS + 20)
    found = [measure("/healthz, the same middleware", server.port, empty, **asked)]
    for name, path in PATHS.items():
        # The plan moves at each whole minute while an item overruns: all polls in one minute,
        # and each asks with the newest tag, so that every answer counted is a 304.
        wait_for_a_minute()
        tag = asyncio.run(tag_of(server.port, path))
        polls = [Request("GET", path, (("If-None-Match", tag),))] * (REQUESTS + 20)
        found.append(measure(name, server.port, polls, ok=(304,), **asked))
    return found


def wait_for_a_minute() -> None:
    """Wait until most of a minute lies ahead."""
    while time.time() % 60 > 20:
        time.sleep(0.2)


@dataclass
class Phone:
    """A browser that polls: the version it holds, and when it first held each."""

    path: str
    headers: tuple[tuple[str, str], ...] = ()
    tag: str = ""
    plan: str = ""
    held: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    polls: int = 0
    new: int = 0
    failures: int = 0

    async def run(self, port: int, until: Callable[[], bool]) -> None:
        """Poll until told to stop, each on a connection that is kept."""
        await asyncio.sleep(CHANCE.uniform(0, PACE))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while not until():
            try:
                status, tag, body = await self.ask(reader, writer, port)
            except (OSError, asyncio.IncompleteReadError):
                self.failures += 1
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                continue
            self.polls += 1
            if status == 200:
                self.new += 1
                self.tag = tag
                shown = plan_in(body)
                if shown != self.plan:
                    self.plan = shown
                    self.held.append((time.time(), shown))
            elif status != 304:
                self.failures += 1
            await asyncio.sleep(PACE + CHANCE.uniform(-SPREAD, SPREAD))
        writer.close()

    async def ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int
    ) -> tuple[int, str, bytes]:
        """Ask whether there is anything newer than what it holds."""
        return await ask(reader, writer, self.path, port, self.tag, self.headers)

    def holds(self, plan: str, since: float) -> float | None:
        """Tell how many seconds after an instant it first held a plan."""
        return next((at - since for at, shown in self.held if at >= since and shown == plan), None)

    def moved(self, since: float) -> float | None:
        """Tell how many seconds after an instant it first held something new."""
        return next((at - since for at, _ in self.held if at >= since), None)


def plan_in(body: bytes) -> str:
    """Read the times of the plan out of a page."""
    return " ".join(re.findall(r"\d+:\d\d", re.sub(r"<[^>]*>", " ", body.decode())))


async def ask(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    path: str,
    port: int,
    tag: str,
    headers: tuple[tuple[str, str], ...] = (),
) -> tuple[int, str, bytes]:
    """Ask once; returns the status, the tag and the body."""
    headers = (*headers, ("If-None-Match", tag)) if tag else headers
    writer.write(Request("GET", path, headers).raw(port))
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.split("\r\n")
    said = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    length = int(said.get("Content-Length", 0))
    status = int(lines[0].split()[1])
    body = await reader.readexactly(length) if status != 304 else b""
    return status, said.get("ETag", ""), body


async def tag_of(port: int, path: str) -> str:
    """Ask for the tag of a page as it is now."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    _, tag, _ = await ask(reader, writer, path, port, "")
    writer.close()
    return tag


async def trial(name: str, server: Live, token: str, running: int, database: str) -> None:
    """Let a hall poll through an overrun, tap once, and tell how soon all held the new plan."""
    over = False
    hall = [Phone(PATHS["public page"]) for _ in range(PHONES)]
    wall = Phone(PATHS["wall"])
    stage = Phone(f"{STAGE}/now", signed({"account": token}, FORM))
    everybody = (*hall, wall, stage)
    asked = [asyncio.create_task(one.run(server.port, lambda: over)) for one in everybody]
    await asyncio.sleep(CALM)
    roots = [server.process.pid, *(backends_of(database) if database else [])]
    before, polls_before, began = cpu_seconds(roots), sum(one.polls for one in hall), time.time()
    minute = (time.time() // 60 + 1) * 60
    await asyncio.sleep(minute - time.time() + 8)
    share = (cpu_seconds(roots) - before) / (time.time() - began)
    polls = (sum(one.polls for one in hall) - polls_before) / (time.time() - began)
    plan = await newest(server.port)
    by_clock, wall_by_clock = [one.holds(plan, minute) for one in hall], wall.moved(minute)
    tapped = time.time()
    status = await tap(server.port, token, running)
    answered = time.time() - tapped
    await asyncio.sleep(8)
    plan = await newest(server.port)
    by_tap, wall_by_tap = [one.holds(plan, tapped) for one in hall], wall.moved(tapped)
    over = True
    await asyncio.gather(*asked)
    print(
        f"\n{name}: an item overruns, {PHONES} phones and a wall poll {WORKERS} processes of 8 "
        f"threads; {polls:.0f} polls a second take {share:.2f} cores; the tap was answered "
        f"{status} in {answered:.2f} s; {sum(one.failures for one in everybody)} polls failed\n"
    )
    print("| the plan moves | phones with the new plan | p50 s | p95 s | last s | wall s |")
    print("|---|---:|---:|---:|---:|---:|")
    print(line("by a tap that ends the item", by_tap, wall_by_tap))
    print(line("by the clock, at a whole minute", by_clock, wall_by_clock), flush=True)


async def newest(port: int) -> str:
    """Ask for the plan that the public page holds now."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    _, _, body = await ask(reader, writer, PATHS["public page"], port, "")
    writer.close()
    return plan_in(body)


async def tap(port: int, token: str, item_id: int) -> int:
    """Finish the item and begin the next, as the stage manager's thumb does."""
    headers = signed({"account": token}, FORM)
    path = f"{STAGE}/{item_id}/finish"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(Request("POST", path, headers, b"next=1").raw(port))
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1])


def line(what: str, seconds: list[float | None], wall: float | None) -> str:
    """Write a row of the trial's table; a phone that never held the plan counts as infinite."""
    found = sorted(float("inf") if one is None else one for one in seconds)
    got = sum(one is not None for one in seconds)
    p50, p95, last = (found[min(len(found) - 1, int(len(found) * q))] for q in (0.5, 0.95, 1))
    shown = "" if wall is None else f"{wall:.2f}"
    return f"| {what} | {got} of {len(found)} | {p50:.2f} | {p95:.2f} | {last:.2f} | {shown} |"


if __name__ == "__main__":
    main()
