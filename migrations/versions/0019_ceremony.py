"""Batches of agreements, by what right one signs, check lists, stand-ins, and acts of all kinds.

Plaques and unveilings become acts; who presents or unveils, typed as one string, becomes people.

Revision: 0019
After: 0018
"""

import re

import sqlalchemy as sa
from alembic import op

import eventapp.core.db

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BETWEEN = re.compile(r"[、，,;；\s]+")
AGREEMENT_KEYS = (("after_id", "agreements"), ("signed_by", "users"))


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, eventapp.core.db.UtcDateTime(timezone=True), nullable=nullable)


def _to(name: str, table: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default="")


def _plain(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _words(name: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{name} IN ({listed})", name=name)


def _widen_agreements() -> None:
    with op.batch_alter_table("agreements") as table:
        table.add_column(
            sa.Column("secret", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(
            sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        for name in ("batch", "table_number", "after_id", "signed_by"):
            table.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name, other in AGREEMENT_KEYS:
            table.create_foreign_key(op.f(f"fk_agreements_{name}_{other}"), other, [name], ["id"])
    with op.batch_alter_table("parties") as table:
        table.add_column(sa.Column("capacity", sa.String(length=40), nullable=True))
        table.add_column(_text("authority_note", 160))
        table.add_column(_text("authority_digest", 64))
        table.add_column(_text("authority_name", 160))
        table.create_check_constraint("capacity", "capacity IN ('legal', 'authorised')")


def _create_tables() -> None:
    op.create_table(
        "signing_stages",
        sa.Column("item_id", sa.Integer(), sa.ForeignKey("agenda_items.id"), primary_key=True),
        _to("meeting_id", "meetings"),
        sa.Column("tables", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("displaced", sa.JSON(), nullable=False),
    )
    op.create_index("ix_signing_stages_meeting_id", "signing_stages", ["meeting_id"])
    op.create_table(
        "paper_checks",
        sa.Column("agreement_id", sa.Integer(), sa.ForeignKey("agreements.id"), primary_key=True),
        sa.Column("line", sa.String(length=40), primary_key=True),
        _instant("ticked_at"),
        _to("ticked_by", "users", nullable=True),
        _words("line", "texts", "seals", "own_first", "folders", "pens"),
    )
    op.create_table(
        "signatory_changes",
        sa.Column("id", sa.Integer(), primary_key=True),
        _to("agreement_id", "agreements"),
        _to("organisation_id", "organisations"),
        _to("gone_id", "people", nullable=True),
        _plain("gone_name", 60),
        _to("come_id", "people", nullable=True),
        _plain("come_name", 60),
        _plain("reason", 200),
        _instant("changed_at"),
        _to("changed_by", "users", nullable=True),
    )
    op.create_index("ix_signatory_changes_agreement_id", "signatory_changes", ["agreement_id"])
    op.create_table(
        "stage_acts",
        sa.Column("id", sa.Integer(), primary_key=True),
        _to("meeting_id", "meetings"),
        _to("item_id", "agenda_items"),
        _plain("kind", 40),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        _plain("title", 160),
        sa.Column("group_number", sa.Integer(), nullable=False),
        _plain("cue", 200),
        _plain("state", 40),
        _instant("done_at", nullable=True),
        _to("done_by", "users", nullable=True),
        sa.CheckConstraint(
            "kind IN ('plaque', 'unveiling', 'appointment', 'launch')", name="actkind"
        ),
        sa.CheckConstraint("state IN ('planned', 'done')", name="actstate"),
    )
    op.create_index("ix_stage_acts_meeting_id", "stage_acts", ["meeting_id"])
    op.create_table(
        "stage_people",
        sa.Column("id", sa.Integer(), primary_key=True),
        _to("agreement_id", "agreements", nullable=True),
        _to("act_id", "stage_acts", nullable=True),
        _plain("part", 40),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        _to("person_id", "people", nullable=True),
        _to("organisation_id", "organisations", nullable=True),
        _plain("name", 60),
        _plain("title", 160),
        _words("part", "stand_in", "helper", "witness", "presenter", "recipient"),
        sa.CheckConstraint("(agreement_id IS NULL) <> (act_id IS NULL)", name="one_place"),
    )
    op.create_index("ix_stage_people_agreement_id", "stage_people", ["agreement_id"])
    op.create_index("ix_stage_people_act_id", "stage_people", ["act_id"])


def _move(kind: str, table: str, title: str, people: str, unit: str) -> None:
    """Make acts of the rows of an old table, and people of the names in its list."""
    bind = op.get_bind()
    rows = bind.execute(
        sa.text(
            f"SELECT meeting_id, item_id, ordinal, {title} AS title, {people} AS people, "  # noqa: S608
            f"{unit} AS unit, state, done_at FROM {table} ORDER BY id"
        )
    ).all()
    for row in rows:
        act_id = bind.execute(
            sa.text(
                "INSERT INTO stage_acts (meeting_id, item_id, kind, ordinal, title, group_number, "
                "cue, state, done_at) VALUES (:meeting, :item, :kind, :ordinal, :title, 1, '', "
                ":state, :done_at) RETURNING id"
            ),
            {
                "meeting": row.meeting_id,
                "item": row.item_id,
                "kind": kind,
                "ordinal": row.ordinal,
                "title": row.title,
                "state": row.state,
                "done_at": row.done_at,
            },
        ).scalar_one()
        names = [name[:60] for name in BETWEEN.split(row.people) if name]
        added = [("presenter", n, None, name) for n, name in enumerate(names, 1)]
        if row.unit:
            added.append(("recipient", 1, row.unit, ""))
        for part, ordinal, unit_id, name in added:
            bind.execute(
                sa.text(
                    "INSERT INTO stage_people (act_id, part, ordinal, organisation_id, name, "
                    "title) VALUES (:act, :part, :ordinal, :unit, :name, '')"
                ),
                {"act": act_id, "part": part, "ordinal": ordinal, "unit": unit_id, "name": name},
            )


def _tick_papers() -> None:
    """What was called ready or signed had its papers compared; the audit ledger knows when."""
    op.execute(
        "INSERT INTO paper_checks (agreement_id, line, ticked_at) "
        "SELECT agreements.id, 'texts', COALESCE((SELECT min(at) FROM audit_entries "
        "WHERE subject = 'agreement:' || agreements.id AND action = 'agreement.stepped'), "
        "meetings.starts_at) FROM agreements "
        "JOIN meetings ON meetings.id = agreements.meeting_id "
        "WHERE agreements.state IN ('ready', 'signed')"
    )


def upgrade() -> None:
    _widen_agreements()
    _create_tables()
    _tick_papers()
    _move("plaque", "plaque_awards", "plaque", "presenters", "organisation_id")
    _move("unveiling", "unveilings", "plate", "unveilers", "0")
    op.drop_table("plaque_awards")
    op.drop_table("unveilings")


def _old_acts(table: str, *columns: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), primary_key=True),
        _to("meeting_id", "meetings"),
        _to("item_id", "agenda_items"),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        *columns,
        _plain("state", 40),
        _instant("done_at", nullable=True),
        sa.CheckConstraint("state IN ('planned', 'done')", name="actstate"),
    )
    op.create_index(f"ix_{table}_meeting_id", table, ["meeting_id"])


def _move_back() -> None:
    listed = "group_concat(name, '、')"
    if op.get_bind().dialect.name != "sqlite":
        listed = "string_agg(name, '、' ORDER BY ordinal)"
    names = (
        f"COALESCE((SELECT substr({listed}, 1, 200) FROM stage_people "  # noqa: S608 - our words
        "WHERE act_id = stage_acts.id AND part = 'presenter'), '')"
    )
    unit = (
        "(SELECT min(organisation_id) FROM stage_people "
        "WHERE act_id = stage_acts.id AND part = 'recipient')"
    )
    shared = "meeting_id, item_id, ordinal, state, done_at"
    for into, values, where in (
        (
            f"plaque_awards ({shared}, plaque, presenters, organisation_id)",
            f"{shared}, substr(title, 1, 120), {names}, {unit}",
            f"kind = 'plaque' AND {unit} IS NOT NULL",
        ),
        (
            f"unveilings ({shared}, plate, unveilers)",
            f"{shared}, title, {names}",
            "kind = 'unveiling'",
        ),
    ):
        op.execute(f"INSERT INTO {into} SELECT {values} FROM stage_acts WHERE {where}")  # noqa: S608


def downgrade() -> None:
    """Go back; batches, check lists, changes of signatory, appointments and launches are lost."""
    _old_acts(
        "plaque_awards",
        _to("organisation_id", "organisations"),
        _plain("plaque", 120),
        _plain("presenters", 200),
    )
    _old_acts("unveilings", _plain("plate", 160), _plain("unveilers", 200))
    _move_back()
    tables = ("stage_people", "stage_acts", "signatory_changes", "paper_checks", "signing_stages")
    for table in tables:
        op.drop_table(table)
    with op.batch_alter_table("parties") as table:
        table.drop_constraint(op.f("ck_parties_capacity"), type_="check")
        for name in ("authority_name", "authority_digest", "authority_note", "capacity"):
            table.drop_column(name)
    with op.batch_alter_table("agreements") as table:
        for name, other in AGREEMENT_KEYS:
            table.drop_constraint(op.f(f"fk_agreements_{name}_{other}"), type_="foreignkey")
        for name in ("signed_by", "after_id", "table_number", "batch", "pinned", "secret"):
            table.drop_column(name)
