"""How an erasure was asked for, one open wish at a time, and what retention deleted last.

Revision: 0007
After: 0006
"""

import sqlalchemy as sa
from alembic import op

import eventapp.core.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPEN = sa.text("done_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("erasures") as table:
        table.add_column(
            sa.Column("channel", sa.String(length=20), nullable=False, server_default="own")
        )
        table.add_column(
            sa.Column("language", sa.String(length=12), nullable=False, server_default="")
        )
    op.create_index(
        "uq_erasures_open",
        "erasures",
        ["person_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "retentions",
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ran_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["scopes.id"], name=op.f("fk_retentions_scope_id_scopes")
        ),
        sa.PrimaryKeyConstraint("scope_id", "kind", name=op.f("pk_retentions")),
    )


def downgrade() -> None:
    op.drop_table("retentions")
    op.drop_index("uq_erasures_open", table_name="erasures")
    with op.batch_alter_table("erasures") as table:
        table.drop_column("language")
        table.drop_column("channel")
