"""Many phones at once on raw connections, so that little of the machine goes to the asking."""

import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.arena import Arena, scan_body
from tests.live import cookie_of, csrf_of, scans_path


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


async def open_phones(arena: Arena, port: int, gates: Iterable[int]) -> list[Phone]:
    """Open one phone for each gate that is named, which may be named often."""
    return [await Phone(arena, port, gate).open() for gate in gates]


async def hang_up(phones: Iterable[Phone]) -> None:
    """Close them all."""
    for phone in phones:
        await phone.close()


def rush(arena: Arena, port: int, *, phones_a_gate: int) -> list[list[Said]]:
    """Let all phones of all gates scan each pass at the same moment; tells what they heard."""

    async def all_passes() -> list[list[Said]]:
        gates = list(range(len(arena.gates))) * phones_a_gate
        phones = await open_phones(arena, port, gates)
        heard = [
            list(await asyncio.gather(*(phone.scan(text) for phone in phones)))
            for text in arena.passes
        ]
        await hang_up(phones)
        return heard

    return asyncio.run(all_passes())
