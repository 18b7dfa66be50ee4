"""Devices that scan, what they decided without the server, and where two of them disagree.

Revision: 0010
After: 0009
"""

import sqlalchemy as sa
from alembic import op

import eventapp.core.db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ROLES = (
    "administrator",
    "organiser",
    "chair",
    "checker",
    "signer",
    "door_staff",
    "door_supervisor",
    "stage_manager",
    "teller",
    "press",
    "representative",
    "liaison",
    "delegate",
)
REASONS = ("double_entry", "refused", "revoked_device")
RESOLUTIONS = ("let_stand", "taken_back", "settled")
ONE_OF_TWO = "(user_id IS NULL) <> (link_id IS NULL)"
ONE_OF_THREE = (
    "CASE WHEN user_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN link_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN device_id IS NULL THEN 0 ELSE 1 END = 1"
)


def _instant() -> sa.types.TypeEngine:
    return eventapp.core.db.UtcDateTime(timezone=True)


def _words(*words: str) -> sa.Enum:
    return sa.Enum(*words, native_enum=False, length=40)


def _in(column: str, words: tuple[str, ...]) -> str:
    quoted = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({quoted})"


def upgrade() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role", _words(*ROLES), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("pair_until", _instant(), nullable=True),
        sa.Column("digits", sa.String(length=4), nullable=False),
        sa.Column("confirmed_at", _instant(), nullable=True),
        sa.Column("expires_at", _instant(), nullable=False),
        sa.Column("revoked_at", _instant(), nullable=True),
        sa.Column("last_seen_at", _instant(), nullable=True),
        sa.Column("unsent", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.CheckConstraint(_in("role", ROLES), name=op.f("ck_devices_role")),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["scopes.id"], name=op.f("fk_devices_scope_id_scopes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
    )
    op.create_index(op.f("ix_devices_scope_id"), "devices", ["scope_id"])
    with op.batch_alter_table("sign_ins") as table:
        table.add_column(sa.Column("device_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_sign_ins_device_id_devices"), "devices", ["device_id"], ["id"]
        )
        table.create_unique_constraint(op.f("uq_sign_ins_device_id"), ["device_id"])
        table.drop_constraint(op.f("ck_sign_ins_one_holder"), type_="check")
        table.create_check_constraint("one_holder", ONE_OF_THREE)
    # One by one: a table made anew would lose the triggers that keep its rows.
    op.add_column("scans", sa.Column("scanned_at", _instant(), nullable=True))
    op.add_column("scans", sa.Column("synced_at", _instant(), nullable=True))
    op.add_column("scans", sa.Column("offset_ms", sa.BigInteger(), nullable=True))
    op.add_column("scans", sa.Column("shown", sa.String(length=40), nullable=True))
    op.add_column("scans", sa.Column("settles", sa.String(length=40), nullable=True))
    op.create_table(
        "scan_conflicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("scan_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("reason", _words(*REASONS), nullable=False),
        sa.Column("opened_at", _instant(), nullable=False),
        sa.Column("resolved_at", _instant(), nullable=True),
        sa.Column("resolution", _words(*RESOLUTIONS), nullable=True),
        sa.Column("resolved_by", sa.String(length=40), nullable=False),
        sa.CheckConstraint(_in("reason", REASONS), name=op.f("ck_scan_conflicts_reason")),
        sa.CheckConstraint(
            _in("resolution", RESOLUTIONS), name=op.f("ck_scan_conflicts_resolution")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_scan_conflicts_meeting_id_meetings")
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scans.id"], name=op.f("fk_scan_conflicts_scan_id_scans")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["scans.id"], name=op.f("fk_scan_conflicts_other_id_scans")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_conflicts")),
        sa.UniqueConstraint("scan_id", name=op.f("uq_scan_conflicts_scan_id")),
    )
    op.create_index(op.f("ix_scan_conflicts_meeting_id"), "scan_conflicts", ["meeting_id"])


def downgrade() -> None:
    """Go back; browsers that are devices are signed out."""
    op.drop_table("scan_conflicts")
    for name in ("settles", "shown", "offset_ms", "synced_at", "scanned_at"):
        op.drop_column("scans", name)
    op.execute("DELETE FROM sign_ins WHERE device_id IS NOT NULL")
    with op.batch_alter_table("sign_ins") as table:
        table.drop_constraint(op.f("ck_sign_ins_one_holder"), type_="check")
        table.drop_constraint(op.f("uq_sign_ins_device_id"), type_="unique")
        table.drop_constraint(op.f("fk_sign_ins_device_id_devices"), type_="foreignkey")
        table.drop_column("device_id")
        table.create_check_constraint("one_holder", ONE_OF_TWO)
    op.drop_table("devices")
