"""Things to test with: plain functions, valid by default; call them inside an app context."""

from itertools import count

from flask.testing import FlaskClient

from eventapp.accounts.models import User
from eventapp.accounts.service import create_user, grant_role, sign_in_user
from eventapp.core.access import SYSTEM, Actor, ActorKind, Grant, Role
from eventapp.core.scope import ROOT

_numbers = count(1)


def make_user(role: Role | None = None, scope_id: int = ROOT, name: str = "周敏") -> User:
    """Open an account, with a role in a scope if one is named."""
    user = create_user(SYSTEM, f"user{next(_numbers)}@example.org", name, "not-a-hash")
    if role is not None:
        grant_role(SYSTEM, user.id, role, scope_id)
    return user


def actor_of(user: User, *grants: Grant) -> Actor:
    """Let a user act."""
    return Actor(ActorKind.USER, user.id, grants, 0, 0, user.name)


def sign_in(client: FlaskClient, user: User) -> None:
    """Sign a browser in to an account."""
    token = sign_in_user(SYSTEM, user.id)
    put_token(client, "account", token)


def put_token(client: FlaskClient, slot: str, token: str) -> None:
    """Give a browser a token, as signing in does."""
    with client.session_transaction() as session:
        session["tokens"] = {**session.get("tokens", {}), slot: token}
