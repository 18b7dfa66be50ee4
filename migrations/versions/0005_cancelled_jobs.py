"""Jobs can be cancelled."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATES = ("waiting", "running", "done", "failed")


def _allow(*states: str) -> None:
    words = ", ".join(f"'{state}'" for state in states)
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_jobs_jobstate"), type_="check")
        batch_op.create_check_constraint("jobstate", f"state IN ({words})")


def upgrade() -> None:
    _allow(*STATES, "cancelled")


def downgrade() -> None:
    op.execute("UPDATE jobs SET state = 'failed' WHERE state = 'cancelled'")
    _allow(*STATES)
