"""Verbs on accounts, grants, sign-ins and personal links."""

import hmac
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask_security.utils import verify_password
from sqlalchemy.exc import IntegrityError

from eventapp.accounts.models import Device, PersonalLink, RoleGrant, SignIn, User
from eventapp.accounts.queries import (
    LinkHere,
    hash_token,
    is_within,
    link_of,
    open_browsers,
    user_by_email,
)
from eventapp.accounts.rules import (
    LINK_SIGN_IN,
    MAX_CODE_FAILURES,
    USER_SIGN_IN,
    ensure_grantable,
    ensure_may_grant,
    link_text,
    read_link,
)
from eventapp.core import clock, keys
from eventapp.core.access import Actor, ActorKind, Permission, Role
from eventapp.core.db import db, flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Forbidden, Invalid, NotFound
from eventapp.core.ledger import audit
from eventapp.core.outbox import post
from eventapp.core.scope import ROOT, Scope

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_links: Any = PersonalLink.__table__
_MAKE_LINKS = sa.insert(_links).returning(_links.c.id, sort_by_parameter_order=True)
_SIGN_IN = sa.insert(SignIn.__table__)  # type: ignore[arg-type]


def create_user(actor: Actor, email: str, name: str, password_hash: str | None = None) -> User:
    """Open an account; without a password its holder sets one by an invitation."""
    email = email.strip().lower()
    with transaction() as session:
        if user_by_email(email):
            raise Conflict("email_taken", N_("这个邮箱已有账号。"))
        user = User(
            email=email,
            name=name.strip(),
            password=password_hash,
            active=True,
            fs_uniquifier=uuid4().hex,
            create_datetime=clock.now(),
        )
        session.add(user)
        flush_or(Conflict("email_taken", N_("这个邮箱已有账号。")))
        audit(actor, ROOT, "user.create", f"user:{user.id}")
    return user


def is_password_of(user_id: int, password: str) -> bool:
    """Tell whether an account in use has this password."""
    user = db.session.get(User, user_id)
    if user is None or not user.active or user.password is None:
        return False
    return bool(verify_password(password, user.password))


def set_password(actor: Actor, user_id: int, password_hash: str) -> None:
    """Replace a password and end every browser's sign-in."""
    with transaction():
        user = lock(User, user_id)
        user.password = password_hash
        user.fs_uniquifier = uuid4().hex
        end_sign_ins(actor, user_id=user_id)
        audit(actor, ROOT, "user.set_password", f"user:{user_id}")


def grant_role(actor: Actor, user_id: int, role: Role, scope_id: int) -> RoleGrant:
    """Give a user a role in a scope and below; giving it twice changes nothing."""
    with transaction() as session:
        ensure_grantable(role, in_installation=scope_id == ROOT)
        session.get_one(Scope, scope_id)
        grant = session.scalar(
            sa.select(RoleGrant).filter_by(user_id=user_id, scope_id=scope_id, role=role)
        )
        if grant is not None:
            return grant
        grant = RoleGrant(user_id=user_id, scope_id=scope_id, role=role, granted_at=clock.now())
        session.add(grant)
        flush_or(Conflict("role_granted", N_("这项授权已经存在。")))
        audit(actor, scope_id, "role.grant", f"user:{user_id}", role=role.value)
    return grant


def invite_staff(
    actor: Actor,
    scope_id: int,
    *,
    reach: Collection[int],
    email: str,
    name: str,
    role: Role,
    letter: Callable[[User], tuple[str, str]],
) -> User:
    """Give somebody a role in a scope, opening an account where there is none.

    `reach` are the scopes in which the actor gives roles. Whoever has no password yet is sent a
    letter (subject, text) with a link to set one. An account that already has a part elsewhere
    gets a fresh secret first: whoever was shown its old link must not come in with the new role.
    """
    ensure_grantable(role, in_installation=scope_id == ROOT)
    administrator = actor.kind is ActorKind.SYSTEM or actor.may(
        Permission.MANAGE_INSTALLATION, [ROOT]
    )
    ensure_may_grant(role, is_administrator=administrator)
    with transaction():
        user = user_by_email(email) or create_user(actor, email, name)
        if user.password is None and not is_within(user.id, reach):
            user.fs_uniquifier = uuid4().hex
        grant_role(actor, user.id, role, scope_id)
        if user.password is None:
            subject, text = letter(user)
            post(actor, scope_id, user.email, subject, text)
    return user


def revoke_grant(actor: Actor, grant_id: int) -> None:
    """Take a role back; it ends with the holder's next request."""
    with transaction() as session:
        grant = lock(RoleGrant, grant_id)
        audit(actor, grant.scope_id, "role.revoke", f"user:{grant.user_id}", role=grant.role.value)
        session.delete(grant)


