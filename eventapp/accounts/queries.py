"""Reads of who may come in."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventapp.accounts.models import Device, PersonalLink, RoleGrant, SignIn, User
from eventapp.accounts.rules import DeviceState, device_state
from eventapp.core import clock
from eventapp.core.access import Actor, ActorKind, Grant, Permission, Role
from eventapp.core.db import db, direct_reading
from eventapp.core.errors import N_, NotFound
from eventapp.core.scope import CHAIN, ROOT, Chain, Scope, chain_from

# Every request asks this, and where "here" is along with it: columns of tables skip the mapper,
# and one cookie is the usual case.
_sign_ins: Any = SignIn.__table__
_users: Any = User.__table__
_grants: Any = RoleGrant.__table__
_links: Any = PersonalLink.__table__
_devices: Any = Device.__table__
_here = CHAIN.subquery("here")
_HOLDERS = (
    sa.select(
        _sign_ins.c.id.label("sign_in_id"),
        _sign_ins.c.token_hash,
        _sign_ins.c.user_id,
        _users.c.name,
        _grants.c.role.label("granted_role"),
        _grants.c.scope_id.label("granted_scope"),
        _links.c.id.label("link_id"),
        _links.c.role.label("link_role"),
        _links.c.scope_id.label("link_scope"),
        _links.c.subject_id,
        _devices.c.id.label("device_id"),
        _devices.c.role.label("device_role"),
        _devices.c.scope_id.label("device_scope"),
        _devices.c.subject_id.label("gate_id"),
        _devices.c.expires_at.label("device_expires_at"),
        _devices.c.revoked_at.label("device_revoked_at"),
        *_here.c,
    )
    .select_from(
        _sign_ins.outerjoin(_users, _users.c.id == _sign_ins.c.user_id)
        .outerjoin(_grants, _grants.c.user_id == _sign_ins.c.user_id)
        .outerjoin(_links, _links.c.id == _sign_ins.c.link_id)
        .outerjoin(_devices, _devices.c.id == _sign_ins.c.device_id)
        .outerjoin(_here, sa.true())
    )
    .where(
        _sign_ins.c.revoked_at.is_(None),
        _sign_ins.c.expires_at > sa.bindparam("now"),
        sa.or_(
            _users.c.active.is_(True),
            sa.and_(
                _links.c.revoked_at.is_(None),
                _links.c.generation == _sign_ins.c.generation,
                _links.c.expires_at > sa.bindparam("now"),
            ),
            _devices.c.confirmed_at.is_not(None),
        ),
    )
)
_ONE = _HOLDERS.where(_sign_ins.c.token_hash == sa.bindparam("hash"))
_SEVERAL = _HOLDERS.where(_sign_ins.c.token_hash.in_(sa.bindparam("hashes", expanding=True)))


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A user's role in a scope, as the desk lists it."""

    grant_id: int
    user_id: int
    email: str
    name: str
    role: Role
    scope_id: int
    has_password: bool


def hash_token(token: str) -> str:
    """Tell what the database keeps of a cookie's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def actors_of(tokens: Iterable[str]) -> list[Actor]:
    """Load whoever these cookie tokens stand for, in their order, with today's grants."""
    return actors_at(tokens, "")[0]


def actors_at(tokens: Iterable[str], slug: str) -> tuple[list[Actor], Chain | None]:
    """Load whoever these tokens stand for, and where they stand: the scope of this word.

    The scope is None where nobody stands, or no scope has this word.
    """
    hashes = [hash_token(token) for token in tokens]
    if not hashes:
        return [], None
    asked: dict[str, Any] = {"slug": slug, "now": clock.now()}
    with direct_reading() as connection:
        if len(hashes) == 1:
            rows = connection.execute(_ONE, {**asked, "hash": hashes[0]}).all()
        else:
            rows = connection.execute(_SEVERAL, {**asked, "hashes": hashes}).all()
    found = _actors(rows, asked["now"])
    here = chain_from(rows[0]) if rows and rows[0].here_id is not None else None
    return [found[value] for value in hashes if value in found], here


def _actors(rows: Iterable[Any], now: datetime) -> dict[str, Actor]:
    """Read each token's actor, whose grants stand in a row each."""
    found: dict[str, Actor] = {}
    for row in rows:
        grants = found[row.token_hash].grants if row.token_hash in found else ()
        if row.user_id is not None:
            if row.granted_role is not None:
                grants = (*grants, Grant(row.granted_role, row.granted_scope))
            actor = Actor(
                ActorKind.USER, row.user_id, grants, 0, row.sign_in_id, label=row.name or ""
            )
        elif row.device_id is not None:
            actor = _device(row, now)
        else:
            actor = Actor(
                ActorKind.LINK,
                row.link_id,
                (Grant(row.link_role, row.link_scope),),
                row.subject_id,
                row.sign_in_id,
            )
        found[row.token_hash] = actor
    return found


def _device(row: Any, now: datetime) -> Actor:
    ended_at = min(row.device_revoked_at or row.device_expires_at, row.device_expires_at)
    return Actor(
        ActorKind.DEVICE,
        row.device_id,
        (Grant(row.device_role, row.device_scope),),
        row.gate_id,
        row.sign_in_id,
        ended_at=ended_at if ended_at <= now else None,
    )


