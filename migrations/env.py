"""Run migrations on the database of the application, on one connection, in one transaction."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from eventapp.core.db import db

config = context.config


def run() -> None:
    """Migrate online; where nothing changed, an automatic revision writes no file."""

    def drop_empty(_context: object, _revision: object, directives: list) -> None:
        if getattr(config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
            directives[:] = []

    arguments = {
        **current_app.extensions["migrate"].configure_args,
        "process_revision_directives": drop_empty,
    }
    with db.engines[None].connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET statement_timeout = 0"))
            connection.commit()
        else:
            # SQLite changes a table by making it anew; until then its children point nowhere.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
        context.configure(connection=connection, target_metadata=db.metadata, **arguments)
        with context.begin_transaction():
            context.run_migrations()
            _ensure_whole(connection)
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")


def _ensure_whole(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
    if broken:
        msg = f"the migration left rows that point nowhere: {broken}"
        raise RuntimeError(msg)


run()
