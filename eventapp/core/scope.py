"""Scopes: what the installation, an alliance or a meeting is to permissions and ledgers."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column

from eventapp.core.db import Base, db, direct_reading, enum_text
from eventapp.core.errors import N_, Conflict

ROOT = 1
"""The id of the installation's own scope; the first migration writes it."""


class ScopeKind(StrEnum):
    """What a scope stands for."""

    INSTALLATION = "installation"
    ALLIANCE = "alliance"
    MEETING = "meeting"


class Scope(Base):
    """A node of the permission tree: installation → alliance → meeting, with its word in URLs."""

    __tablename__ = "scopes"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("scopes.id"))
    kind: Mapped[ScopeKind] = mapped_column(enum_text(ScopeKind))
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)


@dataclass(frozen=True, slots=True)
class Chain:
    """A scope with its ancestors, nearest first: a grant on any of them holds."""

    id: int
    kind: ScopeKind
    ids: tuple[int, ...]


_PARENT = aliased(Scope, name="parent")
CHAIN = (
    sa.select(
        Scope.id.label("here_id"),
        Scope.kind.label("here_kind"),
        Scope.parent_id.label("parent_id"),
        _PARENT.parent_id.label("above_id"),
    )
    .outerjoin(_PARENT, Scope.parent_id == _PARENT.id)
    .where(Scope.slug == sa.bindparam("slug"))
)
"""What `chain_from` reads, of the scope whose word is bound to `slug`."""


def chain_of(slug: str) -> Chain | None:
    """Tell the chain of the alliance or meeting with this slug, or None."""
    with direct_reading() as connection:
        row = connection.execute(CHAIN, {"slug": slug}).first()
    return None if row is None else chain_from(row)


def chain_from(row: Any) -> Chain:
    """Read a chain from a row that holds the columns of CHAIN."""
    known = (row.here_id, row.parent_id, row.above_id, ROOT)
    return Chain(
        row.here_id, row.here_kind, tuple(dict.fromkeys(key for key in known if key is not None))
    )


def open_scope(kind: ScopeKind, parent_id: int, slug: str) -> Scope:
    """Open a new scope inside a transaction; a slug is unique in the installation."""
    if db.session.scalar(sa.select(Scope.id).where(Scope.slug == slug)) is not None:
        raise Conflict("slug_taken", N_("网址名“%(slug)s”已被使用，请换一个。"), slug=slug)
    scope = Scope(kind=kind, parent_id=parent_id, slug=slug)
    db.session.add(scope)
    db.session.flush()
    return scope
