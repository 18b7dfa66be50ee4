"""Items that must be over by a time, hosts told from other people, and changes to take back.

Revision: 0015
After: 0014
"""

import sqlalchemy as sa
from alembic import op

import eventapp.core.db

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

VERBS = ("add", "change", "move", "remove", "copy")


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, eventapp.core.db.UtcDateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column("agenda_items", _instant("over_by", nullable=True))
    op.execute(
        "UPDATE engagements SET resource = 'host' "
        "WHERE resource = 'person' AND role = 'host' AND source = 'item'"
    )
    verb = sa.Enum(*VERBS, name="changeverb", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "agenda_changes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("meeting_id", sa.Integer(), sa.ForeignKey("meetings.id"), nullable=False),
        sa.Column("verb", verb, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        _instant("made_at"),
        sa.Column("before", sa.JSON(), nullable=False),
    )
    op.create_index("ix_agenda_changes_meeting_id", "agenda_changes", ["meeting_id"])


def downgrade() -> None:
    """Go back; what could be taken back, and when guests leave, is lost."""
    op.drop_table("agenda_changes")
    op.execute(
        "UPDATE engagements SET resource = 'person' WHERE resource = 'host' AND source = 'item'"
    )
    op.drop_column("agenda_items", "over_by")
