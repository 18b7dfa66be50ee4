"""The job of privacy: once a day, delete what has had its time."""

from flask import Flask

from eventapp.core.access import SYSTEM
from eventapp.privacy.service import retain_daily
from eventapp.web.queue import add_chore


def register(app: Flask) -> None:
    """Let the worker look every hour whether today's look is still to be made."""
    add_chore(app, lambda: retain_daily(SYSTEM))
