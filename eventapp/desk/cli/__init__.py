"""`flask demo …` and `flask doctor`."""

from flask import Flask

from eventapp.desk.cli.demo import cli
from eventapp.desk.cli.doctor import doctor

__all__ = ["cli", "register"]


def register(app: Flask) -> None:
    """Give the application the command that has no group."""
    app.cli.add_command(doctor)
