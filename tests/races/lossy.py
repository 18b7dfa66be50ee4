"""A proxy that loses answers after the server has given them, as a hall's network does."""

import http.client
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

PASSED_ON = ("Content-Type", "Cookie", "X-CSRFToken")


class Proxy(ThreadingHTTPServer):
    """Passes each scan on, and of its answers loses a share: whole, or cut in the middle.

    Chance is drawn from a scan's number and how often it was sent, so that it is the same again.
    """

    daemon_threads = True

    def __init__(self, upstream: int, share: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream, self.share = upstream, share
        self.given: dict[str, list[bytes]] = defaultdict(list)
        """What the server answered to each scan, in order, heard or lost."""
        self.lost = 0
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        """Tell where it listens."""
        return int(self.server_address[1])

    def note(self, scan_id: str, answer: bytes) -> float:
        """Keep an answer; tells how much of it arrives: 1, a half or 0."""
        with self._lock:
            self.given[scan_id].append(answer)
            chance = Random(f"{scan_id} {len(self.given[scan_id])}").random()  # noqa: S311 - the same again
            if chance >= self.share:
                return 1
            self.lost += 1
            return 0.5 if chance < self.share / 3 else 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def proxy(self) -> Proxy:
        assert isinstance(self.server, Proxy)
        return self.server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server = http.client.HTTPConnection("127.0.0.1", self.proxy.upstream, timeout=30)
        passed_on = {name: self.headers[name] for name in PASSED_ON}
        server.request("POST", self.path, body, passed_on)
        answer = server.getresponse()
        data = answer.read()
        server.close()
        arrives = self.proxy.note(json.loads(body)["scan_id"], data)
        if arrives < 1:
            self.close_connection = True
        if arrives:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: int(len(data) * arrives)])

    def log_message(self, format: str, *values: object) -> None:
        """Say nothing."""


@contextmanager
def losing(upstream: int, share: float) -> Iterator[Proxy]:
    """Run a proxy before a server inside the block."""
    proxy = Proxy(upstream, share)
    thread = threading.Thread(target=proxy.serve_forever)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()
