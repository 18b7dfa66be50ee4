"""Let a second person stand with a phone that somebody has already, until the organiser has looked.

Revision: 0010
After: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NAME = "uq_people_alliance_id_phone"


def _tell_apart_by_phone(where: str) -> None:
    op.create_index(
        NAME,
        "people",
        ["alliance_id", "phone"],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def upgrade() -> None:
    doubt = sa.Column("phone_in_doubt", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("people", doubt)
    op.drop_index(NAME, "people")
    _tell_apart_by_phone("phone <> '' AND NOT phone_in_doubt")


def downgrade() -> None:
    """Go back; whose phone was in doubt stands without one, for it was never theirs alone."""
    op.execute("UPDATE people SET phone = '', phone_end = '' WHERE phone_in_doubt")
    op.drop_index(NAME, "people")
    _tell_apart_by_phone("phone <> ''")
    op.drop_column("people", "phone_in_doubt")
