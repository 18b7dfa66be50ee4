"""Doors of staff, of personal links and of the account library."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from flask import Blueprint, Flask, g, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import user_logged_in, user_logged_out
from flask_security import (
    Security,
    SQLAlchemyUserDatastore,
    password_changed,
    password_reset,
    tf_disabled,
    tf_profile_changed,
    url_for_security,
)
from flask_security.mail_util import MailUtil
from flask_security.recoverable import generate_reset_password_token
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from eventapp.accounts.forms import (
    LIBRARY_MESSAGES,
    LIBRARY_SUBJECTS,
    InviteStaffForm,
    OpenBoundLinkForm,
    OpenLinkForm,
)
from eventapp.accounts.models import NoRole, User
from eventapp.accounts.queries import (
    actors_at,
    actors_of,
    grant_in,
    is_within,
    reach_of,
    staff_of,
    user_in,
)
from eventapp.accounts.service import (
    end_sign_in,
    end_sign_ins,
    invite_staff,
    link_by_token,
    note_user,
    open_link,
    revoke_grant,
    sign_in_user,
)
from eventapp.core.access import ROLE_LABEL, SYSTEM, Actor, ActorKind, Permission, Role
from eventapp.core.db import commit_library_changes, db, transaction
from eventapp.core.errors import N_
from eventapp.core.outbox import post
from eventapp.core.scope import ROOT, Scope, ScopeKind
from eventapp.web import flood
from eventapp.web.doors import public, requires, scope
from eventapp.web.forms import attempt, say
from eventapp.web.session import ACCOUNT, actor, forget, held, remember, use_loader

bp = Blueprint("accounts", __name__)

LANDING = {
    Role.DELEGATE: "registration.show_pass",
    Role.LIAISON: "delegation.show_delegation",
    Role.REPRESENTATIVE: "voting.show_booth",
}
"""Where a personal link leads, by what it is for."""


class Datastore(SQLAlchemyUserDatastore):
    """The account library's store, committing the way this house writes."""

    def put(self, model: Any) -> Any:
        """Keep a change at once: the library reads on, and our reads cannot write."""
        kept = super().put(model)
        commit_library_changes()
        return kept

    def commit(self) -> None:
        """Commit what the library put."""
        commit_library_changes()


class OutboxMail(MailUtil):
    """Mail of the account library goes through the outbox like all other mail."""

    def send_mail(
        self,
        template: str,  # noqa: ARG002 - the library's signature
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],  # noqa: ARG002
        body: str | None,
        html: str | None,  # noqa: ARG002
        **_context: Any,
    ) -> None:
        """Put a mail of the library into the outbox."""
        address = recipient if isinstance(recipient, str) else recipient[1]
        with transaction():
            post(SYSTEM, ROOT, address, str(subject), (body or "").strip())


def register(app: Flask) -> None:
    """Wire the account library to our tables, words, sign-ins, mail and limits."""
    app.config.update(
        {f"SECURITY_MSG_{key}": words for key, words in LIBRARY_MESSAGES.items()}
        | {f"SECURITY_{key}": words for key, words in LIBRARY_SUBJECTS.items()}
        | _LIBRARY_SETTINGS
    )
    Security(app, Datastore(db, User, NoRole), mail_util_cls=OutboxMail)
    use_loader(app, actors_at)
    user_logged_in.connect(_note_sign_in, app)
    user_logged_out.connect(_note_sign_out, app)
    password_changed.connect(_end_other_browsers, app)
    password_reset.connect(_end_all_browsers, app)
    tf_profile_changed.connect(_note_second_factor, app)
    tf_disabled.connect(_note_second_factor, app)
    app.before_request(_drop_dead_account)
    _spare_other_doors(app)
    _limit(app)


def _spare_other_doors(app: Flask) -> None:
    """Let the library load its own user only at its own doors; ours read actors instead."""
    hooks = app.before_request_funcs[None]
    for place, hook in enumerate(hooks):
        if getattr(hook, "__module__", "") == "flask_principal":
            hooks[place] = partial(_at_library_doors, hook)


def _at_library_doors(hook: Any) -> Any:
    return hook() if (request.endpoint or "").startswith("security.") else None


