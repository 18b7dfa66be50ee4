"""The session of a browser: a signed cookie that holds tokens, each the name of a row.

The rows decide: a revoked sign-in is out with its next request, whatever its cookie says.
One browser may hold an account, personal links and a device at once, each in its slot. A device
may send its token as `Authorization: Bearer` instead, and then stands for itself alone.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import current_app, g, request, session
from flask_wtf.csrf import CSRFProtect

from eventapp.core.access import ANONYMOUS, Actor, ActorKind
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
        load: Loader = current_app.extensions["actors"]
        if (token := bearer()) is not None:
            found, g.here = load([token], slug_asked())
            g.actors = [actor for actor in found if actor.kind is ActorKind.DEVICE]
            return g.actors
        tokens: dict[str, str] = session.get("tokens", {})
        ordered = sorted(tokens, key=lambda slot: slot != ACCOUNT)
        g.actors, g.here = load([tokens[slot] for slot in ordered], slug_asked())
    return g.actors


def bearer() -> str | None:
    """Tell the token that a device sends in a header; then its cookies are not looked at."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def device_slot(scope_id: int) -> str:
    """Name the slot in which this browser keeps that it is a device of a meeting."""
    return f"device:{scope_id}"


class Csrf(CSRFProtect):
    """Ask for our pages' token wherever a cookie speaks and no browser says whence it comes."""

    def protect(self, *args: Any, **kwargs: Any) -> None:
        """Check the request that is being served; ADR 26 says why a browser's word is enough."""
        nobody = request.path.startswith("/api/") and not session.get("tokens")
        if bearer() is not None or nobody:
            return
        if request.headers.get("Sec-Fetch-Site") == "same-origin":
            g.csrf_valid = True  # by this the library's forms know that they need not look
            return
        super().protect(*args, **kwargs)


def slug_asked() -> str:
    """Tell the word in this request's URL that names a meeting or an alliance, or an empty one."""
    arguments = request.view_args or {}
    return arguments.get("meeting") or arguments.get("alliance") or ""


def actor() -> Actor:
    """Tell who acts in this request: whom the door let in, else the first of the browser."""
    if "actor" not in g:
        g.actor = next(iter(actors()), ANONYMOUS)
    return g.actor
