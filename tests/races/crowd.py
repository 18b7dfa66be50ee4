"""Many phones at once on raw connections, so that little of the machine goes to the asking."""

import asyncio
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.arena import Arena, scan_body
from tests.live import cookie_of, csrf_of, scans_path

PAUSE_SECONDS = 0.25
"""Between two scans of a gate that others hear of; whoever scans needs four times as long."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as its phone heard it, and at what instant of this process's clock."""

    gate: int
    status: int
    answer: dict[str, Any]
    heard: float


class Phone:
    """One keep-alive connection of whoever scans at a gate."""

    def __init__(self, arena: Arena, port: int, gate: int) -> None:
        self.arena, self.port, self.gate = arena, port, gate
        self.head = (
            f"POST {scans_path(arena.slug)} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Cookie: {cookie_of({'account': arena.staff[gate]})}\r\n"
            f"X-CSRFToken: {csrf_of()}\r\nContent-Type: application/json\r\n"
        )

    async def open(self) -> "Phone":
        """Connect."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def scan(self, text: str) -> Said:
        """Scan a text at this phone's gate."""
        body = json.dumps(scan_body(self.arena, self.gate, text))
        self.writer.write(f"{self.head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0])
        data = await self.reader.readexactly(length)
        return Said(self.gate, int(head.split(" ", 2)[1]), json.loads(data), time.perf_counter())

    async def close(self) -> None:
        """Hang up."""
        self.writer.close()
        await self.writer.wait_closed()


async def hang_up(phones: Iterable[Phone]) -> None:
    """Close them all."""
    for phone in phones:
        await phone.close()


def rush(arena: Arena, ports: Sequence[int], *, phones_a_gate: int) -> list[list[Said]]:
    """Let all phones of all gates scan each pass at the same moment; tells what they heard.

    The phones of a gate are spread over the servers that listen on these ports.
    """

    async def all_passes() -> list[list[Said]]:
        phones = [
            await Phone(arena, ports[number % len(ports)], gate).open()
            for number in range(phones_a_gate)
            for gate in range(len(arena.gates))
        ]
        heard = [
            list(await asyncio.gather(*(phone.scan(text) for phone in phones)))
            for text in arena.passes
        ]
        await hang_up(phones)
        return heard

    return asyncio.run(all_passes())


def follow(arena: Arena, ports: Sequence[int], texts: Sequence[str]) -> list[list[Said]]:
    """Let the first gate admit each pass and the second scan it right after; others scan on.

    Tells for each of these passes what both heard.
    """

    async def all_passes() -> list[list[Said]]:
        phones = [
            await Phone(arena, ports[gate % len(ports)], gate).open()
            for gate in range(len(arena.gates))
        ]
        over = asyncio.Event()

        async def keep_busy(phone: Phone) -> None:
            while not over.is_set():
                for text in arena.passes:
                    if text not in texts and not over.is_set():
                        await phone.scan(text)
                        await asyncio.sleep(PAUSE_SECONDS)

        async with asyncio.TaskGroup() as others:
            for phone in phones[2:]:
                others.create_task(keep_busy(phone))
            first, second = phones[:2]
            heard = [[await first.scan(text), await second.scan(text)] for text in texts]
            over.set()
        await hang_up(phones)
        return heard

    return asyncio.run(all_passes())
