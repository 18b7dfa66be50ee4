"""Run migrations on the database of the application, on one connection, in one transaction."""

from alembic import context
from flask import current_app
from sqlalchemy import text

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
        context.configure(connection=connection, target_metadata=db.metadata, **arguments)
        with context.begin_transaction():
            context.run_migrations()


run()
