"""Tables of the hall: what stands on its wall, and the host's own template."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.db import Base, enum_text
from eventapp.hall.rules import Screen


class Wall(Base):
    """What the stage manager chose for a meeting's wall; without a row it follows the agenda."""

    __tablename__ = "walls"
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), primary_key=True)
    screen: Mapped[Screen] = mapped_column(enum_text(Screen))


class ScriptTemplate(Base):
    """The organiser's own Word template of the host's script; without a row ours is used."""

    __tablename__ = "script_templates"
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(160))
    uploaded_at: Mapped[datetime]
