"""The application that acknowledges a vote first and writes it later: a control."""

import threading
import time
from types import SimpleNamespace
from typing import Any

from eventapp.voting import service
from eventapp.voting.service import casting

LATER_SECONDS = 0.5
_careful = casting.cast_vote


def cast_vote(*arguments: Any, **values: Any) -> Any:
    """Promise a vote, and keep it half a second later."""

    def write() -> None:
        time.sleep(LATER_SECONDS)
        with app.app_context():
            _careful(*arguments, **values)

    threading.Thread(target=write, daemon=True).start()
    return SimpleNamespace(seq=1)


service.cast_vote = cast_vote

from wsgi import app  # noqa: E402 - the routes must find the forgetful verb

__all__ = ["app"]