_LIBRARY_SETTINGS: dict[str, Any] = {
    # The library looks its messages up where ours are: Chinese ids, English in the catalogue.
    "SECURITY_I18N_DOMAIN": "messages",
    "SECURITY_I18N_DIRNAME": None,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_EMAIL_HTML": False,
    "SECURITY_JOIN_USER_ROLES": False,
    "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
    "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "security.two_factor_setup",
    "SECURITY_POST_CHANGE_VIEW": "/account/tf-setup",
}
_ATTEMPTS = ("10 per minute", "60 per minute")
"""For one account, and for one address: a hall may share one address."""
_LIMITED = (
    "security.login",
    "security.forgot_password",
    "security.reset_password",
    "security.verify",
    "security.change_password",
    "security.two_factor_setup_validate",
    "security.two_factor_token_validation",
    "security.mf_recovery",
)


def _limit(app: Flask) -> None:
    for endpoint in _LIMITED:
        app.view_functions[endpoint] = _limited(app.view_functions[endpoint], endpoint)


def _limited(view: Callable[..., Any], endpoint: str) -> Callable[..., Any]:
    @wraps(view)
    def answer(**arguments: Any) -> Any:
        if request.method == "POST":
            keys = (_account_key(endpoint), _address_key(endpoint))
            for limit, key in zip(_ATTEMPTS, keys, strict=True):
                if not flood.is_within(limit, key):
                    raise TooManyRequests
        return view(**arguments)

    return answer


def _account_key(endpoint: str) -> str:
    """Name the account that is tried: by what is typed, else by who is half or wholly in."""
    typed = request.form.get("email", "").strip().lower()
    known = session.get("tf_user_id") or session.get("_user_id") or ""
    return f"{endpoint}:{typed or known or request.remote_addr}"


def _address_key(endpoint: str) -> str:
    return f"{endpoint}@{request.remote_addr}"


def _note_sign_in(_app: Flask, user: User, **_kw: Any) -> None:
    """Give the browser a row of its own, and a session that nobody can have prepared for it."""
    for key in set(session) - _KEPT_AT_SIGN_IN:
        if not key.startswith(("_", "fs_", "tf_")):
            session.pop(key)
    if held(ACCOUNT):
        end_sign_in(SYSTEM, held(ACCOUNT))
    agent = request.user_agent.string
    remember(ACCOUNT, sign_in_user(Actor(ActorKind.USER, user.id), user.id, agent))


_KEPT_AT_SIGN_IN = frozenset({"tokens", "lang"})


def _note_sign_out(_app: Flask, user: User | None = None, **_kw: Any) -> None:
    token = held(ACCOUNT)
    if token:
        end_sign_in(Actor(ActorKind.USER, user.id) if isinstance(user, User) else SYSTEM, token)
        forget(ACCOUNT)
    session.pop("csrf_token", None)


def _end_other_browsers(_app: Flask, user: User, **_kw: Any) -> None:
    who = Actor(ActorKind.USER, user.id)
    with transaction():
        end_sign_ins(who, user_id=user.id, but=held(ACCOUNT))
        note_user(who, user.id, "user.change_password")


def _end_all_browsers(_app: Flask, user: User, **_kw: Any) -> None:
    who = Actor(ActorKind.USER, user.id)
    with transaction():
        end_sign_ins(who, user_id=user.id)
        note_user(who, user.id, "user.reset_password")


def _note_second_factor(_app: Flask, user: User, **_kw: Any) -> None:
    note_user(Actor(ActorKind.USER, user.id), user.id, "user.second_factor")


def _drop_dead_account() -> None:
    """Keep the account library from believing a cookie whose row is revoked."""
    if "_user_id" not in session or not (request.endpoint or "").startswith("security."):
        return
    if not actors_of([held(ACCOUNT)] if held(ACCOUNT) else []):
        for key in [key for key in session if key.startswith(("_", "fs_"))]:
            session.pop(key)
        forget(ACCOUNT)
        g.pop("_login_user", None)  # the library may have read the cookie already


@bp.get("/a/<alliance>/staff", endpoint="show_alliance_staff")
@bp.get("/m/<meeting>/desk/staff", endpoint="show_meeting_staff")
@requires(Permission.MANAGE_GRANTS)
def show_staff(**_slugs: str) -> str:
    """List who works here, with a form to invite more."""
    return _staff_page(InviteStaffForm())


@bp.post("/a/<alliance>/staff", endpoint="invite_alliance_staff")
@bp.post("/m/<meeting>/desk/staff", endpoint="invite_meeting_staff")
@requires(Permission.MANAGE_GRANTS)
def invite(**_slugs: str) -> Response | str | tuple[str, int]:
    """Give somebody a role here."""
    form = InviteStaffForm()
    if not attempt(form, lambda: _invite(form)):
        return _staff_page(form), 422
    say(N_("已邀请。尚未设置密码的人会收到一封邮件，也可以把下面的链接发给本人。"))
    return redirect(_staff_url(), 303)


