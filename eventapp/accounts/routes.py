"""Doors of personal links and of the account library."""

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, session, url_for
from flask_login import user_logged_in, user_logged_out
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.mail_util import MailUtil
from werkzeug.wrappers import Response

from eventapp.accounts.forms import OpenBoundLinkForm, OpenLinkForm
from eventapp.accounts.models import NoRole, User
from eventapp.accounts.queries import actors_of
from eventapp.accounts.service import end_sign_in, link_by_token, open_link, sign_in_user
from eventapp.core.access import SYSTEM, Actor, ActorKind, Role
from eventapp.core.db import commit_library_changes, db, transaction
from eventapp.core.outbox import post
from eventapp.core.scope import ROOT, Scope
from eventapp.web.doors import public
from eventapp.web.forms import attempt
from eventapp.web.session import ACCOUNT, forget, held, remember, use_loader

bp = Blueprint("accounts", __name__)

LANDING = {
    Role.DELEGATE: "registration.show_pass",
    Role.LIAISON: "registration.show_delegation",
    Role.REPRESENTATIVE: "voting.show_booth",
}
"""Where a personal link leads, by what it is for."""


class Datastore(SQLAlchemyUserDatastore):
    """The account library's store, committing the way this house writes."""

    def commit(self) -> None:
        """Commit what the library put."""
        commit_library_changes()


class OutboxMail(MailUtil):
    """Mail of the account library goes through the outbox like all other mail."""

    def send_mail(self, template: str, subject: str, recipient: Any, *_args: Any, **kw: Any) -> Any:
        """Put a mail of the library into the outbox."""
        body = kw.get("body") or (_args[1] if len(_args) > 1 else "")
        with transaction():
            post(SYSTEM, ROOT, str(recipient), str(subject), str(body))


def register(app: Flask) -> None:
    """Wire the account library to our tables, sign-ins and mail."""
    Security(app, Datastore(db, User, NoRole), mail_util_cls=OutboxMail)  # type: ignore[arg-type]
    use_loader(app, actors_of)
    user_logged_in.connect(_note_sign_in, app)
    user_logged_out.connect(_note_sign_out, app)
    app.before_request(_drop_dead_account)


def _note_sign_in(_app: Flask, user: User, **_kw: Any) -> None:
    agent = request.user_agent.string
    remember(ACCOUNT, sign_in_user(Actor(ActorKind.USER, user.id), user.id, agent))


def _note_sign_out(_app: Flask, user: User | None = None, **_kw: Any) -> None:
    token = held(ACCOUNT)
    if token:
        end_sign_in(Actor(ActorKind.USER, user.id) if isinstance(user, User) else SYSTEM, token)
        forget(ACCOUNT)


def _drop_dead_account() -> None:
    """Keep the account library from believing a cookie whose row is revoked."""
    if "_user_id" not in session or not (request.endpoint or "").startswith("security."):
        return
    if not actors_of([held(ACCOUNT)] if held(ACCOUNT) else []):
        for key in [key for key in session if key.startswith("_") or key.startswith("fs_")]:
            session.pop(key)
        forget(ACCOUNT)


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
