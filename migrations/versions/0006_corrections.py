"""What a consent text says about a meeting's own questions, and corrections that people ask for.

Revision: 0006
After: 0005
"""

import sqlalchemy as sa
from alembic import op

import eventapp.core.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consent_texts", sa.Column("annex", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "corrections",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("asked_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_corrections_registration_id_registrations"),
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_corrections")),
    )


def downgrade() -> None:
    op.drop_table("corrections")
    op.drop_column("consent_texts", "annex")
