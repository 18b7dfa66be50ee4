"""Verbs of a ceremony: what is signed, handed over and unveiled."""

from eventapp.ceremony.service.acts import (
    add_plaque,
    add_unveiling,
    mark_awarded,
    mark_unveiled,
    remove_plaque,
    remove_unveiling,
)
from eventapp.ceremony.service.agreements import (
    PartyIn,
    add_agreement,
    change_agreement,
    forget_person,
    hand_over_person,
    mark_signed,
    set_draft,
    set_ready,
    withdraw_agreement,
)

__all__ = [
    "PartyIn",
    "add_agreement",
    "add_plaque",
    "add_unveiling",
    "change_agreement",
    "forget_person",
    "hand_over_person",
    "mark_awarded",
    "mark_signed",
    "mark_unveiled",
    "remove_plaque",
    "remove_unveiling",
    "set_draft",
    "set_ready",
    "withdraw_agreement",
]
