"""Verbs on devices: offered by the desk, opened by one phone, confirmed, revoked."""

import hmac
import secrets
from datetime import datetime

from eventapp.accounts.models import Device, SignIn
from eventapp.accounts.queries import device_in, hash_token, state_of
from eventapp.accounts.rules import LATE_SCANS, PAIRING, DeviceState, link_text, read_link
from eventapp.core import clock, keys
from eventapp.core.access import Actor, ActorKind, Role
from eventapp.core.db import db, flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound
from eventapp.core.ledger import audit

LABEL_LONGEST = 40


def make_device(
    actor: Actor,
    scope_id: int,
    gate_id: int,
    label: str,
    *,
    expires_at: datetime,
    browser: str = "",
    role: Role = Role.DOOR_STAFF,
) -> str:
    """Make the actor's own browser a device of a gate; returns the token for its cookie."""
    with transaction():
        device = _device(actor, scope_id, gate_id, label, expires_at, role)
        device.confirmed_at = clock.now()
        token = _sign_in(device, browser)
        audit(actor, scope_id, "device.make", f"device:{device.id}", gate=gate_id)
    return token


def offer_device(
    actor: Actor,
    scope_id: int,
    gate_id: int,
    label: str,
    *,
    expires_at: datetime,
    role: Role = Role.DOOR_STAFF,
) -> Device:
    """Offer a phone to be a device of a gate: `pairing_token` opens it once, for ten minutes."""
    with transaction():
        device = _device(actor, scope_id, gate_id, label, expires_at, role)
        device.pair_until = clock.now() + PAIRING
        audit(actor, scope_id, "device.offer", f"device:{device.id}", gate=gate_id)
    return device


def _device(
    actor: Actor, scope_id: int, gate_id: int, label: str, expires_at: datetime, role: Role
) -> Device:
    device = Device(
        role=role,
        scope_id=scope_id,
        subject_id=gate_id,
        label=_label(label),
        created_by=str(actor),
        created_at=clock.now(),
        expires_at=expires_at,
    )
    db.session.add(device)
    db.session.flush()
    return device


def _label(label: str) -> str:
    cleaned = " ".join(label.split())
    if not cleaned or len(cleaned) > LABEL_LONGEST:
        raise Invalid(
            "device_label",
            N_("请给设备起个名字，不超过 %(most)s 个字。"),
            field="label",
            most=LABEL_LONGEST,
        )
    return cleaned


def _sign_in(device: Device, browser: str) -> str:
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignIn(
            token_hash=hash_token(token),
            device_id=device.id,
            browser=browser[:120],
            created_at=clock.now(),
            expires_at=device.expires_at + LATE_SCANS,
        )
    )
    flush_or(_taken())
    return token


def pairing_token(device_id: int) -> str:
    """Write the text that a waiting device's code holds, the same each time."""
    return link_text(device_id, _mac(device_id))


def _mac(device_id: int) -> bytes:
    return keys.ring().mac("device-pairing", str(device_id).encode())


def paired_device(token: str) -> Device:
    """Find the device of a pairing's text; every invented one is the same NotFound."""
    parts = read_link(token)
    device = db.session.get(Device, parts[0]) if parts else None
    if (
        parts is None
        or device is None
        or device.pair_until is None
        or not hmac.compare_digest(parts[1], _mac(device.id)[:16])
    ):
        raise NotFound("pairing_unknown", N_("没有找到这个配对码，请到会务组重新取码。"))
    return device


def open_device(token: str, browser: str = "") -> str:
    """Let the browser that comes first have the device; returns its token, good once confirmed.

    Two that come at once are told apart by the constraint: a device has one sign-in. Raises
    Conflict `pairing_taken` for the other, `pairing_over` where the code has ended.
    """
    found = paired_device(token)
    with transaction():
        device = lock(Device, found.id)
        state = state_of(device)
        if state is DeviceState.ENDED:
            raise Conflict("pairing_over", N_("这个配对码已经失效，请到会务组重新取码。"))
        if state is not DeviceState.WAITING:
            raise _taken()
        device.digits = f"{secrets.randbelow(10_000):04d}"
        opened = _sign_in(device, browser)
        who = Actor(ActorKind.DEVICE, device.id)
        audit(who, device.scope_id, "device.open", f"device:{device.id}")
    return opened


def _taken() -> Conflict:
    return Conflict("pairing_taken", N_("这个配对码已在另一部手机上打开，请到会务组重新取码。"))


def confirm_device(actor: Actor, scope_id: int, device_id: int) -> None:
    """Let an opened device scan, once its four digits have been compared."""
    with transaction():
        device = _held(scope_id, device_id)
        state = state_of(device)
        if state is DeviceState.WORKING:
            return
        if state is not DeviceState.OPENED:
            raise Conflict("pairing_over", N_("这个配对码已经失效，请到会务组重新取码。"))
        device.confirmed_at = clock.now()
        audit(actor, scope_id, "device.confirm", f"device:{device_id}")


def revoke_device(actor: Actor, scope_id: int, device_id: int) -> None:
    """End a device, or refuse one that waits; ending it twice changes nothing.

    Its sign-in stays, so that it can be told why, and hand over what it scanned before.
    """
    with transaction():
        device = _held(scope_id, device_id)
        if device.revoked_at is None:
            device.revoked_at = clock.now()
            audit(actor, scope_id, "device.revoke", f"device:{device_id}")


def rename_device(actor: Actor, scope_id: int, device_id: int, label: str) -> None:
    """Give a device another name."""
    with transaction():
        device = _held(scope_id, device_id)
        device.label = _label(label)
        audit(actor, scope_id, "device.rename", f"device:{device_id}")


def _held(scope_id: int, device_id: int) -> Device:
    return lock(Device, device_in(scope_id, device_id).id)


def note_device(device_id: int, *, unsent: int, version: str) -> None:
    """Keep what a device last told of itself; no record, for it decides nothing."""
    with transaction():
        device = lock(Device, device_id)
        device.unsent, device.version, device.last_seen_at = unsent, version, clock.now()