def sign_in_user(actor: Actor, user_id: int, browser: str = "") -> str:
    """Note a browser that signed in to an account; returns the token for its cookie."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        session.add(
            SignIn(
                token_hash=hash_token(token),
                user_id=user_id,
                browser=browser[:120],
                created_at=clock.now(),
                expires_at=clock.now() + USER_SIGN_IN,
            )
        )
        audit(actor, ROOT, "user.sign_in", f"user:{user_id}")
    return token


def note_user(actor: Actor, user_id: int, action: str) -> None:
    """Record what somebody did to their own account through the account library."""
    with transaction():
        audit(actor, ROOT, action, f"user:{user_id}")


def end_sign_in(actor: Actor, token: str) -> None:
    """End one browser's sign-in; ending it twice changes nothing."""
    with transaction() as session:
        session.execute(
            sa.update(SignIn)
            .where(SignIn.token_hash == hash_token(token), SignIn.revoked_at.is_(None))
            .values(revoked_at=clock.now())
        )
        audit(actor, ROOT, "sign_in.end", str(actor))


def end_sign_ins(
    actor: Actor,
    *,
    user_id: int | None = None,
    link_id: int | None = None,
    scope_id: int = ROOT,
    but: str = "",
) -> None:
    """End every browser of a user or of a link, except the one that holds the token `but`."""
    holder = SignIn.user_id == user_id if user_id is not None else SignIn.link_id == link_id
    with transaction() as session:
        session.execute(
            sa.update(SignIn)
            .where(holder, SignIn.revoked_at.is_(None), SignIn.token_hash != hash_token(but))
            .values(revoked_at=clock.now())
        )
        subject = f"user:{user_id}" if user_id is not None else f"link:{link_id}"
        audit(actor, scope_id, "sign_in.end_all", subject)


def ensure_link(
    actor: Actor,
    role: Role,
    scope_id: int,
    subject_id: int,
    *,
    expires_at: datetime | None = None,
    bind_once: bool = False,
) -> PersonalLink:
    """Give a subject its personal link, the same one as long as it lives.

    A link that binds once opens in one browser only and asks for a code, which is handed out
    at the door or the desk.
    """
    with transaction() as session:
        link = link_of(scope_id, role, subject_id)
        if link is not None:
            return link
        until = expires_at or clock.now() + timedelta(days=180)
        made = make_links(role, scope_id, [subject_id], expires_at=until, bind_once=bind_once)
        link_id = made[subject_id]
        audit(actor, scope_id, "link.make", f"link:{link_id}", role=role.value)
        return session.get_one(PersonalLink, link_id)


def make_links(
    role: Role,
    scope_id: int,
    subject_ids: Sequence[int],
    *,
    expires_at: datetime,
    bind_once: bool = False,
) -> dict[int, int]:
    """Give subjects that have none their personal links; tell the links' ids by subject.

    The caller records it, in the transaction around.
    """
    rows = [
        link_row(role, scope_id, subject_id, expires_at=expires_at, bind_once=bind_once)
        for subject_id in subject_ids
    ]
    try:
        found = db.session.connection().execute(_MAKE_LINKS, rows)
    except IntegrityError as error:
        raise link_made() from error
    return dict(zip(subject_ids, found.scalars(), strict=True))


def link_row(
    role: Role, scope_id: int, subject_id: int, *, expires_at: datetime, bind_once: bool = False
) -> dict[str, Any]:
    """Write the row of a new personal link."""
    return {
        "role": role,
        "scope_id": scope_id,
        "subject_id": subject_id,
        "bind_once": bind_once,
        "code": _new_code() if bind_once else "",
        "expires_at": expires_at,
        "created_at": clock.now(),
    }


def link_made() -> Conflict:
    """Say that somebody else was quicker to make a link."""
    return Conflict("link_made", N_("链接刚刚已由他人生成，请刷新页面。"))


def _new_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(6))


def link_token(link: PersonalLink | LinkHere) -> str:
    """Write the text of a link as it stands now."""
    return link_text(link.id, _mac(link.id, link.generation))


def _mac(link_id: int, generation: int) -> bytes:
    return keys.ring().mac("personal-link", f"{link_id}:{generation}".encode())


def link_by_token(token: str) -> PersonalLink:
    """Find the living link of a token; every dead or invented one is the same NotFound."""
    parts = read_link(token)
    link = db.session.get(PersonalLink, parts[0]) if parts else None
    if (
        parts is None
        or link is None
        or not hmac.compare_digest(parts[1], _mac(link.id, link.generation)[:16])
        or link.revoked_at is not None
        or link.expires_at <= clock.now()
    ):
        raise NotFound("link_dead", N_("这个链接已失效，请向会务组或本单位联络员索取新链接。"))
    return link


