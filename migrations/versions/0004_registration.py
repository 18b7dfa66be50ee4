"""Registration in full: terms, questions, lists, notices, erasures; more about people and mail."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

import eventapp.core.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATES = ("submitted", "approved", "waitlisted", "declined", "cancelled", "replaced")


def _allow(batch_op: BatchOperations, *states: str) -> None:
    words = ", ".join(f"'{state}'" for state in states)
    batch_op.drop_constraint(op.f("ck_registrations_registration_state"), type_="check")
    batch_op.create_check_constraint("registration_state", f"state IN ({words})")


def _fill_people() -> None:
    """Work out what people are looked for by, for those who are there already."""
    people = sa.table(
        "people", *(sa.column(name) for name in ("id", "pinyin", "phone", "spelled", "phone_end"))
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(people.c.id, people.c.pinyin, people.c.phone)).all():
        plain = unicodedata.normalize("NFKD", row.pinyin.lower().replace("ü", "v"))
        connection.execute(
            people.update()
            .where(people.c.id == row.id)
            .values(spelled=re.sub("[^a-z0-9]", "", plain), phone_end=row.phone[-4:])
        )


def upgrade() -> None:
    op.create_table(
        "bulk_actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "invited",
                "submitted",
                "approved",
                "waitlisted",
                "declined",
                "cancelled",
                "replaced",
                name="bulk_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("done_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undone_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_bulk_actions_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_actions")),
    )
    with op.batch_alter_table("bulk_actions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bulk_actions_meeting_id"), ["meeting_id"], unique=False
        )

    op.create_table(
        "distinct_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_distinct_people_ordered")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["people.id"], name=op.f("fk_distinct_people_first_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["people.id"], name=op.f("fk_distinct_people_second_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distinct_people")),
        sa.UniqueConstraint(
            "first_id", "second_id", name=op.f("uq_distinct_people_first_id_second_id")
        ),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("asked_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("done_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_erasures_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    with op.batch_alter_table("erasures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasures_person_id"), ["person_id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "sent",
                name="noticestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("matters", sa.JSON(), nullable=False),
        sa.Column("papers", sa.JSON(), nullable=False),
        sa.Column("reply_by", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("late_reason", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_notices_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_notices_meeting_id_number")),
    )
    op.create_table(
        "registration_fields",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "long_text",
                "choice",
                "choices",
                "number",
                "date",
                "phone",
                "email",
                "file",
                "yes_no",
                name="fieldkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("label_en", sa.String(length=120), nullable=False),
        sa.Column("help", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("short_lived", sa.Boolean(), nullable=False),
        sa.Column("shown_if_id", sa.Integer(), nullable=True),
        sa.Column("shown_if_value", sa.String(length=120), nullable=False),
        sa.Column("retired_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_registration_fields_meeting_id_meetings")
        ),
        sa.ForeignKeyConstraint(
            ["shown_if_id"],
            ["registration_fields.id"],
            name=op.f("fk_registration_fields_shown_if_id_registration_fields"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_fields")),
    )
    with op.batch_alter_table("registration_fields", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_registration_fields_meeting_id"), ["meeting_id"], unique=False
        )

    op.create_table(
        "registration_terms",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("unit_quota", sa.Integer(), nullable=True),
        sa.Column("substitute_until", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("short_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_registration_terms_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_registration_terms")),
    )
    op.create_table(
        "notice_deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("opened_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegations.id"],
            name=op.f("fk_notice_deliveries_delegation_id_delegations"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_notice_deliveries_message_id_messages")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_notice_deliveries_notice_id_notices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_deliveries")),
        sa.UniqueConstraint(
            "notice_id", "delegation_id", name=op.f("uq_notice_deliveries_notice_id_delegation_id")
        ),
    )
    op.create_table(
        "notice_replies",
        sa.Column("delegation_id", sa.Integer(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "attending",
                "excused",
                "proxy",
                name="replyanswer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.Column("remark", sa.String(length=400), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("replied_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegations.id"],
            name=op.f("fk_notice_replies_delegation_id_delegations"),
        ),
        sa.PrimaryKeyConstraint("delegation_id", name=op.f("pk_notice_replies")),
    )
    op.create_table(
        "registration_answers",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"],
            ["registration_fields.id"],
            name=op.f("fk_registration_answers_field_id_registration_fields"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_registration_answers_registration_id_registrations"),
        ),
        sa.PrimaryKeyConstraint(
            "registration_id", "field_id", name=op.f("pk_registration_answers")
        ),
    )
    with op.batch_alter_table("registration_answers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_registration_answers_field_id"), ["field_id"], unique=False
        )

    op.create_table(
        "rosters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "taken",
                "discarded",
                name="rosterstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("sheet", sa.String(length=60), nullable=False),
        sa.Column("header_row", sa.Integer(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("created_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegations.id"], name=op.f("fk_rosters_delegation_id_delegations")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_rosters_meeting_id_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rosters")),
    )
    with op.batch_alter_table("rosters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rosters_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(
            "uq_rosters_open",
            ["delegation_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open' AND delegation_id IS NOT NULL"),
            postgresql_where=sa.text("state = 'open' AND delegation_id IS NOT NULL"),
        )

    op.create_table(
        "roster_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roster_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column(
            "fate",
            sa.Enum(
                "new",
                "known",
                "problem",
                "skipped",
                "taken",
                name="fate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_roster_rows_registration_id_registrations"),
        ),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["rosters.id"], name=op.f("fk_roster_rows_roster_id_rosters")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_rows")),
        sa.UniqueConstraint("roster_id", "number", name=op.f("uq_roster_rows_roster_id_number")),
    )
    with op.batch_alter_table("leaves", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("withdrawn_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True)
        )

    with op.batch_alter_table("mandates", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("document_digest", sa.String(length=64), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("document_name", sa.String(length=160), nullable=False, server_default="")
        )

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=40), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("about", sa.String(length=40), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("attachments", sa.JSON(), nullable=False, server_default="[]")
        )
        batch_op.add_column(
            sa.Column("trying_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("doubtful", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("refusal", sa.Text(), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_messages_about"), ["about"], unique=False)

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("spelling", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(
            sa.Column("spelled", sa.String(length=160), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("phone_end", sa.String(length=4), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("erased_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.create_index(
            "ix_people_initials",
            ["alliance_id", "initials"],
            unique=False,
            postgresql_ops={"initials": "varchar_pattern_ops"},
        )
        batch_op.create_index(
            "ix_people_name",
            ["alliance_id", "name"],
            unique=False,
            postgresql_ops={"name": "varchar_pattern_ops"},
        )
        batch_op.create_index(
            "ix_people_phone_end",
            ["alliance_id", "phone_end"],
            unique=False,
            postgresql_ops={"phone_end": "varchar_pattern_ops"},
        )
        batch_op.create_index(
            "ix_people_spelled",
            ["alliance_id", "spelled"],
            unique=False,
            postgresql_ops={"spelled": "varchar_pattern_ops"},
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_people_merged_into_id_people"), "people", ["merged_into_id"], ["id"]
        )

    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("reminded_at", eventapp.core.db.UtcDateTime(timezone=True), nullable=True)
        )
        _allow(batch_op, *STATES, "invited")
    _fill_people()


def downgrade() -> None:
    op.execute("UPDATE registrations SET state = 'submitted' WHERE state = 'invited'")
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        _allow(batch_op, *STATES)
        batch_op.drop_column("reminded_at")

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_people_merged_into_id_people"), type_="foreignkey")
        batch_op.drop_index("ix_people_spelled")
        batch_op.drop_index("ix_people_phone_end")
        batch_op.drop_index("ix_people_name")
        batch_op.drop_index("ix_people_initials")
        batch_op.drop_column("erased_at")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("phone_end")
        batch_op.drop_column("spelled")
        batch_op.drop_column("spelling")

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_about"))
        batch_op.drop_column("refusal")
        batch_op.drop_column("doubtful")
        batch_op.drop_column("trying_at")
        batch_op.drop_column("attachments")
        batch_op.drop_column("about")
        batch_op.drop_column("kind")

    with op.batch_alter_table("mandates", schema=None) as batch_op:
        batch_op.drop_column("document_name")
        batch_op.drop_column("document_digest")

    with op.batch_alter_table("leaves", schema=None) as batch_op:
        batch_op.drop_column("withdrawn_at")

    op.drop_table("roster_rows")
    with op.batch_alter_table("rosters", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_rosters_open",
            sqlite_where=sa.text("state = 'open' AND delegation_id IS NOT NULL"),
            postgresql_where=sa.text("state = 'open' AND delegation_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_rosters_meeting_id"))

    op.drop_table("rosters")
    with op.batch_alter_table("registration_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_answers_field_id"))

    op.drop_table("registration_answers")
    op.drop_table("notice_replies")
    op.drop_table("notice_deliveries")
    op.drop_table("registration_terms")
    with op.batch_alter_table("registration_fields", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_fields_meeting_id"))

    op.drop_table("registration_fields")
    op.drop_table("notices")
    with op.batch_alter_table("erasures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_erasures_person_id"))

    op.drop_table("erasures")
    op.drop_table("distinct_people")
    with op.batch_alter_table("bulk_actions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_actions_meeting_id"))

    op.drop_table("bulk_actions")
