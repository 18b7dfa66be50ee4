"""Doors of voting: the representative's booth and the desk."""

from flask import Flask

from eventapp.checkin.queries import Quorum
from eventapp.voting.queries import next_vote_of
from eventapp.voting.routes import booth, desk
from eventapp.voting.routes.blueprint import bp, sentence
from eventapp.voting.rules import rule_in_words

__all__ = ["booth", "bp", "desk", "register"]


def register(app: Flask) -> None:
    """Let templates write out the sentences of the domain, and the door tell the quorum."""
    app.jinja_env.filters["sentence"] = sentence
    app.extensions["quorum"] = _quorum


def _quorum(meeting_id: int) -> Quorum | None:
    vote = next_vote_of(meeting_id)
    if vote is None:
        return None
    return Quorum(
        vote.number,
        vote.title,
        sentence(rule_in_words(vote.rule)),
        tuple((unit.organisation, unit.name) for unit in vote.units),
        vote.here.in_person,
        vote.here.by_proxy,
        vote.present,
        vote.needed,
        vote.waiting,
    )
