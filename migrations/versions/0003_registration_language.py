"""The language in which somebody registered, for what is sent and printed later.

Revision: 0003
After: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "registrations",
        sa.Column("language", sa.String(length=12), nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_column("registrations", "language")
