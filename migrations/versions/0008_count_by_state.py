"""An index by which the places of a meeting, and those expected at its door, are counted.

Revision: 0008
After: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_registrations_state", "registrations", ["meeting_id", "state", "category"])


def downgrade() -> None:
    op.drop_index("ix_registrations_state", "registrations")
