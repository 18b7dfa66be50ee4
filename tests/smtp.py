"""A real mail server for tests: it keeps what it took, refuses by address, and can stall."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.live import free_port


@dataclass
class Server:
    """Where it listens, what it took so far, and what it answers to whom."""

    port: int
    taken: list[Message] = field(default_factory=list[Message])
    answers: dict[str, str] = field(default_factory=dict[str, str])
    on_address: Callable[[], None] = lambda: None
    """Called when a mail announces its recipient, before its text."""
    on_data: Callable[[], str] = lambda: "250 taken"
    """Called once a mail has been kept; what it returns is answered."""

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take an address, or refuse it as told."""
        self.on_address()
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        """Keep a mail, then answer."""
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        return self.on_data()

    @property
    def ids(self) -> list[str]:
        """Tell the Message-IDs that were taken, in their order."""
        return [mail["Message-ID"] for mail in self.taken]


@contextmanager
def smtp_server() -> Iterator[Server]:
    """Listen on a free port of this machine until the block ends."""
    server = Server(free_port())
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
