"""`flask accounts …`: the first administrator of an installation."""

import click
from flask.cli import AppGroup
from flask_security.utils import hash_password

from eventapp.accounts.queries import user_by_email
from eventapp.accounts.service import create_user, grant_role, set_password
from eventapp.core.access import SYSTEM, Role
from eventapp.core.scope import ROOT

cli = AppGroup("accounts", help="Accounts of this installation.")
SHORTEST_PASSWORD = 10


@cli.command("create-admin")
@click.option("--email", prompt=True)
@click.option("--name", prompt=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def create_admin(email: str, name: str, password: str) -> None:
    """Open an administrator's account, or give an existing account a new password and the role."""
    if len(password) < SHORTEST_PASSWORD:
        message = f"The password needs at least {SHORTEST_PASSWORD} characters."
        raise click.ClickException(message)
    user = user_by_email(email)
    if user is None:
        user = create_user(SYSTEM, email, name, hash_password(password))
    else:
        set_password(SYSTEM, user.id, hash_password(password))
    grant_role(SYSTEM, user.id, Role.ADMINISTRATOR, ROOT)
    click.echo(f"{user.email} is an administrator.")
