"""Tables of seating: plans, and whom each places in which rank."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.db import Base, enum_text
from eventapp.registration.rules import Category
from eventapp.seating.rules import Kind, Preset


class SeatingPlan(Base):
    """A plan of a meeting; `past` holds what it was before its last changes, the newest last."""

    __tablename__ = "seating_plans"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    kind: Mapped[Kind] = mapped_column(enum_text(Kind, "seating_kind"))
    preset: Mapped[Preset] = mapped_column(enum_text(Preset, "seating_preset"))
    title: Mapped[str] = mapped_column(sa.String(120))
    columns: Mapped[int]
    rows: Mapped[int] = mapped_column(default=1)
    capacity: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    past: Mapped[list[Any]] = mapped_column(default=list)


class SeatingLine(Base):
    """Whom a plan places: a registration, a unit, or a category of people without a unit.

    `ordinal` is the rank; `place` is the place that was given by hand. Names stand with the
    registration and the unit alone.
    """

    __tablename__ = "seating_lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("seating_plans.id"))
    ordinal: Mapped[int]
    registration_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("registrations.id"), index=True
    )
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"))
    category: Mapped[Category | None] = mapped_column(enum_text(Category, "seating_category"))
    place: Mapped[int | None]
    __table_args__ = (
        sa.UniqueConstraint("plan_id", "ordinal"),
        sa.UniqueConstraint("plan_id", "registration_id"),
        sa.UniqueConstraint("plan_id", "organisation_id"),
        sa.UniqueConstraint("plan_id", "category"),
        sa.CheckConstraint(
            "CASE WHEN registration_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN organisation_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN category IS NULL THEN 0 ELSE 1 END = 1",
            name="one_subject",
        ),
    )
