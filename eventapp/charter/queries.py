"""Reads of charters: their editions, and the parts of each in reading order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.charter.models import Charter, CharterEdition, Clause
from eventapp.charter.rules import Clause as Part
from eventapp.charter.rules import ClauseKind, EditionState, short_code
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition as pages and ballots name it; `code` is empty until it is tabled."""

    id: int
    charter_id: int
    title: str
    number: int
    state: EditionState
    digest: str
    version: int
    tabled_at: datetime | None
    decided_at: datetime | None
    basis: str
    chapters: int
    articles: int

    @property
    def code(self) -> str:
        """The short code of its text."""
        return short_code(self.digest) if self.digest else ""


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One part of an edition; `label` is 第三条 where it is numbered."""

    uid: str
    parent_uid: str
    kind: ClauseKind
    ordinal: int
    number: int | None
    label: str
    text: str


def charter_of(alliance_id: int) -> Charter | None:
    """Find the charter of an alliance; the newest, should there be several."""
    return db.session.scalar(
        sa.select(Charter).where(Charter.alliance_id == alliance_id).order_by(Charter.id.desc())
    )


def editions_of(alliance_id: int) -> list[EditionRow]:
    """List every edition of an alliance's charters, newest first."""
    return _editions(Charter.alliance_id == alliance_id)


def edition_in(alliance_id: int, edition_id: int) -> EditionRow:
    """Find an edition of this alliance; raises NotFound for one of another."""
    rows = _editions(Charter.alliance_id == alliance_id, CharterEdition.id == edition_id)
    if not rows:
        raise NotFound("edition_unknown", N_("没有找到章程的这一稿。"))
    return rows[0]


def adopted_edition(alliance_id: int) -> EditionRow | None:
    """Find the edition in force: the one adopted last."""
    rows = _editions(
        Charter.alliance_id == alliance_id, CharterEdition.state == EditionState.ADOPTED
    )
    return max(rows, key=lambda row: (row.decided_at, row.id), default=None)


def clauses_of(edition_id: int) -> list[ClauseRow]:
    """List the parts of an edition in reading order."""
    rows = db.session.execute(
        sa.select(
            Clause.uid,
            Clause.parent_uid,
            Clause.kind,
            Clause.ordinal,
            Clause.number,
            Clause.label,
            Clause.text,
        )
        .where(Clause.edition_id == edition_id)
        .order_by(Clause.ordinal)
    )
    return [ClauseRow(*row) for row in rows]


def parts_of(edition_id: int) -> list[Part]:
    """Give the parts of an edition as the rules know them."""
    return [Part(row.uid, row.kind, row.number, row.text) for row in clauses_of(edition_id)]


def body_of(edition_id: int) -> str:
    """Give the frozen text of a tabled edition, exactly as its digest covers it."""
    return (
        db.session.scalar(sa.select(CharterEdition.body).where(CharterEdition.id == edition_id))
        or ""
    )


def _editions(*conditions: Any) -> list[EditionRow]:
    def count(kind: ClauseKind) -> Any:
        return (
            sa.select(sa.func.count())
            .where(Clause.edition_id == CharterEdition.id, Clause.kind == kind)
            .scalar_subquery()
        )

    rows = db.session.execute(
        sa.select(
            CharterEdition.id,
            CharterEdition.charter_id,
            Charter.title,
            CharterEdition.number,
            CharterEdition.state,
            CharterEdition.digest,
            CharterEdition.version,
            CharterEdition.tabled_at,
            CharterEdition.decided_at,
            CharterEdition.basis,
            count(ClauseKind.CHAPTER),
            count(ClauseKind.ARTICLE),
        )
        .join(Charter, Charter.id == CharterEdition.charter_id)
        .where(*conditions)
        .order_by(CharterEdition.charter_id.desc(), CharterEdition.number.desc())
    )
    return [EditionRow(*row) for row in rows]