def user_by_email(email: str) -> User | None:
    """Find an account by its address, whatever its case."""
    return db.session.scalar(sa.select(User).where(User.email == email.strip().lower()))


def staff_of(scope_ids: Iterable[int]) -> list[StaffRow]:
    """List who holds which role in these scopes."""
    rows = db.session.execute(
        sa.select(RoleGrant, User)
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.scope_id.in_(list(scope_ids)))
        .order_by(RoleGrant.role, User.email)
    )
    return [
        StaffRow(
            grant.id,
            user.id,
            user.email,
            user.name,
            grant.role,
            grant.scope_id,
            user.password is not None,
        )
        for grant, user in rows
    ]


def link_of(scope_id: int, role: Role, subject_id: int) -> PersonalLink | None:
    """Find the personal link of a subject in a scope."""
    return db.session.scalar(
        sa.select(PersonalLink).where(
            PersonalLink.scope_id == scope_id,
            PersonalLink.role == role,
            PersonalLink.subject_id == subject_id,
        )
    )


def links_of(scope_id: int, role: Role) -> dict[int, PersonalLink]:
    """Map every subject of a role in a scope to its link."""
    rows = db.session.scalars(
        sa.select(PersonalLink).where(PersonalLink.scope_id == scope_id, PersonalLink.role == role)
    )
    return {link.subject_id: link for link in rows}


def open_browsers(link_id: int) -> list[SignIn]:
    """List the browsers in which a link is open now."""
    return list(
        db.session.scalars(
            sa.select(SignIn).where(
                SignIn.link_id == link_id,
                SignIn.revoked_at.is_(None),
                SignIn.expires_at > clock.now(),
            )
        )
    )


def grant_in(scope_ids: Iterable[int], grant_id: int) -> RoleGrant:
    """Find a grant of these scopes; one elsewhere does not exist."""
    grant = db.session.get(RoleGrant, grant_id)
    if grant is None or grant.scope_id not in set(scope_ids):
        raise NotFound("grant_unknown", N_("没有找到这项授权。"))
    return grant


def is_within(user_id: int, scope_ids: Iterable[int]) -> bool:
    """Tell whether all that a user may do lies in these scopes."""
    outside = sa.select(RoleGrant.id).where(
        RoleGrant.user_id == user_id, RoleGrant.scope_id.not_in(list(scope_ids))
    )
    return db.session.scalar(outside.limit(1)) is None


def user_in(scope_id: int, user_id: int) -> User:
    """Find a user who has a role in this scope; any other does not exist."""
    found = db.session.scalar(
        sa.select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.id == user_id, RoleGrant.scope_id == scope_id)
        .limit(1)
    )
    if found is None:
        raise NotFound("user_unknown", N_("没有找到这个账号。"))
    return found


def reach_of(actor: Actor, chain: Chain) -> list[int]:
    """List the scopes around this one in which the actor may give roles, and those below.

    The installation's own is never among them: administrators are made elsewhere.
    """
    own = [
        scope_id
        for place, scope_id in enumerate(chain.ids)
        if scope_id != ROOT and actor.may(Permission.MANAGE_GRANTS, chain.ids[place:])
    ]
    below = db.session.scalars(sa.select(Scope.id).where(Scope.parent_id.in_(own)))
    return list(dict.fromkeys([*own, *below]))


def device_in(scope_id: int, device_id: int) -> Device:
    """Find a device of this scope; one elsewhere does not exist."""
    device = db.session.get(Device, device_id)
    if device is None or device.scope_id != scope_id:
        raise NotFound("device_unknown", N_("没有找到这台设备。"))
    return device


def devices_of(scope_id: int) -> list[Device]:
    """List the devices of a scope, the newest first."""
    return list(
        db.session.scalars(
            sa.select(Device).where(Device.scope_id == scope_id).order_by(Device.id.desc())
        )
    )


def state_of(device: Device) -> DeviceState:
    """Tell where a device stands now."""
    return device_state(
        clock.now(),
        pair_until=device.pair_until,
        digits=device.digits,
        confirmed_at=device.confirmed_at,
        expires_at=device.expires_at,
        revoked_at=device.revoked_at,
    )


_TOLD = sa.select(
    _devices.c.label,
    _devices.c.expires_at,
    _devices.c.unsent,
    _devices.c.version,
    _devices.c.last_seen_at,
).where(_devices.c.id == sa.bindparam("device_id"))


def device_told(device_id: int) -> Any:
    """Tell a device's label and end, and what it last told of itself."""
    return db.session.execute(_TOLD, {"device_id": device_id}).first()


def unsent_at(scope_id: int) -> list[Device]:
    """List the devices that last said they hold scans which they have not sent."""
    return list(
        db.session.scalars(
            sa.select(Device)
            .where(Device.scope_id == scope_id, Device.unsent > 0)
            .order_by(Device.id)
        )
    )


def opened_by(device_id: int) -> str | None:
    """Tell the hash of the token of the browser that opened a device, None where none did."""
    return db.session.scalar(sa.select(SignIn.token_hash).where(SignIn.device_id == device_id))
