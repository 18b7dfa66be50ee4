"""Doors of voting: the representative's booth and the desk."""

from flask import Flask

from eventapp.checkin.queries import Quorum
from eventapp.voting.queries import floor_of
from eventapp.voting.routes import booth, desk
from eventapp.voting.routes.blueprint import bp, sentence
from eventapp.voting.rules import rule_in_words

__all__ = ["booth", "bp", "desk", "register"]


def register(app: Flask) -> None:
    """Let templates write out the sentences of the domain, and the door tell the quorum."""
    app.jinja_env.filters["sentence"] = sentence
    app.extensions["quorum"] = _quorum


def _quorum(meeting_id: int) -> Quorum | None:
    floor = floor_of(meeting_id)
    if floor is None:
        return None
    return Quorum(
        floor.number,
        floor.title,
        sentence(rule_in_words(floor.rule)),
        tuple((unit.organisation, unit.name) for unit in floor.units),
        floor.here.in_person,
        floor.here.by_proxy,
        floor.present,
        floor.needed,
    )
