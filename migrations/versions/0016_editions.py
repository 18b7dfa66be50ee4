"""Who stands in an edition, papers of items, notices of new editions, announcements.

Revision: 0016
After: 0015
"""

import sqlalchemy as sa
from alembic import op

import eventapp.core.db

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

READERS = ("public", "registered", "council", "staff")


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, eventapp.core.db.UtcDateTime(timezone=True), nullable=nullable)


def _to(name: str, table: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(f"{table}.id"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "edition_people",
        sa.Column("id", sa.Integer(), primary_key=True),
        _to("edition_id", "agenda_editions"),
        sa.Column("item_id", sa.Integer(), nullable=False),
        _to("person_id", "people"),
    )
    op.create_index("ix_edition_people_edition_id", "edition_people", ["edition_id"])
    op.create_index("ix_edition_people_person_id", "edition_people", ["person_id"])
    op.create_table(
        "item_papers",
        sa.Column("id", sa.Integer(), primary_key=True),
        _to("meeting_id", "meetings"),
        _to("item_id", "agenda_items"),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column(
            "readers",
            sa.Enum(*READERS, name="readers", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        _instant("readable_from", nullable=True),
        _instant("added_at"),
    )
    op.create_index("ix_item_papers_meeting_id", "item_papers", ["meeting_id"])
    op.create_index("ix_item_papers_item_id", "item_papers", ["item_id"])
    op.create_table(
        "edition_notices",
        sa.Column(
            "edition_id", sa.Integer(), sa.ForeignKey("agenda_editions.id"), primary_key=True
        ),
        sa.Column("letters", sa.Integer(), nullable=False),
        _instant("sent_at"),
    )
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), primary_key=True),
        _to("meeting_id", "meetings"),
        sa.Column("text", sa.String(length=500), nullable=False),
        _instant("created_at"),
        _instant("shown_at", nullable=True),
        _instant("ended_at", nullable=True),
        _instant("mailed_at", nullable=True),
    )
    op.create_index("ix_announcements_meeting_id", "announcements", ["meeting_id"])


def downgrade() -> None:
    """Go back; papers stay in the store of files, but nothing names them any more."""
    for table in ("announcements", "edition_notices", "item_papers", "edition_people"):
        op.drop_table(table)
