"""Verbs on people's own data: wish to be erased, erase, delete what has had its time."""

from eventapp.privacy.service.erasing import (
    LETTER,
    OWN,
    ask_erasure,
    erase_person,
    withdraw_erasure,
)
from eventapp.privacy.service.retention import (
    compact,
    retain,
    retain_all,
    retain_daily,
)

__all__ = [
    "LETTER",
    "OWN",
    "ask_erasure",
    "compact",
    "erase_person",
    "retain",
    "retain_all",
    "retain_daily",
    "withdraw_erasure",
]
