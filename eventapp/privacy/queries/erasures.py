"""Reads of wishes to be erased and of their answers."""

import hmac
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventapp.alliance.models import Alliance, Organisation, Person
from eventapp.core import clock, keys
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.privacy.models import Erasure
from eventapp.privacy.rules import KeptRow, answer_due_at, kept_from

_MAC_DIGITS = 24


@dataclass(frozen=True, slots=True)
class ErasureRow:
    """A wish with whom it is about, as the desk lists it; a name once erased is empty."""

    id: int
    person_id: int
    name: str
    unit: str
    channel: str
    asked_at: datetime
    due_at: datetime
    done_at: datetime | None
    kept: tuple[KeptRow, ...]
    code: str

    @property
    def is_late(self) -> bool:
        """Tell whether the answer is overdue."""
        return self.done_at is None and clock.now() > self.due_at


@dataclass(frozen=True, slots=True)
class Reply:
    """What a wish's own page says: nothing that tells whose it is."""

    alliance: str
    asked_at: datetime
    due_at: datetime
    done_at: datetime | None
    kept: tuple[KeptRow, ...]


def code_of(erasure_id: int) -> str:
    """Write the code that opens a wish's page; it cannot be guessed and stands in no table."""
    mac = keys.ring().mac("erasure", str(erasure_id).encode())
    return f"{erasure_id}-{mac.hex()[:_MAC_DIGITS]}"


def reply_by_code(code: str) -> Reply:
    """Find a wish by the code of its page; raises NotFound."""
    number = code.partition("-")[0][:12]
    known = number.isascii() and number.isdigit() and len(number) < 10
    row = None
    if known and hmac.compare_digest(code_of(int(number)).encode(), code.encode()):
        row = db.session.execute(
            sa.select(Erasure, Alliance.name)
            .join(Person, Person.id == Erasure.person_id)
            .join(Alliance, Alliance.id == Person.alliance_id)
            .where(Erasure.id == int(number))
        ).first()
    if row is None:
        raise NotFound("erasure_unknown", N_("没有找到这份申请，请核对网址。"))
    wish, alliance = row
    return Reply(
        alliance,
        wish.asked_at,
        answer_due_at(wish.asked_at),
        wish.done_at,
        tuple(kept_from(wish.kept)),
    )


_ROWS = (
    sa.select(Erasure, Person.name, sa.func.coalesce(Organisation.name, ""))
    .join(Person, Person.id == Erasure.person_id)
    .outerjoin(Organisation, Organisation.id == Person.organisation_id)
)


def erasures_of(alliance_id: int) -> list[ErasureRow]:
    """List the wishes of an alliance's people, those that wait first, the oldest on top."""
    query = _ROWS.where(Person.alliance_id == alliance_id).order_by(
        Erasure.done_at.is_not(None), Erasure.done_at.desc(), Erasure.asked_at, Erasure.id
    )
    return [_row(*row) for row in db.session.execute(query)]


def open_erasure(person_id: int) -> Erasure | None:
    """Find the wish of a person that has not been answered yet."""
    return db.session.scalar(
        sa.select(Erasure).where(Erasure.person_id == person_id, Erasure.done_at.is_(None))
    )


def _row(wish: Erasure, name: str, unit: str) -> ErasureRow:
    return ErasureRow(
        wish.id,
        wish.person_id,
        name,
        unit,
        wish.channel,
        wish.asked_at,
        answer_due_at(wish.asked_at),
        wish.done_at,
        tuple(kept_from(wish.kept)),
        code_of(wish.id),
    )
