"""Reads of alliances themselves."""

import sqlalchemy as sa

from eventapp.alliance.models import Alliance
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.core.scope import Scope


def missing() -> NotFound:
    """Say that a thing is not there, or not for this alliance."""
    return NotFound("not_found", N_("没有找到您要的内容。"))


def alliance_by_slug(slug: str) -> Alliance:
    """Find an alliance by its word in URLs; raises NotFound."""
    found = db.session.scalar(
        sa.select(Alliance).join(Scope, Scope.id == Alliance.scope_id).where(Scope.slug == slug)
    )
    if found is None:
        raise missing()
    return found


def alliance_of(alliance_id: int) -> Alliance:
    """Find an alliance by its id; raises NotFound."""
    found = db.session.get(Alliance, alliance_id)
    if found is None:
        raise missing()
    return found


def slug_of(alliance: Alliance) -> str:
    """Tell an alliance's word in URLs."""
    return db.session.scalars(sa.select(Scope.slug).where(Scope.id == alliance.scope_id)).one()


def all_alliances() -> list[tuple[str, Alliance]]:
    """List every alliance with its slug, by name: for whoever runs the installation."""
    rows = db.session.execute(
        sa.select(Scope.slug, Alliance)
        .join(Scope, Scope.id == Alliance.scope_id)
        .order_by(Alliance.name)
    )
    return [(slug, alliance) for slug, alliance in rows]
