"""Who took whose part in an item, cues for the crew, the wall's choice, the host's template.

Revision: 0018
After: 0017
"""

import sqlalchemy as sa
from alembic import op

import eventapp.core.db

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SCREENS = ("follow", "welcome", "now_next", "countdown", "ceremony", "result")


def _instant(name: str) -> sa.Column:
    return sa.Column(name, eventapp.core.db.UtcDateTime(timezone=True), nullable=False)


def _to(name: str, table: str, *, nullable: bool = False, key: bool = False) -> sa.Column:
    return sa.Column(
        name, sa.Integer(), sa.ForeignKey(f"{table}.id"), nullable=nullable, primary_key=key
    )


def _text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=False)


def upgrade() -> None:
    for name, length in (("cue", 500), ("responsible", 80)):
        op.add_column(
            "agenda_items",
            sa.Column(name, sa.String(length=length), nullable=False, server_default=""),
        )
    op.create_table(
        "person_changes",
        sa.Column("id", sa.Integer(), primary_key=True),
        _to("item_id", "agenda_items"),
        _text("role", 20),
        _to("left_id", "people", nullable=True),
        _text("left_name", 60),
        _text("left_title", 160),
        _to("came_id", "people", nullable=True),
        _text("came_name", 60),
        _text("came_title", 160),
        _text("reason", 200),
        _instant("changed_at"),
        _text("changed_by", 60),
    )
    op.create_index("ix_person_changes_item_id", "person_changes", ["item_id"])
    screens = sa.Enum(*SCREENS, name="screen", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "walls",
        _to("meeting_id", "meetings", key=True),
        sa.Column("screen", screens, nullable=False),
    )
    op.create_table(
        "script_templates",
        _to("meeting_id", "meetings", key=True),
        _text("digest", 64),
        _text("name", 160),
        _instant("uploaded_at"),
    )


def downgrade() -> None:
    """Go back; who stood in for whom, cues, choices and templates are lost."""
    for table in ("script_templates", "walls", "person_changes"):
        op.drop_table(table)
    for name in ("responsible", "cue"):
        op.drop_column("agenda_items", name)
