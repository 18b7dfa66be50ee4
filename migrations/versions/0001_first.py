"""The first tables, the installation's own scope, and the triggers that keep records."""

import flask_security.datastore
import sqlalchemy as sa
from alembic import op

import eventapp.core.db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RECORDS = ("audit_entries", "scans", "voting_records")
"""Tables whose rows are never changed again, whoever asks."""


def _seed() -> None:
    op.execute(
        "INSERT INTO scopes (id, parent_id, kind, slug) VALUES (1, NULL, 'installation', '')"
    )
    op.execute("INSERT INTO installation (id, demo, clock_offset_seconds) VALUES (1, false, 0)")
    for name in ("audit", "door", "votes"):
        op.execute(
            "INSERT INTO ledger_heads (scope_id, name, seq, hash) "  # noqa: S608 - our own words
            f"VALUES (1, '{name}', 0, '{'0' * 64}')"
        )


def _guard_sqlite() -> None:
    for table in RECORDS:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER keep_{table}_{act.lower()} BEFORE {act} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'records are never changed'); END"
            )


def _guard_postgresql() -> None:
    op.execute("SELECT setval('scopes_id_seq', 1)")
    op.execute(
        "CREATE FUNCTION keep_record() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'records are never changed'; END $$"
    )
    for table in RECORDS:
        op.execute(
            f"CREATE TRIGGER keep_{table} BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION keep_record()"
        )


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("clock_offset_seconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("pinyin_key", sa.String(length=255), nullable=False),
        sa.Column("stroke_key", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
    )
    op.create_table(
        "scopes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "installation",
                "alliance",
                "meeting",
                name="scopekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["scopes.id"], name=op.f("fk_scopes_parent_id_scopes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scopes")),
        sa.UniqueConstraint("slug", name=op.f("uq_scopes_slug")),
    )
    op.create_table(
        "stored_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("created_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_files")),
        sa.UniqueConstraint("digest", name=op.f("uq_stored_files_digest")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("mf_recovery_codes", flask_security.datastore.AsaList(), nullable=True),
        sa.Column("create_datetime", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_users_fs_uniquifier")),
    )
    op.create_table(
        "alliances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("short_name", sa.String(length=60), nullable=False),
        sa.Column("aims", sa.JSON(), nullable=False),
        sa.Column("created_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["scopes.id"], name=op.f("fk_alliances_scope_id_scopes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alliances")),
        sa.UniqueConstraint("scope_id", name=op.f("uq_alliances_scope_id")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["scopes.id"], name=op.f("fk_audit_entries_scope_id_scopes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("scope_id", "seq", name=op.f("uq_audit_entries_scope_id_seq")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entries_subject"), ["subject"], unique=False)

    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"], name=op.f("fk_jobs_scope_id_scopes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index("ix_jobs_open", ["state", "due_at"], unique=False)

    op.create_table(
        "ledger_heads",
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["scopes.id"], name=op.f("fk_ledger_heads_scope_id_scopes")
        ),
        sa.PrimaryKeyConstraint("scope_id", "name", name=op.f("pk_ledger_heads")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["scopes.id"], name=op.f("fk_messages_scope_id_scopes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("message_id", name=op.f("uq_messages_message_id")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_scope_id"), ["scope_id"], unique=False)

    op.create_table(
        "personal_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
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
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("bind_once", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("expires_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["scopes.id"], name=op.f("fk_personal_links_scope_id_scopes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_links")),
        sa.UniqueConstraint(
            "scope_id",
            "role",
            "subject_id",
            name=op.f("uq_personal_links_scope_id_role_subject_id"),
        ),
    )
    op.create_table(
        "role_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
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
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("granted_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["scopes.id"], name=op.f("fk_role_grants_scope_id_scopes")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_role_grants_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
        sa.UniqueConstraint(
            "user_id", "scope_id", "role", name=op.f("uq_role_grants_user_id_scope_id_role")
        ),
    )
    with op.batch_alter_table("role_grants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grants_scope_id"), ["scope_id"], unique=False)

    op.create_table(
        "charters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alliance_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(
            ["alliance_id"], ["alliances.id"], name=op.f("fk_charters_alliance_id_alliances")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charters")),
    )
    with op.batch_alter_table("charters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_charters_alliance_id"), ["alliance_id"], unique=False)

    op.create_table(
        "council_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alliance_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(
            ["alliance_id"], ["alliances.id"], name=op.f("fk_council_lists_alliance_id_alliances")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_lists")),
    )
    with op.batch_alter_table("council_lists", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_council_lists_alliance_id"), ["alliance_id"], unique=False
        )

    op.create_table(
        "meetings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("alliance_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "preparatory",
                "founding",
                "council",
                "general",
                "other",
                name="meeting_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "registration_open",
                "registration_closed",
                "in_session",
                "adjourned",
                "archived",
                "postponed",
                "cancelled",
                name="meeting_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_reason", sa.String(length=200), nullable=False),
        sa.Column("starts_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("venue", sa.String(length=160), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column(
            "registration_closes_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True
        ),
        sa.Column("prepares_id", sa.Integer(), nullable=True),
        sa.Column("host_name", sa.String(length=60), nullable=False),
        sa.Column("created_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alliance_id"], ["alliances.id"], name=op.f("fk_meetings_alliance_id_alliances")
        ),
        sa.ForeignKeyConstraint(
            ["prepares_id"], ["meetings.id"], name=op.f("fk_meetings_prepares_id_meetings")
        ),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["scopes.id"], name=op.f("fk_meetings_scope_id_scopes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("scope_id", name=op.f("uq_meetings_scope_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_meetings_slug")),
    )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_alliance_id"), ["alliance_id"], unique=False)

    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alliance_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("titles", sa.String(length=160), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("pinyin", sa.String(length=160), nullable=False),
        sa.Column("initials", sa.String(length=40), nullable=False),
        sa.Column("pinyin_key", sa.String(length=255), nullable=False),
        sa.Column("stroke_key", sa.String(length=255), nullable=False),
        sa.Column("created_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alliance_id"], ["alliances.id"], name=op.f("fk_people_alliance_id_alliances")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_people_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_people_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            "uq_people_alliance_id_phone",
            ["alliance_id", "phone"],
            unique=True,
            sqlite_where=sa.text("phone <> ''"),
            postgresql_where=sa.text("phone <> ''"),
        )

    op.create_table(
        "seats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alliance_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("votes_in_council", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alliance_id"], ["alliances.id"], name=op.f("fk_seats_alliance_id_alliances")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seats")),
        sa.UniqueConstraint("alliance_id", "key", name=op.f("uq_seats_alliance_id_key")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(length=120), nullable=False),
        sa.Column("created_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(user_id IS NULL) <> (link_id IS NULL)", name=op.f("ck_sign_ins_one_holder")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["personal_links.id"], name=op.f("fk_sign_ins_link_id_personal_links")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_ins_token_hash")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_link_id"), ["link_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_ins_user_id"), ["user_id"], unique=False)

    op.create_table(
        "agenda_editions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_agenda_editions_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_editions")),
        sa.UniqueConstraint(
            "meeting_id", "number", name=op.f("uq_agenda_editions_meeting_id_number")
        ),
    )
    op.create_table(
        "category_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "leader",
                "guest",
                "delegate",
                "observer",
                "press",
                "staff",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("auto_approve", sa.Boolean(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_category_rules_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category_rules")),
        sa.UniqueConstraint(
            "meeting_id", "category", name=op.f("uq_category_rules_meeting_id_category")
        ),
    )
    op.create_table(
        "charter_editions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("charter_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "tabled",
                "adopted",
                "rejected",
                "superseded",
                name="editionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tabled_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("basis", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["charter_id"], ["charters.id"], name=op.f("fk_charter_editions_charter_id_charters")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charter_editions")),
        sa.UniqueConstraint(
            "charter_id", "number", name=op.f("uq_charter_editions_charter_id_number")
        ),
    )
    op.create_table(
        "consent_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_consent_texts_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_texts")),
        sa.UniqueConstraint(
            "meeting_id", "version", name=op.f("uq_consent_texts_meeting_id_version")
        ),
    )
    op.create_table(
        "delegations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("liaison_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["liaison_id"], ["people.id"], name=op.f("fk_delegations_liaison_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_delegations_meeting_id_meetings")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_delegations_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
        sa.UniqueConstraint(
            "meeting_id", "organisation_id", name=op.f("uq_delegations_meeting_id_organisation_id")
        ),
    )
    op.create_table(
        "door_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_door_sessions_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_sessions")),
        sa.UniqueConstraint(
            "meeting_id", "ordinal", name=op.f("uq_door_sessions_meeting_id_ordinal")
        ),
    )
    op.create_table(
        "electorates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "council_seats",
                "proposed_list",
                "all_members",
                "by_hand",
                name="electoratesource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_electorates_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_electorates")),
    )
    with op.batch_alter_table("electorates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_electorates_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "gates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_gates_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gates")),
        sa.UniqueConstraint("meeting_id", "name", name=op.f("uq_gates_meeting_id_name")),
    )
    op.create_table(
        "leaves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("noted_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_leaves_meeting_id_meetings")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_leaves_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_leaves_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaves")),
    )
    with op.batch_alter_table("leaves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leaves_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "list_editions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "tabled",
                "adopted",
                "rejected",
                "superseded",
                name="liststate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("tabled_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("basis", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["council_lists.id"], name=op.f("fk_list_editions_list_id_council_lists")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_editions")),
        sa.UniqueConstraint("list_id", "number", name=op.f("uq_list_editions_list_id_number")),
    )
    op.create_table(
        "mandates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("proxy", sa.Boolean(), nullable=False),
        sa.Column("given_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_mandates_meeting_id_meetings")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_mandates_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_mandates_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandates")),
    )
    with op.batch_alter_table("mandates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mandates_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_mandates_valid",
            ["meeting_id", "organisation_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "memberships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alliance_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("lead_ordinal", sa.Integer(), nullable=True),
        sa.Column("proposed_seat_id", sa.Integer(), nullable=True),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("seated_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("seat_basis", sa.String(length=120), nullable=False),
        sa.Column("left_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["alliance_id"], ["alliances.id"], name=op.f("fk_memberships_alliance_id_alliances")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_memberships_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_seat_id"], ["seats.id"], name=op.f("fk_memberships_proposed_seat_id_seats")
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_memberships_seat_id_seats")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint(
            "alliance_id",
            "organisation_id",
            name=op.f("uq_memberships_alliance_id_organisation_id"),
        ),
    )
    op.create_table(
        "minutes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "drafting",
                "checking",
                "comments",
                "signed",
                "released",
                name="minutes_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("prose", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("drafter_id", sa.Integer(), nullable=False),
        sa.Column("checker_id", sa.Integer(), nullable=True),
        sa.Column("signer_id", sa.Integer(), nullable=True),
        sa.Column("byline", sa.JSON(), nullable=False),
        sa.Column("writers", sa.JSON(), nullable=False),
        sa.Column("frozen", sa.Text(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("created_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["checker_id"], ["users.id"], name=op.f("fk_minutes_checker_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["minutes.id"], name=op.f("fk_minutes_corrects_id_minutes")
        ),
        sa.ForeignKeyConstraint(
            ["drafter_id"], ["users.id"], name=op.f("fk_minutes_drafter_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_minutes_meeting_id_meetings")
        ),
        sa.ForeignKeyConstraint(
            ["signer_id"], ["users.id"], name=op.f("fk_minutes_signer_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
    )
    with op.batch_alter_table("minutes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_minutes_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(
            "uq_minutes_first",
            ["meeting_id"],
            unique=True,
            sqlite_where=sa.text("corrects_id IS NULL"),
            postgresql_where=sa.text("corrects_id IS NULL"),
        )

    op.create_table(
        "registrations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("unit_text", sa.String(length=120), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "leader",
                "guest",
                "delegate",
                "observer",
                "press",
                "staff",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "submitted",
                "approved",
                "waitlisted",
                "declined",
                "cancelled",
                "replaced",
                name="registration_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("submitted_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_registrations_meeting_id_meetings")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_registrations_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_registrations_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["registrations.id"],
            name=op.f("fk_registrations_replaces_id_registrations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
    )
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registrations_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "ix_registrations_unit", ["meeting_id", "organisation_id"], unique=False
        )
        batch_op.create_index(
            "uq_registrations_alive",
            ["meeting_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('cancelled', 'replaced')"),
            postgresql_where=sa.text("state NOT IN ('cancelled', 'replaced')"),
        )

    op.create_table(
        "rooms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_rooms_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
        sa.UniqueConstraint("meeting_id", "name", name=op.f("uq_rooms_meeting_id_name")),
    )
    op.create_table(
        "admissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("gate_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=40), nullable=False),
        sa.Column("admitted_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["gate_id"], ["gates.id"], name=op.f("fk_admissions_gate_id_gates")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_admissions_meeting_id_meetings")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_admissions_registration_id_registrations"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["door_sessions.id"],
            name=op.f("fk_admissions_session_id_door_sessions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admissions")),
        sa.UniqueConstraint(
            "registration_id", "session_id", name=op.f("uq_admissions_registration_id_session_id")
        ),
    )
    with op.batch_alter_table("admissions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_admissions_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "agenda_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "address",
                "report",
                "deliberation",
                "ballot",
                "election",
                "launch",
                "plaque",
                "appointment",
                "signing",
                "unveiling",
                "publication",
                "speech",
                "group_photo",
                "break",
                "tour",
                "other",
                name="item_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("fixed_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "running",
                "done",
                "skipped",
                name="item_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("running_in", sa.Integer(), nullable=True),
        sa.Column("started_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_agenda_items_meeting_id_meetings")
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["rooms.id"], name=op.f("fk_agenda_items_room_id_rooms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_items")),
        sa.UniqueConstraint(
            "meeting_id", "running_in", name=op.f("uq_agenda_items_meeting_id_running_in")
        ),
    )
    with op.batch_alter_table("agenda_items", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agenda_items_meeting_id"), ["meeting_id"], unique=False
        )

    op.create_table(
        "clauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=20), nullable=False),
        sa.Column("parent_uid", sa.String(length=20), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "preamble",
                "chapter",
                "article",
                "paragraph",
                "item",
                "subitem",
                name="clausekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["charter_editions.id"],
            name=op.f("fk_clauses_edition_id_charter_editions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clauses")),
        sa.UniqueConstraint("edition_id", "uid", name=op.f("uq_clauses_edition_id_uid")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("consent_text_id", sa.Integer(), nullable=False),
        sa.Column("given_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_text_id"],
            ["consent_texts.id"],
            name=op.f("fk_consents_consent_text_id_consent_texts"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_consents_registration_id_registrations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consents_registration_id"), ["registration_id"], unique=False
        )

    op.create_table(
        "electorate_units",
        sa.Column("electorate_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("seat", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["electorate_id"],
            ["electorates.id"],
            name=op.f("fk_electorate_units_electorate_id_electorates"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_electorate_units_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint(
            "electorate_id", "organisation_id", name=op.f("pk_electorate_units")
        ),
    )
    op.create_table(
        "list_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["list_editions.id"],
            name=op.f("fk_list_entries_edition_id_list_editions"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_list_entries_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_list_entries_seat_id_seats")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_entries")),
        sa.UniqueConstraint(
            "edition_id", "organisation_id", name=op.f("uq_list_entries_edition_id_organisation_id")
        ),
    )
    op.create_table(
        "minutes_editions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("alliance_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("pdf_digest", sa.String(length=64), nullable=False),
        sa.Column("internal_digest", sa.String(length=64), nullable=False),
        sa.Column("released_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["alliances.id"],
            name=op.f("fk_minutes_editions_alliance_id_alliances"),
        ),
        sa.ForeignKeyConstraint(
            ["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_editions_minutes_id_minutes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_editions")),
        sa.UniqueConstraint(
            "alliance_id",
            "year",
            "number",
            name=op.f("uq_minutes_editions_alliance_id_year_number"),
        ),
        sa.UniqueConstraint("digest", name=op.f("uq_minutes_editions_digest")),
        sa.UniqueConstraint("minutes_id", name=op.f("uq_minutes_editions_minutes_id")),
    )
    with op.batch_alter_table("minutes_editions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_minutes_editions_pdf_digest"), ["pdf_digest"], unique=False
        )

    op.create_table(
        "minutes_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "submit",
                "check",
                "comment",
                "end_comments",
                "sign",
                "release",
                "send_back",
                name="minutes_step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("word", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_steps_minutes_id_minutes")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_minutes_steps_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_steps")),
    )
    with op.batch_alter_table("minutes_steps", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_minutes_steps_minutes_id"), ["minutes_id"], unique=False
        )

    op.create_table(
        "passes",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("issued_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_passes_meeting_id_meetings")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_passes_registration_id_registrations"),
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_passes")),
        sa.UniqueConstraint("code", name=op.f("uq_passes_code")),
    )
    with op.batch_alter_table("passes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passes_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "scans",
        sa.Column("scan_id", sa.String(length=40), nullable=False),
        sa.Column("device", sa.String(length=40), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("gate_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column(
            "method",
            sa.Enum(
                "qr",
                "typed_code",
                "wedge",
                "search",
                "manual",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "direction",
            sa.Enum(
                "entry",
                "exit",
                name="direction",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "verdict",
            sa.Enum(
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
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("claimed_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.id"], name=op.f("fk_scans_gate_id_gates")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_scans_registration_id_registrations"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"], name=op.f("fk_scans_scope_id_scopes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scans")),
        sa.UniqueConstraint("device", "scan_id", name=op.f("uq_scans_device_scan_id")),
        sa.UniqueConstraint("scope_id", "seq", name=op.f("uq_scans_scope_id_seq")),
    )
    with op.batch_alter_table("scans", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_scans_registration_id"), ["registration_id"], unique=False
        )

    op.create_table(
        "agreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "ready",
                "signed",
                "withdrawn",
                name="agreementstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("signed_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_items.id"], name=op.f("fk_agreements_item_id_agenda_items")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_agreements_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreements_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "engagements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column(
            "resource",
            sa.Enum(
                "person",
                "authority",
                "room",
                "stage",
                "table",
                "host",
                "document",
                name="resourcekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_items.id"], name=op.f("fk_engagements_item_id_agenda_items")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_engagements_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagements")),
    )
    with op.batch_alter_table("engagements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engagements_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_engagements_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "item_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_items.id"], name=op.f("fk_item_people_item_id_agenda_items")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_item_people_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_people")),
    )
    with op.batch_alter_table("item_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_people_item_id"), ["item_id"], unique=False)

    op.create_table(
        "minutes_downloads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column(
            "format",
            sa.Enum(
                "pdf",
                "text",
                name="minutes_format",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["minutes_editions.id"],
            name=op.f("fk_minutes_downloads_edition_id_minutes_editions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_downloads")),
    )
    with op.batch_alter_table("minutes_downloads", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_minutes_downloads_edition_id"), ["edition_id"], unique=False
        )

    op.create_table(
        "motions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "charter",
                "list",
                "procedure",
                "text",
                "election",
                name="motionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("charter_edition_id", sa.Integer(), nullable=True),
        sa.Column("list_edition_id", sa.Integer(), nullable=True),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["charter_edition_id"],
            ["charter_editions.id"],
            name=op.f("fk_motions_charter_edition_id_charter_editions"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_items.id"], name=op.f("fk_motions_item_id_agenda_items")
        ),
        sa.ForeignKeyConstraint(
            ["list_edition_id"],
            ["list_editions.id"],
            name=op.f("fk_motions_list_edition_id_list_editions"),
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_motions_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motions")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_motions_meeting_id_number")),
    )
    op.create_table(
        "plaque_awards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("plaque", sa.String(length=120), nullable=False),
        sa.Column("presenters", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "done",
                name="actstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_items.id"], name=op.f("fk_plaque_awards_item_id_agenda_items")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_plaque_awards_meeting_id_meetings")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_plaque_awards_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plaque_awards")),
    )
    with op.batch_alter_table("plaque_awards", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plaque_awards_meeting_id"), ["meeting_id"], unique=False
        )

    op.create_table(
        "unveilings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(length=160), nullable=False),
        sa.Column("unveilers", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "done",
                name="actstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_items.id"], name=op.f("fk_unveilings_item_id_agenda_items")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_unveilings_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unveilings")),
    )
    with op.batch_alter_table("unveilings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unveilings_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "ballots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("motion_id", sa.Integer(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "named",
                "show_of_hands",
                "paper",
                "sealed",
                "acclamation",
                name="mode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "council_seats",
                "proposed_list",
                "all_members",
                "by_hand",
                name="electoratesource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source_list_id", sa.Integer(), nullable=True),
        sa.Column("source_units", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "closed",
                "declared",
                "annulled",
                name="ballotstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("electorate_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("definition", sa.String(length=64), nullable=False),
        sa.Column("counted", sa.String(length=20), nullable=False),
        sa.Column("override_reason", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("annul_asked_by", sa.Integer(), nullable=True),
        sa.Column("annulled_by", sa.Integer(), nullable=True),
        sa.Column("declared_by", sa.Integer(), nullable=True),
        sa.Column("repeats_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("declared_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["annul_asked_by"], ["users.id"], name=op.f("fk_ballots_annul_asked_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["annulled_by"], ["users.id"], name=op.f("fk_ballots_annulled_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["declared_by"], ["users.id"], name=op.f("fk_ballots_declared_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["electorate_id"], ["electorates.id"], name=op.f("fk_ballots_electorate_id_electorates")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_ballots_meeting_id_meetings")
        ),
        sa.ForeignKeyConstraint(
            ["motion_id"], ["motions.id"], name=op.f("fk_ballots_motion_id_motions")
        ),
        sa.ForeignKeyConstraint(
            ["repeats_id"], ["ballots.id"], name=op.f("fk_ballots_repeats_id_ballots")
        ),
        sa.ForeignKeyConstraint(
            ["source_list_id"],
            ["list_editions.id"],
            name=op.f("fk_ballots_source_list_id_list_editions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
    )
    with op.batch_alter_table("ballots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ballots_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "parties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("signatory_id", sa.Integer(), nullable=True),
        sa.Column("signatory_name", sa.String(length=60), nullable=False),
        sa.Column("signatory_title", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_parties_agreement_id_agreements")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_parties_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["signatory_id"], ["people.id"], name=op.f("fk_parties_signatory_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
        sa.UniqueConstraint(
            "agreement_id", "ordinal", name=op.f("uq_parties_agreement_id_ordinal")
        ),
    )
    op.create_table(
        "ballot_attendances",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("moment", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("by_proxy", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballots.id"], name=op.f("fk_ballot_attendances_ballot_id_ballots")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_ballot_attendances_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint(
            "ballot_id", "moment", "organisation_id", name=op.f("pk_ballot_attendances")
        ),
    )
    op.create_table(
        "hand_counts",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("yes", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("abstain", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=True),
        sa.Column("returned", sa.Integer(), nullable=True),
        sa.Column("invalid", sa.Integer(), nullable=True),
        sa.Column("counted_by", sa.Integer(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballots.id"], name=op.f("fk_hand_counts_ballot_id_ballots")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["users.id"], name=op.f("fk_hand_counts_confirmed_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["counted_by"], ["users.id"], name=op.f("fk_hand_counts_counted_by_users")
        ),
        sa.PrimaryKeyConstraint("ballot_id", name=op.f("pk_hand_counts")),
    )
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "passed",
                "failed",
                "no_quorum",
                "void",
                name="result",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("entitled", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("yes", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("abstain", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("record_hash", sa.String(length=64), nullable=False),
        sa.Column("closed_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballots.id"], name=op.f("fk_outcomes_ballot_id_ballots")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint("ballot_id", name=op.f("uq_outcomes_ballot_id")),
    )
    op.create_table(
        "vote_holders",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("by_proxy", sa.Boolean(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "yes",
                "no",
                "abstain",
                name="choice",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("record_seq", sa.Integer(), nullable=False),
        sa.Column("cast_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballots.id"], name=op.f("fk_vote_holders_ballot_id_ballots")
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandates.id"], name=op.f("fk_vote_holders_mandate_id_mandates")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_vote_holders_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_vote_holders_person_id_people")
        ),
        sa.PrimaryKeyConstraint("ballot_id", "organisation_id", name=op.f("pk_vote_holders")),
    )
    op.create_table(
        "voting_records",
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("mandate_id", sa.Integer(), nullable=True),
        sa.Column("client_key", sa.String(length=40), nullable=True),
        sa.Column("at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballots.id"], name=op.f("fk_voting_records_ballot_id_ballots")
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandates.id"], name=op.f("fk_voting_records_mandate_id_mandates")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_voting_records_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["scopes.id"], name=op.f("fk_voting_records_scope_id_scopes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voting_records")),
        sa.UniqueConstraint(
            "ballot_id", "client_key", name=op.f("uq_voting_records_ballot_id_client_key")
        ),
        sa.UniqueConstraint("scope_id", "seq", name=op.f("uq_voting_records_scope_id_seq")),
    )
    with op.batch_alter_table("voting_records", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_voting_records_ballot_id"), ["ballot_id"], unique=False
        )

    op.create_table(
        "resolutions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alliance_id", sa.Integer(), nullable=False),
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["alliance_id"], ["alliances.id"], name=op.f("fk_resolutions_alliance_id_alliances")
        ),
        sa.ForeignKeyConstraint(
            ["outcome_id"], ["outcomes.id"], name=op.f("fk_resolutions_outcome_id_outcomes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolutions")),
        sa.UniqueConstraint(
            "alliance_id", "year", "number", name=op.f("uq_resolutions_alliance_id_year_number")
        ),
        sa.UniqueConstraint("outcome_id", name=op.f("uq_resolutions_outcome_id")),
    )
    _seed()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def downgrade() -> None:
    op.drop_table("resolutions")
    with op.batch_alter_table("voting_records", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_voting_records_ballot_id"))

    op.drop_table("voting_records")
    op.drop_table("vote_holders")
    op.drop_table("outcomes")
    op.drop_table("hand_counts")
    op.drop_table("ballot_attendances")
    op.drop_table("parties")
    with op.batch_alter_table("ballots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ballots_meeting_id"))

    op.drop_table("ballots")
    with op.batch_alter_table("unveilings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unveilings_meeting_id"))

    op.drop_table("unveilings")
    with op.batch_alter_table("plaque_awards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plaque_awards_meeting_id"))

    op.drop_table("plaque_awards")
    op.drop_table("motions")
    with op.batch_alter_table("minutes_downloads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_minutes_downloads_edition_id"))

    op.drop_table("minutes_downloads")
    with op.batch_alter_table("item_people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_people_item_id"))

    op.drop_table("item_people")
    with op.batch_alter_table("engagements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_engagements_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_engagements_item_id"))

    op.drop_table("engagements")
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreements_meeting_id"))

    op.drop_table("agreements")
    with op.batch_alter_table("scans", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scans_registration_id"))

    op.drop_table("scans")
    with op.batch_alter_table("passes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passes_meeting_id"))

    op.drop_table("passes")
    with op.batch_alter_table("minutes_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_minutes_steps_minutes_id"))

    op.drop_table("minutes_steps")
    with op.batch_alter_table("minutes_editions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_minutes_editions_pdf_digest"))

    op.drop_table("minutes_editions")
    op.drop_table("list_entries")
    op.drop_table("electorate_units")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_registration_id"))

    op.drop_table("consents")
    op.drop_table("clauses")
    with op.batch_alter_table("agenda_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_items_meeting_id"))

    op.drop_table("agenda_items")
    with op.batch_alter_table("admissions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_admissions_meeting_id"))

    op.drop_table("admissions")
    op.drop_table("rooms")
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_registrations_alive",
            sqlite_where=sa.text("state NOT IN ('cancelled', 'replaced')"),
            postgresql_where=sa.text("state NOT IN ('cancelled', 'replaced')"),
        )
        batch_op.drop_index("ix_registrations_unit")
        batch_op.drop_index(batch_op.f("ix_registrations_person_id"))

    op.drop_table("registrations")
    with op.batch_alter_table("minutes", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_minutes_first",
            sqlite_where=sa.text("corrects_id IS NULL"),
            postgresql_where=sa.text("corrects_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_minutes_meeting_id"))

    op.drop_table("minutes")
    op.drop_table("memberships")
    with op.batch_alter_table("mandates", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_mandates_valid",
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_mandates_person_id"))

    op.drop_table("mandates")
    op.drop_table("list_editions")
    with op.batch_alter_table("leaves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leaves_meeting_id"))

    op.drop_table("leaves")
    op.drop_table("gates")
    with op.batch_alter_table("electorates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_electorates_meeting_id"))

    op.drop_table("electorates")
    op.drop_table("door_sessions")
    op.drop_table("delegations")
    op.drop_table("consent_texts")
    op.drop_table("charter_editions")
    op.drop_table("category_rules")
    op.drop_table("agenda_editions")
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_ins_user_id"))
        batch_op.drop_index(batch_op.f("ix_sign_ins_link_id"))

    op.drop_table("sign_ins")
    op.drop_table("seats")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_people_alliance_id_phone",
            sqlite_where=sa.text("phone <> ''"),
            postgresql_where=sa.text("phone <> ''"),
        )
        batch_op.drop_index(batch_op.f("ix_people_organisation_id"))

    op.drop_table("people")
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetings_alliance_id"))

    op.drop_table("meetings")
    with op.batch_alter_table("council_lists", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_council_lists_alliance_id"))

    op.drop_table("council_lists")
    with op.batch_alter_table("charters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_charters_alliance_id"))

    op.drop_table("charters")
    with op.batch_alter_table("role_grants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grants_scope_id"))

    op.drop_table("role_grants")
    op.drop_table("personal_links")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_scope_id"))

    op.drop_table("messages")
    op.drop_table("ledger_heads")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index("ix_jobs_open")

    op.drop_table("jobs")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_subject"))

    op.drop_table("audit_entries")
    op.drop_table("alliances")
    op.drop_table("users")
    op.drop_table("stored_files")
    op.drop_table("scopes")
    op.drop_table("organisations")
    op.drop_table("installation")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION keep_record")
