"""Whether this installation can serve: told to a supervisor, a balancer and the doctor."""

import re
import shutil
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy.exc import SQLAlchemyError

from eventapp.core.db import db
from eventapp.web.doors import public

OLDEST_SQLITE = (3, 51, 3)
"""Older ones lose commits in WAL mode when two connections write and checkpoint together."""
LEAST_FREE = 0.05
MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations" / "versions"
bp = Blueprint("health", __name__)


class Unfit(RuntimeError):
    """The application must not start like this; the sentence says why and what to do."""


def code_revisions() -> dict[str, str | None]:
    """Read every revision that this code knows, with the one before it."""
    found: dict[str, str | None] = {}
    for path in MIGRATIONS.glob("*.py"):
        text = path.read_text("utf-8")
        revision = re.search(r'^revision = "(\w+)"', text, re.MULTILINE)
        before = re.search(r'^down_revision = "(\w+)"', text, re.MULTILINE)
        if revision:
            found[revision[1]] = before[1] if before else None
    return found


def newest_revision() -> str:
    """Tell the revision that the code wants the database to be at."""
    revisions = code_revisions()
    (newest,) = set(revisions) - set(revisions.values())
    return newest


def database_revision() -> str | None:
    """Tell the revision that the database is at; None before the first migration."""
    try:
        return db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        db.session.rollback()
        return None


def ensure_fit(app: Flask) -> None:
    """Refuse to start on an unsafe SQLite, or on a database newer than this code."""
    with app.app_context():
        if db.engines[None].dialect.name == "sqlite" and sqlite.sqlite_version_info < OLDEST_SQLITE:
            wanted = ".".join(map(str, OLDEST_SQLITE))
            found = ".".join(map(str, sqlite.sqlite_version_info))
            msg = f"SQLite {found} can lose commits; {wanted} or newer is needed."
            raise Unfit(msg)
        revision = database_revision()
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
    if revision is not None and revision not in code_revisions():
        msg = (
            f"The database is at revision {revision}, which this code does not know: it belongs "
            "to a newer version. Start that version, or restore a backup made by this one."
        )
        raise Unfit(msg)


@bp.get("/healthz")
@public
def show_health() -> ResponseReturnValue:
    """Answer that the process lives, without asking anything else."""
    return jsonify(alive=True)


@bp.get("/readyz")
@public
def show_readiness() -> ResponseReturnValue:
    """Answer whether requests can be served: database, migrations, disk."""
    revision = database_revision()
    usage = shutil.disk_usage(current_app.extensions["config"].var)
    checks = {
        "database": revision is not None,
        "migrations": revision == newest_revision(),
        "disk": usage.free > usage.total * LEAST_FREE,
    }
    ready = all(checks.values())
    return jsonify(ready=ready, checks=checks), 200 if ready else 503
