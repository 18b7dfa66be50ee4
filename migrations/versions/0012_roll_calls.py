"""Roll-calls, the kiosk, who was seen by somebody, and signatures on the screen.

Revision: 0012
After: 0011
"""

import re

import sqlalchemy as sa
from alembic import op

import eventapp.core.db

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NEW = {"method": ("kiosk", "roll_call"), "verdict": ("confirmed",)}
STATES = ("calling", "called", "confirmed", "dropped")
METHODS = ("qr", "typed_code", "wedge", "search", "manual", "kiosk", "roll_call")
UNDER_WAY = sa.text("state IN ('calling', 'called')")


def _words(column: str) -> list[str]:
    """Read which words the ledger of scans takes now; other changes may have added some."""
    checks = sa.inspect(op.get_bind()).get_check_constraints("scans")
    found = next(one for one in checks if one["name"] == op.f(f"ck_scans_{column}"))
    return re.findall(r"'(\w+)'", found["sqltext"])


def _rebuild_scans(*, known: bool) -> None:
    """Let a record of the door have no gate and use the new words, or forget both again."""
    with op.batch_alter_table("scans") as table:
        table.alter_column("gate_id", existing_type=sa.Integer(), nullable=known)
        for column, new in NEW.items():
            kept = [word for word in _words(column) if word not in new]
            words = ", ".join(f"'{word}'" for word in (*kept, *(new if known else ())))
            table.drop_constraint(op.f(f"ck_scans_{column}"), type_="check")
            table.create_check_constraint(column, f"{column} IN ({words})")
    if op.get_bind().dialect.name == "sqlite":  # the table was made anew, without its triggers
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER keep_scans_{act.lower()} BEFORE {act} ON scans "
                "BEGIN SELECT RAISE(ABORT, 'records are never changed'); END"
            )


def _enum(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _rebuild_scans(known=True)
    with op.batch_alter_table("admissions") as table:
        table.alter_column("gate_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(
            sa.Column("method", _enum("method", METHODS), nullable=False, server_default="qr")
        )
        table.add_column(
            sa.Column("confirmed", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    op.execute(
        "UPDATE admissions SET method = COALESCE((SELECT scans.method FROM scans"
        " WHERE scans.registration_id = admissions.registration_id"
        " AND scans.verdict = 'admitted' ORDER BY scans.id DESC LIMIT 1), 'qr')"
    )
    op.add_column(
        "door_sessions",
        sa.Column("signs", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    instant = eventapp.core.db.UtcDateTime(timezone=True)
    op.create_table(
        "roll_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("state", _enum("callstate", STATES), nullable=False),
        sa.Column("opened_at", instant, nullable=False),
        sa.Column("called_by", sa.Integer(), nullable=True),
        sa.Column("called_at", instant, nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", instant, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.CheckConstraint("confirmed_by <> called_by", name=op.f("ck_roll_calls_two_persons")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"]),
        sa.ForeignKeyConstraint(["called_by"], ["users.id"]),
        sa.ForeignKeyConstraint(["confirmed_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_roll_calls_meeting_id"), "roll_calls", ["meeting_id"])
    op.create_index(
        "uq_roll_calls_under_way",
        "roll_calls",
        ["meeting_id"],
        unique=True,
        sqlite_where=UNDER_WAY,
        postgresql_where=UNDER_WAY,
    )
    op.create_table(
        "roll_call_lines",
        sa.Column("roll_call_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["roll_call_id"], ["roll_calls.id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"]),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"]),
        sa.PrimaryKeyConstraint("roll_call_id", "organisation_id"),
    )
    op.create_index(
        op.f("ix_roll_call_lines_registration_id"), "roll_call_lines", ["registration_id"]
    )
    op.create_table(
        "door_signatures",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("signed_at", instant, nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"]),
        sa.PrimaryKeyConstraint("registration_id"),
        sa.UniqueConstraint("digest"),
    )


def downgrade() -> None:
    """Go back; stops on both databases where a roll-call or a kiosk has left a record."""
    _rebuild_scans(known=False)
    for name in ("door_signatures", "roll_call_lines", "roll_calls"):
        op.drop_table(name)
    op.drop_column("door_sessions", "signs")
    with op.batch_alter_table("admissions") as table:
        table.drop_column("confirmed")
        table.drop_constraint(op.f("ck_admissions_method"), type_="check")
        table.drop_column("method")
        table.alter_column("gate_id", existing_type=sa.Integer(), nullable=False)
