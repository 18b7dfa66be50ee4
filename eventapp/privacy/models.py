"""Tables of what people asked of us about their data, and of what was deleted on its day."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.db import Base

_OPEN = sa.text("done_at IS NULL")


class Erasure(Base):
    """Somebody's wish that their data be erased, and once it is done, what stayed and why.

    `kept` is a list: kind of thing, how many, and where by ids. `channel` is `own` for a wish on
    the person's own page, `letter` for one that came otherwise; `language` is the one in which
    the person is answered. Nothing here names the person.
    """

    __tablename__ = "erasures"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    actor: Mapped[str] = mapped_column(sa.String(40))
    channel: Mapped[str] = mapped_column(sa.String(20), default="own")
    language: Mapped[str] = mapped_column(sa.String(12), default="")
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    kept: Mapped[list[Any]] = mapped_column(default=list)
    __table_args__ = (
        sa.Index(
            "uq_erasures_open",
            "person_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )


class Retention(Base):
    """When a kind of short-lived data of a scope was last looked through, and what went last."""

    __tablename__ = "retentions"
    scope_id: Mapped[int] = mapped_column(sa.ForeignKey("scopes.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    ran_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    deleted: Mapped[int] = mapped_column(default=0)
