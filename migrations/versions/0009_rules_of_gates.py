"""Which categories a gate takes and when, how many a session holds, and the door's words for it.

Revision: 0009
After: 0008
"""

import sqlalchemy as sa
from alembic import op

import eventapp.core.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

VERDICTS = (
    "admitted",
    "already_inside",
    "same_scan_repeat",
    "left",
    "not_inside",
    "wrong_meeting",
    "not_approved",
    "cancelled",
    "replaced",
    "revoked",
    "unknown",
    "unreadable",
    "meeting_not_open",
    "wrong_category",
)
NEW_VERDICTS = ("gate_closed", "full")


def _allow(*verdicts: str) -> None:
    """Let the ledger of scans hold these verdicts, and keep its rows from being changed again."""
    words = ", ".join(f"'{verdict}'" for verdict in verdicts)
    with op.batch_alter_table("scans") as table:
        table.drop_constraint(op.f("ck_scans_verdict"), type_="check")
        table.create_check_constraint("verdict", f"verdict IN ({words})")
    if op.get_bind().dialect.name == "sqlite":  # the table was made anew, without its triggers
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER keep_scans_{act.lower()} BEFORE {act} ON scans "
                "BEGIN SELECT RAISE(ABORT, 'records are never changed'); END"
            )


def upgrade() -> None:
    op.add_column("gates", sa.Column("categories", sa.JSON(), nullable=False, server_default="[]"))
    for name in ("opens_at", "closes_at"):
        instant = eventapp.core.db.UtcDateTime(timezone=True)
        op.add_column("gates", sa.Column(name, instant, nullable=True))
    op.add_column("door_sessions", sa.Column("capacity", sa.Integer(), nullable=True))
    _allow(*VERDICTS, *NEW_VERDICTS)


def downgrade() -> None:
    """Go back; stops on PostgreSQL and SQLite alike where a scan was answered by a new word."""
    _allow(*VERDICTS)
    op.drop_column("door_sessions", "capacity")
    for name in ("closes_at", "opens_at", "categories"):
        op.drop_column("gates", name)