def open_link(token: str, code: str = "", browser: str = "", held: str = "") -> str:
    """Sign a browser in by a personal link; returns the token for its cookie.

    `held` is the browser's own earlier token for this link, if it has one: then it simply
    stays in. Raises Invalid for a wrong code, Conflict where the link is bound elsewhere.
    """
    found = link_by_token(token)
    _check_code(found, code, held)
    with transaction() as session:
        link = lock(PersonalLink, found.id)
        if held and any(row.token_hash == hash_token(held) for row in open_browsers(link.id)):
            return held
        if link.bind_once and open_browsers(link.id):
            raise Conflict(
                "link_bound",
                N_("这个链接已在另一部手机上打开。如已更换手机，请到会务组重新绑定。"),
            )
        link.failures = 0
        session.flush()
        new = open_new_link(link.id, link.expires_at, browser, link.generation)
        audit(Actor(ActorKind.LINK, link.id), link.scope_id, "link.open", f"link:{link.id}")
    return new


def open_new_link(link_id: int, expires_at: datetime, browser: str, generation: int = 1) -> str:
    """Sign a browser in by a link that was made for it just now; the caller records it."""
    token, row = opening(link_id, expires_at, browser, generation)
    db.session.connection().execute(_SIGN_IN, row)
    return token


def opening(
    link_id: int, expires_at: datetime, browser: str, generation: int = 1
) -> tuple[str, dict[str, Any]]:
    """Write the row that signs a browser in by a link; with the token for its cookie."""
    token, now = secrets.token_urlsafe(32), clock.now()
    return token, {
        "token_hash": hash_token(token),
        "link_id": link_id,
        "generation": generation,
        "browser": browser[:120],
        "created_at": now,
        "expires_at": min(expires_at, now + LINK_SIGN_IN),
    }


def _check_code(link: PersonalLink, code: str, held: str) -> None:
    if not link.bind_once:
        return
    if held and any(row.token_hash == hash_token(held) for row in open_browsers(link.id)):
        return
    if link.failures >= MAX_CODE_FAILURES:
        raise Forbidden("code_locked", N_("登录码输错次数过多，请到会务组重新领取。"))
    typed = "".join(code.split()).upper().replace("-", "")
    if not hmac.compare_digest(typed.encode(), link.code.encode()):
        with transaction():
            lock(PersonalLink, link.id).failures += 1
        raise Invalid("code_wrong", N_("登录码不对。登录码在签到处领取，共六位。"), field="code")


def renew_link(actor: Actor, link_id: int, *, expires_at: datetime | None = None) -> PersonalLink:
    """Kill a link's old text and browsers; give it a new text and code, and a new end if told."""
    with transaction():
        link = lock(PersonalLink, link_id)
        link.expires_at = expires_at or link.expires_at
        link.generation += 1
        link.failures = 0
        link.revoked_at = None
        if link.bind_once:
            link.code = _new_code()
        end_sign_ins(actor, link_id=link_id, scope_id=link.scope_id)
        audit(actor, link.scope_id, "link.renew", f"link:{link_id}", generation=link.generation)
    return link


def rebind_link(actor: Actor, link_id: int) -> PersonalLink:
    """Let a bound link be opened in another browser, with a new code; the old browser is out."""
    with transaction():
        link = lock(PersonalLink, link_id)
        link.code = _new_code()
        link.failures = 0
        end_sign_ins(actor, link_id=link_id, scope_id=link.scope_id)
        audit(actor, link.scope_id, "link.rebind", f"link:{link_id}")
    return link


def revoke_link(actor: Actor, link_id: int) -> None:
    """End a link and every browser that it opened."""
    with transaction():
        link = lock(PersonalLink, link_id)
        link.revoked_at = clock.now()
        end_sign_ins(actor, link_id=link_id, scope_id=link.scope_id)
        audit(actor, link.scope_id, "link.revoke", f"link:{link_id}")


def forget_browsers(link_id: int) -> None:
    """Delete what is kept of the browsers that a link opened, in the surrounding transaction."""
    db.session.execute(sa.delete(SignIn).where(SignIn.link_id == link_id))


def delete_old_sign_ins(before: datetime, scope_ids: Collection[int] | None = None) -> int:
    """Delete sign-ins that ended before an instant; tell how many.

    With `scope_ids` those by links and devices of these scopes, without them those by accounts.
    """
    ended = sa.or_(SignIn.expires_at < before, SignIn.revoked_at < before)
    with transaction() as session:
        gone = session.connection().execute(sa.delete(SignIn).where(ended, _whose(scope_ids)))
        return gone.rowcount


def _whose(scope_ids: Collection[int] | None) -> sa.ColumnElement[bool]:
    if scope_ids is None:
        return SignIn.user_id.is_not(None)
    links = sa.select(PersonalLink.id).where(PersonalLink.scope_id.in_(scope_ids))
    devices = sa.select(Device.id).where(Device.scope_id.in_(scope_ids))
    return sa.or_(SignIn.link_id.in_(links), SignIn.device_id.in_(devices))
