"""Keep with a unit the form of its name under which spellings are equal, and find it by that.

Revision: 0014
After: 0013
"""

import sqlalchemy as sa
from alembic import op

from eventapp.core.names import name_key

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_units = sa.table("organisations", sa.column("id"), sa.column("name"), sa.column("name_key"))


def upgrade() -> None:
    key = sa.Column("name_key", sa.String(255), nullable=False, server_default="")
    op.add_column("organisations", key)
    connection = op.get_bind()
    for row in connection.execute(sa.select(_units.c.id, _units.c.name)).all():
        kept = sa.update(_units).where(_units.c.id == row.id)
        connection.execute(kept.values(name_key=name_key(row.name)[:255]))
    op.create_index("ix_organisations_name_key", "organisations", ["name_key"])


def downgrade() -> None:
    op.drop_index("ix_organisations_name_key", "organisations")
    op.drop_column("organisations", "name_key")
