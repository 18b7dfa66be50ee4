"""Doors: every endpoint declares who may pass, or the application refuses to start.

A view is `@public`, `@signed_in` or `@requires(Permission.X)`. A URL with `<meeting>` or
`<alliance>` asks for the permission in that scope; any other asks in the whole installation.
Whoever has no part at all in a scope is told that it does not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, g, request

from eventapp.core import clock
from eventapp.core.access import Actor, ActorKind, Permission
from eventapp.core.errors import N_, Forbidden, NotFound
from eventapp.core.scope import ROOT, Chain, ScopeKind, chain_of
from eventapp.web.session import actors, bearer, slug_asked

View = TypeVar("View", bound=Callable[..., Any])
WHOLE = Chain(ROOT, ScopeKind.INSTALLATION, (ROOT,))


@dataclass(frozen=True, slots=True)
class Door:
    """What a view asks of whoever knocks: nothing, a sign-in, or a permission.

    `late` is how long after its end a device may still pass.
    """

    permission: Permission | None = None
    sign_in: bool = False
    late: timedelta | None = None


LIBRARY_DOORS: dict[str, Door] = {
    "static": Door(),
    "security.login": Door(),
    "security.logout": Door(),
    "security.verify": Door(sign_in=True),
    "security.forgot_password": Door(),
    "security.reset_password": Door(),
    "security.change_password": Door(sign_in=True),
    "security.two_factor_setup": Door(sign_in=True),
    "security.two_factor_setup_validate": Door(sign_in=True),
    "security.two_factor_token_validation": Door(),
    "security.two_factor_rescue": Door(),
    "security.mf_recovery": Door(),
    "security.mf_recovery_codes": Door(sign_in=True),
    "security.tf_select": Door(),
    "security.static": Door(),
}
"""Endpoints that libraries bring along, with what we ask at each."""


class SignInNeeded(Exception):
    """Somebody without a sign-in stands before a door that asks for one."""


class DeviceEnded(Exception):
    """A device knocks that was revoked, or whose time is over."""


def public(view: View) -> View:
    """Let everybody through."""
    view.__door__ = Door()  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Let through whoever has come in by an account."""
    view.__door__ = Door(sign_in=True)  # type: ignore[attr-defined]
    return view


def requires(permission: Permission, *, late: timedelta | None = None) -> Callable[[View], View]:
    """Let through whoever has this permission in the scope that the URL names."""

    def declare(view: View) -> View:
        view.__door__ = Door(permission, sign_in=True, late=late)  # type: ignore[attr-defined]
        return view

    return declare


def door_of(app: Flask, endpoint: str) -> Door | None:
    """Tell what an endpoint asks for, or None where it does not say."""
    return LIBRARY_DOORS.get(endpoint) or getattr(app.view_functions[endpoint], "__door__", None)


def ensure_declared(app: Flask) -> None:
    """Refuse to start with an endpoint that does not say who may pass."""
    silent = sorted(
        rule.endpoint for rule in app.url_map.iter_rules() if door_of(app, rule.endpoint) is None
    )
    if silent:
        msg = f"endpoints without a declared door: {', '.join(silent)}"
        raise RuntimeError(msg)


def guard() -> None:
    """Ask the door of this request; runs before every view."""
    if request.endpoint is None:
        return
    door = door_of(current_app, request.endpoint)
    if door is None or not door.sign_in:
        return
    who = actors()
    if not who:
        raise DeviceEnded if bearer() is not None else SignInNeeded
    if door.permission is None:
        g.actor = next((actor for actor in who if actor.kind == "user"), None)
        if g.actor is None:
            raise SignInNeeded
        return
    # A device before the account that made it: it is the device that scans.
    who = sorted(who, key=lambda actor: actor.kind is not ActorKind.DEVICE)
    g.actor = _who_may(who, door, door.permission, scope())


def _who_may(who: list[Actor], door: Door, permission: Permission, chain: Chain) -> Actor:
    for actor in who:
        if actor.may(permission, chain.ids):
            return actor
    for actor in who:
        if actor.ended_at is not None and actor.stands_in(chain.ids):
            if door.late is None or clock.now() - actor.ended_at >= door.late:
                raise DeviceEnded
            return actor
    if any(actor.stands_in(chain.ids) for actor in who):
        raise Forbidden("forbidden", N_("您的身份不能进行这一操作。"))
    raise NotFound("not_found", N_("没有找到您要的内容。"))


def scope() -> Chain:
    """Tell the scope that this request's URL names; raises NotFound for an unknown one."""
    if "scope" not in g:
        slug = slug_asked()
        found = g.get("here") or chain_of(slug) if slug else WHOLE
        kind = ScopeKind.MEETING if "meeting" in (request.view_args or {}) else ScopeKind.ALLIANCE
        if found is None or (slug and found.kind != kind):
            raise NotFound("not_found", N_("没有找到您要的内容。"))
        g.scope = found
    return g.scope


def may(permission: Permission | str) -> bool:
    """Tell a template whether the one who asks may do this here; courtesy, not security."""
    return any(actor.may(Permission(permission), scope().ids) for actor in actors())


def demand(permission: Permission) -> None:
    """Refuse, with Forbidden, an act behind a door that asks for more than the door does."""
    if not may(permission):
        raise Forbidden("forbidden", N_("您的身份不能进行这一操作。"))
