"""Sessions with doors of their own, ways of gates, counted sessions, and rehearsals.

Revision: 0013
After: 0012
"""

import sqlalchemy as sa
from alembic import op

import eventapp.core.db

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

VERDICTS = (
    "admitted",
    "confirmed",
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
    "gate_closed",
    "full",
)
NEW_VERDICTS = ("no_reentry",)


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


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, eventapp.core.db.UtcDateTime(timezone=True), nullable=nullable)


def _to(name: str, table: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _lead_gates_to_sessions() -> None:
    op.execute(
        "INSERT INTO door_sessions (meeting_id, name, ordinal) "
        "SELECT DISTINCT meeting_id, '全程', 1 FROM gates WHERE meeting_id NOT IN "
        "(SELECT meeting_id FROM door_sessions)"
    )
    op.add_column("gates", sa.Column("session_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE gates SET session_id = (SELECT id FROM door_sessions "
        "WHERE door_sessions.meeting_id = gates.meeting_id AND ordinal = 1)"
    )
    with op.batch_alter_table("gates") as table:
        table.alter_column("session_id", existing_type=sa.Integer(), nullable=False)
        table.create_foreign_key(
            op.f("fk_gates_session_id_door_sessions"), "door_sessions", ["session_id"], ["id"]
        )
        table.add_column(
            sa.Column("way", sa.String(length=40), nullable=False, server_default="both")
        )
        table.create_check_constraint("way", "way IN ('both', 'entry', 'exit')")


def _count_sessions() -> None:
    op.execute(
        "UPDATE door_sessions SET inside = (SELECT count(*) FROM admissions "
        "WHERE admissions.session_id = door_sessions.id)"
    )
    if op.get_bind().dialect.name == "sqlite":
        for act, row, sign in (("INSERT", "NEW", "+"), ("DELETE", "OLD", "-")):
            count = f"inside = inside {sign} 1 WHERE id = {row}.session_id"
            op.execute(
                f"CREATE TRIGGER count_{act.lower()} AFTER {act} ON admissions "  # noqa: S608
                f"BEGIN UPDATE door_sessions SET {count}; END"  # our own words
            )
        return
    op.execute(
        "CREATE FUNCTION count_inside() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'INSERT' THEN "
        "UPDATE door_sessions SET inside = inside + 1 WHERE id = NEW.session_id; "
        "ELSE UPDATE door_sessions SET inside = inside - 1 WHERE id = OLD.session_id; "
        "END IF; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER count_inside AFTER INSERT OR DELETE ON admissions "
        "FOR EACH ROW EXECUTE FUNCTION count_inside()"
    )


def _open_rehearsals() -> None:
    op.create_table(
        "rehearsals",
        sa.Column("id", sa.Integer(), primary_key=True),
        _to("meeting_id", "meetings"),
        _instant("started_at"),
        _instant("ended_at", nullable=True),
    )
    running = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_rehearsals_running",
        "rehearsals",
        ["meeting_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
    op.create_table(
        "rehearsal_admissions",
        sa.Column("id", sa.Integer(), primary_key=True),
        _to("meeting_id", "meetings"),
        _to("session_id", "door_sessions"),
        _to("registration_id", "registrations"),
        _to("gate_id", "gates", nullable=True),
        sa.Column("device", sa.String(length=40), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        _instant("admitted_at"),
        sa.UniqueConstraint("registration_id", "session_id"),
    )
    op.create_index("ix_rehearsal_admissions_meeting_id", "rehearsal_admissions", ["meeting_id"])
    op.create_table(
        "rehearsal_scans",
        sa.Column("id", sa.Integer(), primary_key=True),
        _to("scope_id", "scopes"),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("scan_id", sa.String(length=40), nullable=False),
        sa.Column("device", sa.String(length=40), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        _to("gate_id", "gates", nullable=True),
        _to("registration_id", "registrations", nullable=True),
        # The words are those of scans, where a CHECK holds them.
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        _instant("claimed_at"),
        _instant("received_at"),
        sa.UniqueConstraint("scope_id", "seq"),
        sa.UniqueConstraint("device", "scan_id"),
    )
    op.create_index("ix_rehearsal_scans_registration_id", "rehearsal_scans", ["registration_id"])
    op.create_table(
        "rehearsed_scans",
        sa.Column("device", sa.String(length=40), primary_key=True),
        sa.Column("scan_id", sa.String(length=40), primary_key=True),
    )
    # A rehearsal's records may go, as no others may; but they too are never changed.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER keep_rehearsal_scans_update BEFORE UPDATE ON rehearsal_scans "
            "BEGIN SELECT RAISE(ABORT, 'records are never changed'); END"
        )
    else:
        op.execute(
            "CREATE TRIGGER keep_rehearsal_scans BEFORE UPDATE ON rehearsal_scans "
            "FOR EACH ROW EXECUTE FUNCTION keep_record()"
        )


def upgrade() -> None:
    op.add_column(
        "door_sessions",
        sa.Column("reentry", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.add_column(
        "door_sessions", sa.Column("inside", sa.Integer(), nullable=False, server_default="0")
    )
    _lead_gates_to_sessions()
    _count_sessions()
    _allow(*VERDICTS, *NEW_VERDICTS)
    _open_rehearsals()


def downgrade() -> None:
    """Go back; stops where a scan was answered by a new word. Rehearsals are lost."""
    for table in ("rehearsed_scans", "rehearsal_scans", "rehearsal_admissions", "rehearsals"):
        op.drop_table(table)
    op.execute("DELETE FROM ledger_heads WHERE name = 'rehearsal'")
    _allow(*VERDICTS)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER count_insert")
        op.execute("DROP TRIGGER count_delete")
    else:
        op.execute("DROP TRIGGER count_inside ON admissions")
        op.execute("DROP FUNCTION count_inside()")
    with op.batch_alter_table("gates") as table:
        table.drop_constraint(op.f("ck_gates_way"), type_="check")
        table.drop_constraint(op.f("fk_gates_session_id_door_sessions"), type_="foreignkey")
        table.drop_column("way")
        table.drop_column("session_id")
    op.drop_column("door_sessions", "inside")
    op.drop_column("door_sessions", "reentry")
