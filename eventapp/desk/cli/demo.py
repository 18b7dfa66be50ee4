"""`flask demo …`: load the demo, throw it away and load it again, tell how to try it."""

import os
import secrets
import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from flask_migrate import downgrade, upgrade
from flask_security.utils import hash_password

from eventapp.core import installation
from eventapp.core.db import db
from eventapp.core.errors import DomainError
from eventapp.desk.document import demo_guide
from eventapp.desk.service import STAGES, ensure_resettable, is_empty, load_demo
from eventapp.web.health import database_revision, newest_revision

cli = AppGroup("demo", help="Demo data: a founding meeting with its preparatory meeting.")
stage_option = click.option(
    "--stage",
    type=click.Choice(STAGES),
    help="Where the demo stands; by default the morning of the founding meeting.",
)


@cli.command("load")
@stage_option
def load(stage: str | None) -> None:
    """Load the demo into an empty installation."""
    if database_revision() != newest_revision():
        message = "The database is not migrated. Run: flask --app wsgi db upgrade"
        raise click.ClickException(message)
    _load(stage)


@cli.command("reset")
@stage_option
def reset(stage: str | None) -> None:
    """Drop everything in a demo's database and load the demo afresh."""
    if database_revision() is not None:
        try:
            ensure_resettable()
        except DomainError as error:
            raise click.ClickException(str(error)) from error
    db.session.remove()
    downgrade(revision="base")
    upgrade()
    installation.refresh(force=True)
    _load(stage)


@cli.command("begin")
@click.pass_context
def begin(context: click.Context) -> None:
    """Migrate the database, load the demo if it is empty, and tell where to look."""
    if database_revision() != newest_revision():
        db.session.remove()
        upgrade()
    if is_empty():
        _load(None)
    context.invoke(show)


@cli.command("show")
def show() -> None:
    """Tell who can sign in to the demo, and where to look."""
    if database_revision() is None or is_empty():
        click.echo("There is no demo here. Load it: flask --app wsgi demo load")
        return
    installation.refresh(force=True)
    if not installation.is_demo():
        click.echo("This installation holds no demo data.")
        return
    click.echo(demo_guide(_url_of, demo_password()))


def demo_password() -> str:
    """Give the demo accounts' password: DEMO_PASSWORD, else one made once and kept in var/."""
    config = current_app.extensions["config"]
    if config.demo_password:
        return config.demo_password
    path: Path = config.var / "demo-password"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("utf-8").strip()
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(9))
    return path.read_text("utf-8").strip()


def _load(stage: str | None) -> None:
    began = time.monotonic()
    try:
        load_demo(hash_password(demo_password()), stage)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Demo loaded in {time.monotonic() - began:.0f} s. See: flask --app wsgi demo show")


def _url_of(endpoint: str, **values: str) -> str:
    base: str = current_app.extensions["config"].base_url
    return base + current_app.url_map.bind("").build(endpoint, values)
