"""Verbs of voting, in the order of a ballot's life."""

from eventapp.voting.service.casting import cast_vote
from eventapp.voting.service.closing import (
    annul_ballot,
    ask_annulment,
    close_ballot,
    declare_outcome,
)
from eventapp.voting.service.counting import confirm_hands, enter_hands
from eventapp.voting.service.motions import (
    change_ballot,
    create_motion,
    discard_ballot,
    prepare_ballot,
)
from eventapp.voting.service.opening import open_ballot, recount_presence

__all__ = [
    "annul_ballot",
    "ask_annulment",
    "cast_vote",
    "change_ballot",
    "close_ballot",
    "confirm_hands",
    "create_motion",
    "declare_outcome",
    "discard_ballot",
    "enter_hands",
    "open_ballot",
    "prepare_ballot",
    "recount_presence",
]