def _invite(form: InviteStaffForm) -> None:
    invite_staff(
        actor(),
        scope().id,
        reach=reach_of(actor(), scope()),
        email=form.email.data or "",
        name=form.name.data or "",
        role=Role(form.role.data),
        letter=_letter,
    )


@bp.post("/a/<alliance>/staff/<int:grant_id>/revoke", endpoint="revoke_alliance_staff")
@bp.post("/m/<meeting>/desk/staff/<int:grant_id>/revoke", endpoint="revoke_meeting_staff")
@requires(Permission.MANAGE_GRANTS)
def revoke(grant_id: int, **_slugs: str) -> Response:
    """Take a role here back."""
    revoke_grant(actor(), grant_in([scope().id], grant_id).id)
    say(N_("已撤回授权，对方下一次操作时即失效。"))
    return redirect(_staff_url(), 303)


@bp.post("/a/<alliance>/staff/<int:user_id>/link", endpoint="show_alliance_invitation")
@bp.post("/m/<meeting>/desk/staff/<int:user_id>/link", endpoint="show_meeting_invitation")
@requires(Permission.MANAGE_GRANTS)
def show_invitation(user_id: int, **_slugs: str) -> str:
    """Show the link by which an invited person sets a password."""
    user = user_in(scope().id, user_id)
    # Whoever has a part elsewhere gets the link by mail alone: it opens all that they may do.
    mine = user.password is None and is_within(user.id, reach_of(actor(), scope()))
    return render_template(
        "accounts/show_invitation.html",
        user=user,
        link=_invitation(user) if mine else "",
        back_url=_staff_url(),
    )


def _staff_page(form: InviteStaffForm) -> str:
    chain = scope()
    rows = staff_of(chain.ids[:-1])
    return render_template(
        "accounts/show_staff.html",
        form=form,
        own=[row for row in rows if row.scope_id == chain.id],
        inherited=[row for row in rows if row.scope_id != chain.id],
        role_labels=ROLE_LABEL,
        here=partial(_staff_door, chain.kind),
    )


def _staff_door(kind: ScopeKind, act: str, **more: Any) -> str:
    place = "meeting" if kind is ScopeKind.MEETING else "alliance"
    endpoint = act.replace("_staff", f"_{place}_staff").replace("_link", f"_{place}_invitation")
    return url_for(f"accounts.{endpoint}", **(request.view_args or {}) | more)


def _staff_url() -> str:
    slugs = {key: value for key, value in (request.view_args or {}).items() if "_id" not in key}
    place = "meeting" if "meeting" in slugs else "alliance"
    return url_for(f"accounts.show_{place}_staff", **slugs)


def _invitation(user: User) -> str:
    token = generate_reset_password_token(user)
    return url_for_security("reset_password", token=token, _external=True)


def _letter(user: User) -> tuple[str, str]:
    """Write the mail that invites somebody to set a password."""
    link = _invitation(user)
    return gettext("盟会：邀请您参与会务工作"), render_template(
        "mail/invitation.txt", user=user, link=link
    )


@bp.get("/l/<token>")
@public
def show_link(token: str) -> str:
    """Show the one button of a personal link; reading a link opens nothing."""
    link = link_by_token(token)
    form = OpenBoundLinkForm() if link.bind_once else OpenLinkForm()
    return render_template("accounts/show_link.html", form=form, link=link, token=token)


@bp.post("/l/<token>")
@public
def open_personal_link(token: str) -> Response | str | tuple[str, int]:
    """Sign this browser in by a personal link and lead it to its page."""
    link = link_by_token(token)
    form = OpenBoundLinkForm() if link.bind_once else OpenLinkForm()
    slot = f"{link.role}:{link.id}"
    code = form.code.data or "" if isinstance(form, OpenBoundLinkForm) else ""
    agent = request.user_agent.string

    def enter() -> None:
        remember(slot, open_link(token, code, agent, held(slot)))

    if not attempt(form, enter):
        page = render_template("accounts/show_link.html", form=form, link=link, token=token)
        return page, 422
    slug = db.session.get_one(Scope, link.scope_id).slug
    return redirect(url_for(LANDING[link.role], meeting=slug), 303)
