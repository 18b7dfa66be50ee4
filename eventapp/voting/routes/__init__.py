"""Doors of voting: the representative's booth and the desk."""

from flask import Flask

from eventapp.voting.routes import booth, desk
from eventapp.voting.routes.blueprint import bp, sentence

__all__ = ["booth", "bp", "desk", "register"]


def register(app: Flask) -> None:
    """Let templates write out the sentences of the domain."""
    app.jinja_env.filters["sentence"] = sentence
