"""Plans of seating: who sits or stands where, in which rank, and what was placed by hand.

Revision: 0017
After: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = ("podium", "signing", "photo", "audience")
PRESETS = (
    "domestic",
    "domestic_first_left",
    "international",
    "signing",
    "rows_middle",
    "rows_left",
    "columns_middle",
    "columns_left",
)
CATEGORIES = ("leader", "guest", "delegate", "observer", "press", "staff")


def _words(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _to(name: str, table: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(f"{table}.id"), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "seating_plans",
        sa.Column("id", sa.Integer(), primary_key=True),
        _to("meeting_id", "meetings"),
        sa.Column("kind", _words("seating_kind", KINDS), nullable=False),
        sa.Column("preset", _words("seating_preset", PRESETS), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("columns", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("past", sa.JSON(), nullable=False),
    )
    op.create_index("ix_seating_plans_meeting_id", "seating_plans", ["meeting_id"])
    op.create_table(
        "seating_lines",
        sa.Column("id", sa.Integer(), primary_key=True),
        _to("plan_id", "seating_plans"),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        _to("registration_id", "registrations", nullable=True),
        _to("organisation_id", "organisations", nullable=True),
        sa.Column("category", _words("seating_category", CATEGORIES), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
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
    op.create_index("ix_seating_lines_registration_id", "seating_lines", ["registration_id"])


def downgrade() -> None:
    op.drop_table("seating_lines")
    op.drop_table("seating_plans")
