"""A meeting under load: people with passes, units with two representatives each, one open ballot.

Made through the application's own services on the database that a live server is to serve.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from config import Config
from eventapp.accounts.service import ensure_link, grant_role, link_token, open_link, sign_in_user
from eventapp.app import create_app
from eventapp.checkin.service import add_gate
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from tests.factories import make_user
from tests.factories_checkin import make_person, make_registration, pass_text
from tests.factories_voting import Assembly, make_assembly, make_mandate, make_open_ballot
from tests.live import SECRET


@dataclass
class Arena:
    """What clients need: slugs, ids, and the cookies' tokens of those who act."""

    slug: str
    meeting_id: int
    scope_id: int
    gates: list[int] = field(default_factory=list[int])
    staff: list[str] = field(default_factory=list[str])
    passes: list[str] = field(default_factory=list[str])
    registrations: list[int] = field(default_factory=list[int])
    units: list[int] = field(default_factory=list[int])
    voters: list[list[str]] = field(default_factory=list[list[str]])
    """Per unit, the tokens of its two representatives."""
    ballot_id: int = 0


def make_app(var: Path, database_url: str) -> Flask:
    """Build the application in this process on a database that is migrated already."""
    return create_app(
        Config(
            secret_key=SECRET,
            hosts=("127.0.0.1", "localhost"),
            database_url=database_url,
            production=False,
            var=var,
            testing=True,
        )
    )


def open_app(var: Path, database_url: str) -> Flask:
    """Build the application in this process on the database of a live server, and migrate it."""
    var.mkdir(parents=True, exist_ok=True)
    app = make_app(var, database_url)
    with app.app_context():
        upgrade()
        db.session.remove()
    return app


@contextmanager
def inside(app: Flask) -> Iterator[None]:
    """Work inside an application context and give all connections back afterwards."""
    with app.app_context():
        yield
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


GATES = ("东门", "西门", "南门", "北门", "东南门", "西南门", "东北门", "西北门")


def prepare(app: Flask, *, passes: int, units: int, gates: int = 2) -> Arena:
    """Hold a meeting: `units` units inside and ready to vote, `passes` people still outside.

    Each gate has one who scans there.
    """
    with inside(app):
        hall = make_assembly(units)
        arena = Arena(hall.door.slug, hall.meeting_id, hall.door.scope_id, [hall.door.gate_id])
        for name in GATES[1:gates]:
            arena.gates.append(add_gate(SYSTEM, hall.meeting_id, name).id)
        for name in GATES[:gates]:
            user = make_user(name=f"{name}岗")
            grant_role(SYSTEM, user.id, Role.DOOR_STAFF, arena.scope_id)
            arena.staff.append(sign_in_user(SYSTEM, user.id))
        for number in range(passes):
            person = make_person(hall.alliance_id, f"来宾{number}", hall.units[0])
            registration = make_registration(hall.door, person_id=person)
            arena.registrations.append(registration)
            arena.passes.append(pass_text(registration))
        _seat_voters(hall, arena)
        arena.ballot_id = make_open_ballot(hall)
    return arena


def _seat_voters(hall: Assembly, arena: Arena) -> None:
    for place, unit in enumerate(hall.units):
        arena.units.append(unit)
        person = make_person(hall.alliance_id, f"第二代表{place}", unit)
        registration = make_registration(hall.door, person_id=person, organisation_id=unit)
        second = make_mandate(hall.door, unit, person)
        hall.registrations.append(registration)
        hall.enter(len(hall.registrations) - 1)
        both = (hall.mandates[place], second)
        arena.voters.append([_browser_of(mandate, arena.scope_id) for mandate in both])


def _browser_of(mandate_id: int, scope_id: int) -> str:
    link = ensure_link(SYSTEM, Role.REPRESENTATIVE, scope_id, mandate_id)
    return open_link(link_token(link))


def count(app: Flask, statement: str, **values: object) -> int:
    """Count in the database, with a connection of its own."""
    with inside(app):
        return int(db.session.scalar(sa.text(statement), values) or 0)


def scan_body(arena: Arena, gate: int, text: str) -> dict[str, object]:
    """Write what a phone at a gate sends."""
    return {
        "scan_id": secrets.token_hex(12),
        "gate": arena.gates[gate],
        "text": text,
        "method": "qr",
        "claimed_at": "2024-01-19T01:00:00Z",
    }
