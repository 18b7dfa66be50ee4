"""The network of a hall: slow, silent or gone, between a real browser and a real server."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Network:
    """A port that leads to a server, until it is told otherwise."""

    def __init__(self, base_url: str) -> None:
        """Lead to this address."""
        self.target = urlsplit(base_url)
        self.one_way = 0.0  # seconds that everything takes in each direction
        self.silent = False  # what is sent is swallowed, and nothing comes
        self.loop = asyncio.new_event_loop()
        self.server: asyncio.Server | None = None
        self.writers: set[asyncio.StreamWriter] = set()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @property
    def base_url(self) -> str:
        """Tell the address on this side."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, coroutine) -> None:
        """Do something in the network's own thread, and wait for it."""
        asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def come_back(self) -> None:
        """Let everything through again."""
        self.silent = False
        self.run(self._listen())

    def go_away(self) -> None:
        """Refuse every connection, and cut those that are open."""
        self.run(self._close())

    def fall_silent(self) -> None:
        """Take connections and never answer."""
        self.silent = True

    async def _listen(self) -> None:
        if self.server is None:
            self.server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    async def _close(self) -> None:
        if self.server is not None:
            self.server.close()
            self.server = None
        for writer in list(self.writers):
            writer.transport.abort()

    async def end(self) -> None:
        """Let go of whatever is still under way."""
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        if under_way:
            await asyncio.wait(under_way, timeout=2)

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self.writers.add(back)
        ahead = None
        try:
            far, ahead = await asyncio.open_connection(self.target.hostname, self.target.port)
            self.writers.add(ahead)
            await asyncio.gather(self._pour(near, ahead), self._pour(far, back))
        except OSError:
            pass
        finally:
            for writer in (back, ahead):
                if writer is not None:
                    self.writers.discard(writer)
                    writer.close()

    async def _pour(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Pass on what comes, each piece as late as the way is long."""
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                at, data = await due.get()
                await asyncio.sleep(max(0.0, at - time.monotonic()))
                if not data:
                    sink.close()
                    return
                if not self.silent:
                    sink.write(data)
                    await sink.drain()

        delivery = asyncio.ensure_future(deliver())
        data = b"-"
        while data:
            with suppress(OSError):
                data = await source.read(1 << 16)
                due.put_nowait((time.monotonic() + self.one_way, data))
                continue
            due.put_nowait((0, b""))
            break
        with suppress(OSError):
            await delivery


@contextmanager
def network(base_url: str) -> Iterator[Network]:
    """Lay a network before a server inside the block."""
    net = Network(base_url)
    thread = threading.Thread(target=net.loop.run_forever, daemon=True)
    thread.start()
    net.come_back()
    try:
        yield net
    finally:
        net.go_away()
        net.run(net.end())
        net.loop.call_soon_threadsafe(net.loop.stop)
        thread.join(5)
        net.loop.close()
