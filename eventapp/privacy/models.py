"""The table of erasures: that somebody asked, and what had to stay on which ground."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.db import Base


class Erasure(Base):
    """A person's data were erased at the person's wish; `kept` says what stayed, and why."""

    __tablename__ = "erasures"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    actor: Mapped[str] = mapped_column(sa.String(40))
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    kept: Mapped[list[Any]] = mapped_column(default=list)
