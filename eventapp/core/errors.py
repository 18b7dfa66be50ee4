"""The errors that the domain speaks of, in words that a person can act on.

The domain raises them; `eventapp.web.errors` alone knows which HTTP status each one becomes.
Messages are message ids in Chinese, marked with `N_` and translated at the edge.
"""

from typing import Any


def N_(message: str) -> str:  # noqa: N802 - the customary name of a gettext marker
    """Mark a message for extraction without translating it here."""
    return message


class DomainError(Exception):
    """Say what happened in one sentence, with a stable code for programs.

    `params` fill the `%(name)s` placeholders of the message after translation. Where many were
    sent at once, `row` is the one that is refused, counted from 0.
    """

    row: int | None = None

    def __init__(self, code: str, message: str, **params: Any) -> None:
        super().__init__(code, message, params)
        self.code = code
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


class NotFound(DomainError):
    """The thing does not exist, or not for whoever asks."""


class Forbidden(DomainError):
    """The actor is known, and may not do this to that."""


class Conflict(DomainError):
    """Something that holds already speaks against it."""


class Invalid(DomainError):
    """What was sent cannot be understood or accepted; `field` may name where."""

    def __init__(self, code: str, message: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(code, message, **params)
        self.field = field


class Busy(DomainError):
    """The database is held by somebody else for too long; try again."""
