"""Who may be given what, and what a personal link looks like."""

import base64
from datetime import datetime, timedelta
from enum import StrEnum

from eventapp.core.access import LINK_ROLES, Role
from eventapp.core.errors import N_, Forbidden, Invalid

USER_SIGN_IN = timedelta(hours=12)
"""How long a browser stays signed in to an account."""
LINK_SIGN_IN = timedelta(days=30)
"""How long a browser stays signed in by a personal link, at most until the link expires."""
PAIRING = timedelta(minutes=10)
"""How long the code of a new device opens."""
LATE_SCANS = timedelta(hours=24)
"""How long a device that has ended may still hand over what it scanned before."""
MAX_CODE_FAILURES = 10
"""Wrong sign-in codes after which a link waits for the desk."""
INSTALLATION_ROLES = frozenset({Role.ADMINISTRATOR})


def ensure_grantable(role: Role, *, in_installation: bool) -> None:
    """Refuse a role that comes only by link, or one that stands in the wrong kind of scope."""
    if role in LINK_ROLES:
        raise Invalid("role_by_link", N_("这一身份只能通过个人链接取得，不能授予账号。"))
    if (role in INSTALLATION_ROLES) != in_installation:
        raise Invalid("role_elsewhere", N_("这一身份不能在这里授予。"))


def ensure_may_grant(role: Role, *, is_administrator: bool) -> None:
    """Keep organisers from making administrators."""
    if role in INSTALLATION_ROLES and not is_administrator:
        raise Forbidden("grant_forbidden", N_("只有系统管理员可以授予这一身份。"))


class DeviceState(StrEnum):
    """Where a device stands between its code and its end."""

    WAITING = "waiting"
    OPENED = "opened"
    WORKING = "working"
    ENDED = "ended"


DEVICE_STATE_LABEL: dict[DeviceState, str] = {
    DeviceState.WAITING: N_("等待扫描"),
    DeviceState.OPENED: N_("等待核对"),
    DeviceState.WORKING: N_("使用中"),
    DeviceState.ENDED: N_("已停用"),
}


def device_state(
    now: datetime,
    *,
    pair_until: datetime | None,
    digits: str,
    confirmed_at: datetime | None,
    expires_at: datetime,
    revoked_at: datetime | None,
) -> DeviceState:
    """Tell where a device stands; a code that nobody confirmed in time has ended."""
    if revoked_at is not None or expires_at <= now:
        return DeviceState.ENDED
    if confirmed_at is not None:
        return DeviceState.WORKING
    if pair_until is None or pair_until <= now:
        return DeviceState.ENDED
    return DeviceState.OPENED if digits else DeviceState.WAITING


def link_text(link_id: int, mac: bytes) -> str:
    """Write a link's token: 4 bytes of id and 16 of MAC in lower-case Base32, 32 characters."""
    return base64.b32encode(link_id.to_bytes(4, "big") + mac[:16]).decode().lower()


def read_link(token: str) -> tuple[int, bytes] | None:
    """Read a link's token back, or tell that it is none."""
    try:
        data = base64.b32decode(token.strip().upper())
    except ValueError:
        return None
    return (int.from_bytes(data[:4], "big"), data[4:]) if len(data) == 20 else None
