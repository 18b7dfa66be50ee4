"""How long a consent text promises to keep contacts, and that they were deleted.

Revision: 0002
After: 0001
"""

import sqlalchemy as sa
from alembic import op

import eventapp.core.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Texts that are there already were written beside the usual one, which promises six months.
    op.add_column(
        "consent_texts",
        sa.Column("contact_months", sa.Integer(), nullable=False, server_default="6"),
    )
    op.create_table(
        "contact_deletions",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("deleted_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_contact_deletions_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_contact_deletions")),
    )


def downgrade() -> None:
    op.drop_table("contact_deletions")
    op.drop_column("consent_texts", "contact_months")
