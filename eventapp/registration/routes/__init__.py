"""Doors of registration: the public form and passes, the desk's pages."""

from eventapp.registration.routes import (
    answers,
    desk,
    fields,
    invitations,
    own,
    paper,
    passes,
    programme,
    public,
    registrations,
    settings,
)
from eventapp.registration.routes.blueprint import bp

__all__ = [
    "answers",
    "bp",
    "desk",
    "fields",
    "invitations",
    "own",
    "paper",
    "passes",
    "programme",
    "public",
    "registrations",
    "settings",
]
