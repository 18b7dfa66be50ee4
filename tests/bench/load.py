"""A bounded load on a server of ours, and what it costs the server in CPU time."""

import asyncio
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it goes over the wire."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def raw(self, port: int) -> bytes:
        """Write the request for a server on this port."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body or self.method == "POST":
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run of equal operations took: times in milliseconds, CPU of the server processes."""

    name: str
    requests: int
    failures: int
    p50: float
    p95: float
    p99: float
    cpu: float
    """CPU milliseconds per request, application and database together."""


def cpu_seconds(roots: Iterable[int]) -> float:
    """Add up user and system time of these process trees, reaped children included."""
    children: dict[int, list[int]] = {}
    times: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(entry.name)
        children.setdefault(int(fields[1]), []).append(pid)
        times[pid] = sum(int(value) for value in fields[11:15])
    todo, seen = list(roots), set()
    while todo:
        pid = todo.pop()
        if pid not in seen:
            seen.add(pid)
            todo += children.get(pid, [])
    return sum(times.get(pid, 0) for pid in seen) / TICK


def postgres_root() -> list[int]:
    """Find the PostgreSQL server's first process on this machine."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if (entry / "comm").read_text().strip() != "postgres":
                continue
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if Path(f"/proc/{parent}/comm").read_text().strip() != "postgres":
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def backends_of(database: str) -> list[int]:
    """Find the processes of PostgreSQL that serve a database: others may be at work beside it.

    The server names each by its database; what writes for all of them is left out.
    """
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if words.startswith("postgres:") and f" {database} " in words:
            found.append(int(entry.name))
    return found


async def _send(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, raw: bytes
) -> tuple[int, bytes]:
    writer.write(raw)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    body = b""
    if headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    elif "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
    return int(lines[0].split()[1]), body


async def _drive(
    port: int, requests: list[Request], clients: int, ok: frozenset[int]
) -> tuple[list[float], int]:
    times: list[float] = []
    failures = 0
    waiting = iter(requests)

    async def client() -> None:
        nonlocal failures
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            start = time.perf_counter()
            status, _ = await _send(reader, writer, request.raw(port))
            times.append((time.perf_counter() - start) * 1000)
            failures += status not in ok
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(client() for _ in range(clients)))
    return times, failures


def measure(
    name: str,
    port: int,
    requests: list[Request],
    *,
    processes: Iterable[int],
    database: str = "",
    warm: int = 20,
    clients: int = 1,
    ok: Iterable[int] = (200, 303, 304),
) -> Measured:
    """Send every request once and tell what it took; the first `warm` ones do not count.

    The CPU is that of these processes with their children, and of the database named.
    """
    roots, good = list(processes), frozenset(ok)
    asyncio.run(_drive(port, requests[:warm], clients, good))
    roots += backends_of(database) if database else []
    before = cpu_seconds(roots)
    times, failures = asyncio.run(_drive(port, requests[warm:], clients, good))
    spent = cpu_seconds(roots) - before
    times.sort()

    def quantile(share: float) -> float:
        return times[min(len(times) - 1, int(len(times) * share))]

    return Measured(
        name,
        len(times),
        failures,
        quantile(0.5),
        quantile(0.95),
        quantile(0.99),
        spent * 1000 / len(times),
    )
