"""Verbs of a ceremony: what is signed, handed over, unveiled and launched, and in what order."""

from eventapp.ceremony.service.acts import add_act, change_act, mark_act, remove_act
from eventapp.ceremony.service.agreements import (
    add_agreement,
    change_agreement,
    mark_signed,
    set_draft,
    set_ready,
    withdraw_agreement,
)
from eventapp.ceremony.service.batches import (
    Direction,
    apply_order,
    move_agreement,
    pin_agreement,
    rank_agreement,
    set_signing,
    undo_order,
)
from eventapp.ceremony.service.checks import set_check
from eventapp.ceremony.service.parties import PartyIn, set_authority, substitute_signatory
from eventapp.ceremony.service.people import NameIn, forget_person, hand_over_person

__all__ = [
    "Direction",
    "NameIn",
    "PartyIn",
    "add_act",
    "add_agreement",
    "apply_order",
    "change_act",
    "change_agreement",
    "forget_person",
    "hand_over_person",
    "mark_act",
    "mark_signed",
    "move_agreement",
    "pin_agreement",
    "rank_agreement",
    "remove_act",
    "set_authority",
    "set_check",
    "set_draft",
    "set_ready",
    "set_signing",
    "substitute_signatory",
    "undo_order",
    "withdraw_agreement",
]
