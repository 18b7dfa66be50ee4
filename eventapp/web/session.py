"""The session of a browser: a signed cookie that holds tokens, each the name of a row.

The rows decide: a revoked sign-in is out with its next request, whatever its cookie says.
One browser may hold an account and several personal links at once, each in its slot.
"""

from collections.abc import Callable, Iterable

from flask import current_app, g, request, session

from eventapp.core.access import ANONYMOUS, Actor
from eventapp.core.scope import Chain

ACCOUNT = "account"
Loader = Callable[[Iterable[str], str], tuple[list[Actor], Chain | None]]


def use_loader(app: object, loader: Loader) -> None:
    """Read actors, and where they stand, with this function; the application hands it in."""
    app.extensions["actors"] = loader  # type: ignore[attr-defined]


def remember(slot: str, token: str) -> None:
    """Keep a token in this browser's cookie."""
    session["tokens"] = {**session.get("tokens", {}), slot: token}
    session.permanent = True
    g.pop("actors", None)


def forget(slot: str) -> None:
    """Drop a token from this browser's cookie."""
    session["tokens"] = {
        name: token for name, token in session.get("tokens", {}).items() if name != slot
    }
    g.pop("actors", None)


def held(slot: str) -> str:
    """Tell the token that this browser keeps in a slot, or an empty text."""
    return session.get("tokens", {}).get(slot, "")


def actors() -> list[Actor]:
    """Load everybody whom this browser stands for, the account first; once in a request."""
    if "actors" not in g:
        tokens: dict[str, str] = session.get("tokens", {})
        ordered = sorted(tokens, key=lambda slot: slot != ACCOUNT)
        load: Loader = current_app.extensions["actors"]
        g.actors, g.here = load([tokens[slot] for slot in ordered], slug_asked())
    return g.actors


def slug_asked() -> str:
    """Tell the word in this request's URL that names a meeting or an alliance, or an empty one."""
    arguments = request.view_args or {}
    return arguments.get("meeting") or arguments.get("alliance") or ""


def actor() -> Actor:
    """Tell who acts in this request: whom the door let in, else the first of the browser."""
    if "actor" not in g:
        g.actor = next(iter(actors()), ANONYMOUS)
    return g.actor
