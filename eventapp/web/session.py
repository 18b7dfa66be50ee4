"""The session of a browser: a signed cookie that holds tokens, each the name of a row.

The rows decide: a revoked sign-in is out with its next request, whatever its cookie says.
One browser may hold an account and several personal links at once, each in its slot.
"""

from collections.abc import Callable, Iterable

from flask import current_app, g, session

from eventapp.core.access import ANONYMOUS, Actor

ACCOUNT = "account"
Loader = Callable[[Iterable[str]], list[Actor]]


def use_loader(app: object, loader: Loader) -> None:
    """Read actors with this function; the application hands it in."""
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
        g.actors = current_app.extensions["actors"](tokens[slot] for slot in ordered)
    return g.actors


def actor() -> Actor:
    """Tell who acts in this request: whom the door let in, else the first of the browser."""
    if "actor" not in g:
        g.actor = next(iter(actors()), ANONYMOUS)
    return g.actor
